"""The default voice: how utterances are cut, word times, styles; and what comes out of the net."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from aural.archives import Place
from aural.errors import ModelMissing, ModelRefused, UsageError
from aural.files import sha256_of
from aural.models import store
from aural.models.borrowed import kokoro
from aural.models.borrowed._kokoro_voices import _SHA256, LATER, SHIPPED, VOICES
from aural.models.face import Prosody, Spoken, Utterance
from aural.models.runtime import Runtime
from aural.sound.pitch import pitch

HEY = Utterance(("hey", "juno"), ("hˈA", "ʤˈunO"))


def test_who_speaks() -> None:
    assert len(VOICES) == 54 and next(iter(VOICES)) == "af_heart"
    english = [name for name, told in VOICES.items() if told.startswith("en")]
    assert len(english) == 28 and english == list(VOICES)[:28]
    assert VOICES["bm_george"] == "en-GB, male" and VOICES["jf_alpha"] == "ja, female"


def test_four_voices_come_with_aural_and_the_rest_when_one_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = {w.name.removesuffix(".bin") for w in LATER}
    assert len(named) == 50 and not named & set(SHIPPED) and named | set(SHIPPED) == set(VOICES)
    voice = kokoro.Kokoro([], {}, tmp_path)
    assert all(voice._style(name).shape == (510, 256) for name in SHIPPED) and not list(tmp_path.iterdir())
    asked: list[list[Path]] = []

    def get(places: Sequence[Place], **_: object) -> None:
        asked.append([p.path for p in places])
        for name in ("af_sky", "af_nova"):
            shutil.copy(kokoro._BESIDE / "af_heart.bin", tmp_path / f"{name}.bin")

    monkeypatch.setattr(kokoro.archives, "get", get)
    assert voice._style("af_sky").shape == (510, 256) and voice._style("af_nova+bf_emma").shape == (510, 256)
    assert len(asked) == 1 and len(asked[0]) == 50


def test_the_shipped_voices_are_those_of_the_archive() -> None:
    for name in SHIPPED:
        assert sha256_of(kokoro._BESIDE / f"{name}.bin") == _SHA256[name]


def test_without_a_network_another_voice_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    monkeypatch.setenv("AURAL_HOME", str(tmp_path))
    with pytest.raises(ModelMissing, match="cannot be fetched"):
        kokoro.Kokoro([], {}, tmp_path / "kokoro")._style("af_sky")


def test_a_block_is_a_sentence() -> None:
    said = Utterance(("hi", "you", "go"), ("hˈI", "ju", "ɡˈO"), (",", ".", ""))
    first, second = kokoro.blocks(said)
    assert first.letters == "hˈI, ju." and second.letters == "ɡˈO"
    assert [first.letters[a:b] for _, a, b in first.words] == ["hˈI", "ju"]


def test_a_pause_is_a_comma_where_no_mark_stands() -> None:
    (block,) = kokoro.blocks(Utterance(HEY.words, HEY.phonemes, pauses=(0.5, 0.2)))
    assert block.letters == "hˈA, ʤˈunO" and block.pauses == (0.5, 0.2)


@pytest.mark.parametrize("marks", [False, True])
def test_what_is_too_long_is_cut_and_nothing_is_lost(marks: bool) -> None:
    words = tuple(f"w{n}" for n in range(400))
    said = Utterance(words, ("bˈu",) * 400, tuple("," if marks and n % 7 == 6 else "" for n in range(400)))
    found = list(kokoro.blocks(said))
    assert tuple(word for block in found for word, _, _ in block.words) == words
    assert all(len(block.letters) <= kokoro.MOST_PHONEMES for block in found)
    assert not marks or all(block.letters.endswith(",") for block in found[:-1])


def test_words_lie_in_order_inside_the_voiced_part() -> None:
    (block,) = kokoro.blocks(HEY)
    durations = np.array([18, 2, 2, 2, 2, 2, 3, 3, 15, 9, 1])
    words = kokoro.words_of(block, durations, (30, 40, 90))
    times = [t for w in words for t in (w.start, w.end)]
    assert times == sorted(times) and times[0] == pytest.approx(10 * 300 / 24_000) and times[-1] == pytest.approx(60 * 300 / 24_000)
    for steps in ((0, 0, 1), (0, 5, 6)):  # next to nothing is voiced: spans stay spans
        assert all(w.start < w.end for w in kokoro.words_of(block, durations, steps))


def test_a_damaged_table_or_voice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vocab.json"
    for text in ("", "[]", '{"vocab": {"ab": 1}}', '{"vocab": {"a": "x"}}'):
        path.write_text(text)
        with pytest.raises(ModelRefused, match="phonemes"):
            kokoro.read_ids(path)
    (tmp_path / "v.bin").write_bytes(b"\0" * 100)
    with pytest.raises(ModelRefused, match="voice"):
        kokoro.read_style(tmp_path / "v.bin")


@pytest.fixture(scope="module")
def voice() -> Iterator[kokoro.Kokoro]:
    with store.open_model("kokoro", "synthesizer", Runtime("cpu", 1)) as opened:
        assert isinstance(opened, kokoro.Kokoro)
        yield opened


def _one(opened: kokoro.Kokoro, said: Utterance = HEY, **fields: float | str) -> Spoken:
    (spoken,) = opened.speak(said, Prosody(**fields))  # type: ignore[arg-type]
    return spoken


@pytest.mark.weights
def test_the_same_manner_gives_the_same_samples_and_another_seed_others(voice: kokoro.Kokoro) -> None:
    first, again, other = (_one(voice, variation=1.0, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.samples, again.samples) and first.words == again.words
    assert not np.array_equal(first.samples, other.samples)
    assert first.samples.dtype == np.float32 and 0.1 < np.abs(first.samples).max() <= 1


@pytest.mark.weights
def test_speed_and_pitch_do_what_they_say(voice: kokoro.Kokoro) -> None:
    plain, fast, high = _one(voice), _one(voice, speed=1.5), _one(voice, pitch=1.4)
    assert len(fast.samples) < 0.85 * len(plain.samples) and len(high.samples) == len(plain.samples)
    assert _pitch(high.samples) / _pitch(plain.samples) == pytest.approx(1.4, abs=0.1)


@pytest.mark.weights
def test_a_pause_is_silent_and_moves_the_next_word(voice: kokoro.Kokoro) -> None:
    held = _one(voice, Utterance(HEY.words, HEY.phonemes, pauses=(0.6, 0.0)))
    levels = np.sqrt(np.mean(held.samples[: len(held.samples) // 240 * 240].reshape(-1, 240) ** 2, 1)) > 0.003
    loud = np.flatnonzero(levels) * 0.01
    assert np.diff(loud).max() >= 0.58
    assert held.words[1].start - held.words[0].start > 0.6


@pytest.mark.weights
def test_a_blend_is_neither_of_two_voices(voice: kokoro.Kokoro) -> None:
    between = _one(voice, voice="af_heart+am_adam").samples
    assert not any(np.array_equal(between, _one(voice, voice=name).samples) for name in ("af_heart", "am_adam"))


@pytest.mark.weights
def test_what_it_does_not_know_is_named(voice: kokoro.Kokoro) -> None:
    with pytest.raises(UsageError, match="Did you mean 'af_heart'"):
        _one(voice, voice="af_hart")
    with pytest.raises(UsageError, match=r"juno.*'§' is no phoneme"):
        _one(voice, Utterance(("juno",), ("ʤ§",)))
    with pytest.raises(UsageError, match="600 phonemes"):
        _one(voice, Utterance(("juno",), ("u" * 600,)))
    with pytest.raises(UsageError, match="not written words"):
        _one(voice, Utterance(("juno",)))


def _pitch(samples: np.ndarray) -> float:
    """Median Hz of what is voiced."""
    return float(np.nanmedian(pitch(samples, sample_rate=24_000).frequency))
