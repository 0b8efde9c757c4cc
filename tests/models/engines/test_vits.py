"""A VITS voice from its folder: speed, pitch, energy and the seed do what they say, words are timed, phones it lacks are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from aural.errors import ModelRefused, UsageError
from aural.learn.methods._planned import Planning
from aural.learn.methods.vits import Sounding
from aural.models.card import Card, Licences
from aural.models.engines import vits as engine
from aural.models.face import Prosody, Spoken, Utterance
from aural.models.runtime import Runtime
from aural.models.through import VOICE
from aural.nets.acoustic import vits

CARD = Card("v", "synthesizer", "vits", Licences("x", "x", "x", None, "a test"), "a test", sample_rate=22050)
SAID = Utterance(("see", "saw"), ("sˈi", "sˈɔ"), ("", "."), (0.2, 0.0))


class Graph:
    """A part of the net as a graph answers; that graphs answer alike is held where they are exported."""

    def __init__(self, part: torch.nn.Module) -> None:
        self.part = part.eval()

    def shape(self, name: str) -> list[int | str | None]:
        assert name == "noise"
        return ["batch", vits.tiny().hidden, "frames"]

    @torch.no_grad()
    def run(self, feeds: dict[str, np.ndarray], names: tuple[str, ...]) -> list[np.ndarray]:
        answers = self.part(**{name: torch.from_numpy(x) for name, x in feeds.items()})
        return [x.numpy() for x in (answers if isinstance(answers, tuple) else (answers,))]


@pytest.fixture(scope="module")
def voice() -> engine.Vits:
    torch.manual_seed(0)
    net = vits.Acoustic(vits.tiny(), 6, 513, 256)
    with torch.no_grad():
        net.length.out.bias.fill_(2.0)  # about 6 frames a phone
    told = {"symbols": ["_", "_.", "s", "i1", "ɔ1", "t"], "pitch": [5.0, 0.2], "level": [-30.0, 6.0]}
    return engine.Vits(CARD, (Graph(Planning(net)), Graph(Sounding(net))), told)


def said(voice: engine.Vits, prosody: Prosody, utterance: Utterance = SAID) -> Spoken:
    (spoken,) = voice.speak(utterance, prosody)
    return spoken


def test_speed_stretches_and_words_follow(voice: engine.Vits) -> None:
    plain = Utterance(SAID.words, SAID.phonemes, SAID.marks)
    spoken = [said(voice, Prosody(speed=speed), plain) for speed in (0.5, 1.0, 2.0)]
    assert all([w.text for w in one.words] == ["see", "saw"] and one.words[0].end <= one.words[1].start for one in spoken)
    slow, usual, quick = (len(one.samples) for one in spoken)
    assert slow > 1.7 * usual > 1.7 * 1.5 * quick


def test_pitch_energy_and_variation_change_the_sound(voice: engine.Vits) -> None:
    plain = said(voice, Prosody()).samples
    assert np.array_equal(plain, said(voice, Prosody(seed=4)).samples) and np.abs(plain).max() <= 1  # the seed draws nothing
    for other in (Prosody(pitch=1.3), Prosody(energy=2.0)):
        samples = said(voice, other).samples
        assert samples.shape == plain.shape and not np.allclose(samples, plain)
    one, again, other = (said(voice, Prosody(variation=1.0, seed=s)).samples for s in (1, 1, 2))
    assert np.array_equal(one, again)
    assert one.shape != other.shape or not np.allclose(one, other)


def test_a_phone_that_it_lacks_is_named(voice: engine.Vits) -> None:
    with pytest.raises(UsageError, match="'z' is no phone"):
        said(voice, Prosody(), Utterance(("zoo",), ("zˈu",)))
    with pytest.raises(UsageError, match="says phonemes"):
        said(voice, Prosody(), Utterance(("zoo",)))


@pytest.mark.parametrize("text", ["[1]", '{"symbols": [], "pitch": [5.0, 0.2], "level": [-30.0, 6.0]}'])
def test_broken_symbols_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / VOICE).write_text(text)
    with pytest.raises(ModelRefused):
        engine.open(tmp_path, CARD, Runtime("cpu", 1))
