"""The word contract on every road to word times, with numerals and symbols, silence in front, between and behind."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import aural
from aural.corpora.samples import sample
from aural.models import store
from aural.models.engines._moonshine import Moonshine
from aural.models.runtime import Runtime
from aural.results import Result, Span, Word
from aural.sound.source import Source
from aural.tasks._words import guessed

pytestmark = pytest.mark.weights
RATE, SILENCE = 16000, 1.5
WRITTEN = "On 3 May 2021 it cost $4.50 or €4 (50% more)."


def hold(words: list[Word], duration: float) -> None:
    """Every word starts before it ends, inside the recording, none goes back, all say how they were timed."""
    assert words
    last = 0.0
    for w in words:
        assert w.text.strip() and last <= w.start < w.end <= duration + 1e-3
        assert w.timed in ("measured", "guessed")
        last = w.start


def in_voice(words: list[Word], speech: tuple[Span, ...]) -> None:
    """No word lies in what the gate calls silence, its pad included."""
    for w in words:
        assert any(w.overlap(s) > 0 and s.start - 2e-3 <= w.start for s in speech), w


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    return Source(sample("reading")).load(rate=RATE, mono=True, end=5.0).samples[0]


@pytest.fixture(scope="module")
def spread(voice: np.ndarray) -> Source:
    """Silence, a voice, silence, the voice again, silence."""
    quiet = np.zeros(int(SILENCE * RATE), np.float32)
    return Source.from_samples(np.concatenate([quiet, voice, quiet, voice, quiet]), RATE)


@pytest.mark.parametrize("model", ["moonshine-tiny", "moonshine-base"])
def test_transcribed_words(model: str, spread: Source) -> None:
    result: Result = aural.transcribe(spread, model=model, threads=1)
    words = list(result.words())
    hold(words, result.duration or 0.0)
    assert result.speech
    in_voice(words, result.speech)
    assert all(w.confidence is not None and 0 < w.confidence <= 1 for w in words)
    assert not any(w.start < SILENCE - 0.2 or 6.5 < w.start < 7.8 for w in words), "words in the silence that was put there"
    assert " ".join(w.text for s in result.segments or () for w in s.words or ()) == result.text


def test_without_word_times_the_text_is_the_same(spread: Source) -> None:
    timed = aural.transcribe(spread, model="small", threads=1)
    plain = aural.transcribe(spread, model="small", word_times=False, threads=1)
    assert plain.text == timed.text and not list(plain.words())
    assert all(0 <= s.start < s.end <= (plain.duration or 0) + 1e-3 for s in plain.segments or ())


@pytest.fixture(scope="module")
def tiny() -> Iterator[Moonshine]:
    model = store.open_model("moonshine-tiny", "recognizer", Runtime("cpu", 1))
    assert isinstance(model, Moonshine)
    with model:
        yield model


def test_numerals_and_symbols_have_times(tiny: Moonshine, voice: np.ndarray) -> None:
    words = list(tiny.align(voice, WRITTEN))
    assert [w.text for w in words] == WRITTEN.split()
    hold(words, 5.0)


def test_more_text_than_frames_is_guessed_and_says_so(tiny: Moonshine, voice: np.ndarray) -> None:
    words = list(tiny.align(voice[: RATE // 2], " ".join([WRITTEN] * 6)))
    hold(words, 0.5)
    assert {w.timed for w in words} == {"guessed"}


def test_the_floor() -> None:
    speech = np.zeros(200)
    speech[50:150] = 0.9
    words = guessed(WRITTEN, speech)
    hold(words, 6.4)
    assert {w.timed for w in words} == {"guessed"} and words[0].start >= 1.6 and words[-1].end <= 4.8
