"""A FastSpeech voice from its folder: speed, pitch and energy do what they say, words are timed, phones it lacks are named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from aural.errors import ModelRefused, UsageError
from aural.learn.methods._planned import Planning
from aural.learn.methods.fastspeech import Painting
from aural.models.card import Card, Licences
from aural.models.engines import acoustic as engine
from aural.models.face import Prosody, Utterance, Vocoder
from aural.models.runtime import Runtime
from aural.models.through import VOICE, GriffinLim, Through, spread
from aural.nets.acoustic import fastspeech
from aural.text.pronunciation.phones import Phone

CARD = Card("v", "synthesizer", "acoustic", Licences("x", "x", "x", None, "a test"), "a test", sample_rate=22050)
SAID = Utterance(("see", "saw"), ("sˈi", "sˈɔ"), ("", "."), (0.2, 0.0))


class Graph:
    """A part of the net as a graph answers; that graphs answer alike is held where they are exported."""

    def __init__(self, part: torch.nn.Module) -> None:
        self.part = part.eval()

    @torch.no_grad()
    def run(self, feeds: dict[str, np.ndarray], names: tuple[str, ...]) -> list[np.ndarray]:
        answers = self.part(**{name: torch.from_numpy(x) for name, x in feeds.items()})
        return [x.numpy() for x in (answers if isinstance(answers, tuple) else (answers,))]


@pytest.fixture(scope="module")
def voice() -> Through:
    torch.manual_seed(0)
    net = fastspeech.Acoustic(fastspeech.tiny(), 6, 80)
    with torch.no_grad():
        net.length.out.bias.fill_(2.0)  # about 6 frames a phone
    told = {"symbols": ["_", "_.", "s", "i1", "ɔ1", "t"], "pitch": [5.0, 0.2], "level": [-30.0, 6.0]}
    return Through(engine.FastVoice(CARD, (Graph(Planning(net)), Graph(Painting(net))), told), GriffinLim())


def test_speed_stretches_and_words_follow(voice: Through) -> None:
    lengths = []
    for speed in (0.5, 1.0, 2.0):
        mel, words = voice.acoustic.spectrogram(SAID, Prosody(speed=speed))
        assert [w.text for w in words] == ["see", "saw"] and words[0].end <= words[1].start
        assert words[1].end <= mel.shape[1] * 256 / 22050 + 1e-9
        lengths.append(mel.shape[1])
    assert lengths[0] > 1.7 * lengths[1] > 1.7 * 1.5 * lengths[2]


def test_pitch_energy_and_variation_change_the_spectrogram(voice: Through) -> None:
    plain, _ = voice.acoustic.spectrogram(SAID, Prosody())
    again, _ = voice.acoustic.spectrogram(SAID, Prosody(seed=4))
    assert np.array_equal(plain, again)  # without variation the seed draws nothing
    for other in (Prosody(pitch=1.3), Prosody(energy=2.0)):
        mel, _ = voice.acoustic.spectrogram(SAID, other)
        assert mel.shape == plain.shape and not np.allclose(mel, plain)
    varied = [voice.acoustic.spectrogram(SAID, Prosody(variation=1.0, seed=s))[0] for s in (1, 1, 2)]
    assert np.array_equal(varied[0], varied[1])
    assert varied[0].shape != varied[2].shape or not np.allclose(varied[0], varied[2])


def test_pauses_are_kept_and_another_vocoder_is_heard(voice: Through) -> None:
    (spoken,) = voice.speak(SAID, Prosody())
    assert spoken.words[1].start - spoken.words[0].end >= 0.15 or spoken.words[1].start > spoken.words[0].end
    assert np.abs(spoken.samples).max() <= 1

    class Silent(Vocoder):
        card = replace(CARD, role="vocoder")

        def close(self) -> None: ...

        def sound(self, log_mel: np.ndarray, sample_rate: int) -> np.ndarray:
            return np.zeros(log_mel.shape[1] * 256, np.float32)

    (still,) = voice.through(Silent()).speak(replace(SAID, pauses=()), Prosody())
    assert not still.samples.any()
    assert GriffinLim().card.name == "griffin-lim"


def test_a_phone_that_it_lacks_is_named(voice: Through) -> None:
    with pytest.raises(UsageError, match="'z' is no phone"):
        voice.acoustic.spectrogram(Utterance(("zoo",), ("zˈu",)), Prosody())
    with pytest.raises(UsageError, match="says phonemes"):
        voice.acoustic.spectrogram(Utterance(("zoo",)), Prosody())


def test_broken_symbols_are_refused(tmp_path: Path) -> None:
    (tmp_path / VOICE).write_text("[1]")
    with pytest.raises(ModelRefused):
        engine.open(tmp_path, CARD, Runtime("cpu", 1))


def test_durations_become_frames_that_add_up() -> None:
    phones = (Phone("_"), Phone("s"), Phone("i", 1), Phone("_", mark="."))
    frames = spread(np.array([0.2, 0.3, 3.4, 2.6]), phones)
    assert frames.min() >= 0 and frames[1] >= 1 and abs(frames.sum() - 7) <= 1
    assert spread(np.zeros(4), phones).sum() >= 2
