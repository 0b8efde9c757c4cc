"""The flite page: phones, what the program prints, word times; and the program itself where it lies here."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from aural.errors import ModelMissing, ModelRefused, UsageError
from aural.models import store
from aural.models.borrowed import flite
from aural.models.borrowed.misaki_lexicon import CARD as LEXICON
from aural.models.face import Prosody, Utterance


def test_phones_carry_the_stress_of_their_vowel() -> None:
    assert flite.phones_of("juno", "ʤˈunˌO") == ["jh", "uw1", "n", "ow0"]
    assert flite.phones_of("turner", "tˈɜɹnəɹ") == ["t", "er1", "n", "er0"]
    assert flite.phones_of("struck", "stɹˈʌk") == ["s", "t", "r", "ah1", "k"]


def test_every_phoneme_of_the_lexicon_has_a_phone() -> None:
    assert set(LEXICON.labels) <= set(flite.CARD.labels)


@pytest.mark.parametrize(("phonemes", "told"), [("ʤ!", "'!'"), ("ˈˌ", "no sound")])
def test_what_it_cannot_say_is_named(phonemes: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        flite.phones_of("x", phonemes)


def test_a_word_is_named_as_it_is_written_unless_that_cannot_be() -> None:
    said = Utterance(("The", "the", "don't", "Zoë", "go"), ("ðə", "ði", "dˈOnt", "zˈOi", "ɡˈO"))
    assert flite.keys_of(said) == ["the", "zababo", "zabado", "zabafo", "go"]


@pytest.mark.parametrize("word", ["straße", "a\nb", "null\0"])
def test_letters_that_it_cannot_read_are_refused(word: str) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        flite.readable(word)


def test_words_are_measured_from_their_phones() -> None:
    phones = flite.read_phones("pau:0.100 hh:0.200 ey1:0.300 pau:0.400 jh:0.500 uw:0.600 pau:0.900\nnoise x:y ")
    words = flite.words_of(("hey", "ju"), (2, 2), phones, 16_000)
    assert [(w.start, w.end, w.timed) for w in words] == [(0.1, 0.3, "measured"), (0.4, 0.6, "measured")]


def test_words_without_phones_are_guessed_inside_what_was_voiced() -> None:
    words = flite.words_of(("a", "bcd"), (), [("pau", 0.1), ("ah", 0.3), ("b", 0.5), ("pau", 0.6)], 16_000)
    assert [w.timed for w in words] == ["guessed"] * 2
    assert [w.start for w in words] == pytest.approx([0.1, 0.2]) and words[1].end == pytest.approx(0.5)


def test_another_recording_than_promised_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    with pytest.raises(ModelRefused, match="no recording"):
        flite.read_samples(path)
    for rate, frames in ((8000, b"\0\0"), (16_000, b"")):
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(frames)
        with pytest.raises(ModelRefused, match="another recording"):
            flite.read_samples(path)


def test_without_the_program_the_store_tells_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert store.entry_of("flite").state == "not installed" and store.entry_of("flite").absent
    with pytest.raises(ModelMissing, match="apt install flite"):
        store.open_model("flite", "synthesizer")


@pytest.mark.skipif(flite.PROGRAM.path() is None, reason="flite is not installed")
def test_the_program_speaks_as_asked() -> None:
    said = Utterance(("hey", "juno"), ("hˈA", "ʤˈunˌO"))
    with store.open_model("flite", "synthesizer") as voice:
        assert isinstance(voice, flite.Flite)
        (plain,), (again,) = voice.speak(said, Prosody("slt")), voice.speak(said, Prosody("slt"))
        (fast,) = voice.speak(said, Prosody("slt", speed=1.5))
        (read,) = voice.speak(Utterance(("hey", "juno")), Prosody("slt"))
        with pytest.raises(UsageError, match="Did you mean 'slt'"):
            list(voice.speak(said, Prosody("slz")))
    assert np.array_equal(plain.samples, again.samples) and 0.1 < np.abs(plain.samples).max() <= 1
    assert len(fast.samples) / len(plain.samples) == pytest.approx(1 / 1.5, abs=0.1)
    assert [w.text for w in plain.words] == ["hey", "juno"] and {w.timed for w in plain.words} == {"measured"}
    assert {w.timed for w in read.words} == {"guessed"}
