"""Silence between words: as long as asked, where it is quiet, and the words move along."""

from __future__ import annotations

import numpy as np
import pytest

from aural.models.pauses import with_pauses
from aural.results import Word

RATE = 16_000


def _two_tones(gap: float) -> tuple[np.ndarray, tuple[Word, Word]]:
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(RATE // 5) / RATE).astype(np.float32)
    samples = np.concatenate([tone, np.zeros(round(gap * RATE), np.float32), tone])
    return samples, (Word(0.0, 0.2, "one"), Word(0.2 + gap, 0.4 + gap, "two"))


@pytest.mark.parametrize(("gap", "pause"), [(0.0, 0.3), (0.1, 0.3), (0.1, 1.0)])
def test_the_silence_becomes_as_long_as_asked(gap: float, pause: float) -> None:
    samples, words = _two_tones(gap)
    longer, moved = with_pauses(samples, words, (pause, 0.0), RATE)
    loud = np.flatnonzero(np.abs(longer) > 0.01)
    silence = np.diff(loud).max() / RATE
    assert silence == pytest.approx(pause, abs=0.012)
    assert len(longer) - len(samples) == round((moved[1].start - words[1].start) * RATE)
    assert moved[0] == words[0] and moved[1].duration == pytest.approx(words[1].duration)


def test_what_is_silent_enough_stays_and_no_pause_changes_nothing() -> None:
    samples, words = _two_tones(0.4)
    for pauses in ((0.0, 0.0), (0.3, 0.0)):
        same, moved = with_pauses(samples, words, pauses, RATE)
        assert np.allclose(same, samples, atol=1e-6) and moved == words


def test_a_pause_after_the_last_word_is_silence_at_the_end() -> None:
    samples, words = _two_tones(0.1)
    longer, moved = with_pauses(samples, words, (0.0, 0.25), RATE)
    assert len(longer) == len(samples) + RATE // 4 and not longer[len(samples) :].any() and moved == words
