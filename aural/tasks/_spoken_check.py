"""Whether made speech says what it should: heard again by a recognizer, and neither too long nor too short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.metrics.words import word_errors
from aural.models.face import Decoding, Recognizer
from aural.sound.resample import resample
from aural.text.scoring import normalize

TRIES = 3
QUICKEST, SLOWEST = 0.03, 0.25  # s for each phoneme at speed 1; a voice that drops or repeats words leaves these bounds
WRONG = 0.2  # share of words that may be heard otherwise: names and homophones are
_PAD = 0.3  # s of silence on either side


@dataclass(frozen=True)
class Verdict:
    """What was heard, the share of wrong words, and whether the length can be right."""

    heard: str
    errors: float
    fits: bool

    @property
    def right(self) -> bool:
        return self.fits and self.errors <= WRONG

    @property
    def badness(self) -> float:
        """The smaller, the better."""
        return self.errors + (0.0 if self.fits else 1.0)


@final
class Listener:
    """A recognizer that hears sentences again."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def judge(self, samples: np.ndarray, sample_rate: int, words: Sequence[str], phonemes: int, speed: float) -> Verdict:
        """samples [T] of a sentence, the words that should be in it, and how many phonemes they have."""
        seconds = _voiced(samples, sample_rate) * speed / max(phonemes, 1)
        fits = QUICKEST <= seconds <= SLOWEST or phonemes < 6
        rate = self._recognizer.card.sample_rate
        silence = np.zeros(round(_PAD * rate), np.float32)
        heard = np.concatenate([silence, resample(samples, sample_rate, rate), silence])
        decoding = Decoding(language="en", word_times=False, allow_empty=False)
        (found,) = self._recognizer.recognize(heard[None], np.array([len(heard)]), decoding)
        return Verdict(found.text.strip(), share(normalize(" ".join(words)), normalize(found.text)), fits)


def share(wanted: str, got: str) -> float:
    """Wrong words for each word; words that are only parted otherwise are right ("bed room")."""
    if wanted.replace(" ", "") == got.replace(" ", ""):
        return 0.0
    return word_errors(wanted, got).rate if wanted else 1.0


def _voiced(samples: np.ndarray, sample_rate: int) -> float:
    """Seconds between the first and the last sample that is no silence."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return (int(loud[-1]) - int(loud[0])) / sample_rate if len(loud) else 0.0
