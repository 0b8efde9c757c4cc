"""A voice in two stages: an acoustic model makes the spectrogram, a vocoder the sound; and the vocoder that needs no weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.models import card as cards
from aural.models.card import Card
from aural.models.face import Prosody, Spoken, Synthesizer, Utterance, Vocoder
from aural.models.pauses import with_pauses
from aural.models.peaks import bounded
from aural.results import Word
from aural.sound import griffin_lim
from aural.sound.voice_mel import at_rate
from aural.text.pronunciation.phones import Phone

VOICE = "voice.json"  # beside the graphs of a neural voice: its symbols, and the scales of pitch and level
LONGEST = 0.4  # s a phone, behind which a voice that finds its own way has lost it
_FLOOR = Path(__file__).parent / "shipped" / "griffin-lim" / "card.json"


class Acoustic(ABC):
    """What makes a log-mel spectrogram of words; `card` is that of the voice."""

    card: Card

    @abstractmethod
    def spectrogram(self, utterance: Utterance, prosody: Prosody) -> tuple[np.ndarray, tuple[Word, ...]]:
        """log_mel [M, F] as `sound/voice_mel.py` defines it at card.sample_rate, and the words with their times (s).

        Raises: UsageError for a phoneme that it does not have, and for words without phonemes.
        """

    @abstractmethod
    def close(self) -> None:
        """Free what it holds."""


@final
class Through(Synthesizer):
    """An acoustic model heard through a vocoder, an utterance a block."""

    def __init__(self, acoustic: Acoustic, vocoder: Vocoder) -> None:
        self.card, self.blends = acoustic.card, False
        self.acoustic, self._vocoder = acoustic, vocoder

    def close(self) -> None:
        self.acoustic.close()

    def speak(self, utterance: Utterance, prosody: Prosody) -> Iterator[Spoken]:
        mel, words = self.acoustic.spectrogram(utterance, prosody)
        samples = self._vocoder.sound(mel, self.card.sample_rate)
        if utterance.pauses:
            samples, words = with_pauses(samples, words, utterance.pauses, self.card.sample_rate)
        yield Spoken(bounded(samples), words)

    def through(self, vocoder: Vocoder) -> Through:
        """The same voice heard through another vocoder, which stays its owner's to close."""
        return Through(self.acoustic, vocoder)


@final
class GriffinLim(Vocoder):
    """The algorithm of `sound/griffin_lim.py` for a `voice_mel` at any rate; what a voice is heard through by itself."""

    def __init__(self, card: Card | None = None) -> None:
        self.card = card or cards.read(_FLOOR)

    def close(self) -> None:
        """There is nothing to free."""

    def sound(self, log_mel: np.ndarray, sample_rate: int) -> np.ndarray:
        return griffin_lim.from_mel(log_mel, options=at_rate(sample_rate))


def spread(durations: np.ndarray, phones: Sequence[Phone]) -> np.ndarray:
    """Frames of each phone [L], whole numbers whose running sum follows that of `durations`; a sound has one or more."""
    least = np.array([0.0 if p.silent else 1.0 for p in phones])
    edges = np.round(np.cumsum(np.maximum(durations, least)))
    frames = np.maximum(np.diff(np.concatenate([[0.0], edges])), least).astype(np.int64)
    frames[-1] += max(0, 2 - int(frames.sum()))  # the graph's least
    return np.asarray(frames)


def laid(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The phone of each frame [F], and where in it [F, 3]: the share that is over, ln of 1 + frames since begin and until end."""
    owners = np.repeat(np.arange(len(frames)), frames)
    size = frames[owners]
    since = np.arange(len(owners)) - (np.cumsum(frames) - frames)[owners]
    within = np.stack([(since + 0.5) / np.maximum(size, 1), np.log1p(since), np.log1p(size - since)], axis=1)
    return owners, within.astype(np.float32)


def spans(utterance: Utterance, phones: Sequence[Phone], frames: np.ndarray, hop: float) -> tuple[Word, ...]:
    """Each word from where its first phone begins to where its last one ends (s)."""
    ends = np.cumsum(frames) * hop
    starts = np.concatenate([[0.0], ends[:-1]])
    found = []
    for number, text in enumerate(utterance.words):
        own = [k for k, p in enumerate(phones) if p.word == number]
        found.append(Word(float(starts[own[0]]), float(ends[own[-1]]), text, timed="measured"))
    return tuple(found)


def looked_spans(
    utterance: Utterance, phones: Sequence[Phone], looked: np.ndarray, count: int, sample_rate: int
) -> tuple[Word, ...]:
    """Words by where a voice looked: the phone that each step [S] looked at most, never going back, over `count` frames."""
    owners = np.maximum.accumulate(looked)
    shares = np.maximum(np.bincount(owners, minlength=len(phones)), 0.1)  # what it skipped has a moment, too
    return spans(utterance, phones, count * shares / shares.sum(), at_rate(sample_rate).hop / sample_rate)


def stretched(log_mel: np.ndarray, speed: float) -> np.ndarray:
    """log_mel [M, F] with 1 / speed as many frames, values between two neighbors."""
    if speed == 1.0:
        return log_mel
    count = max(2, round(log_mel.shape[1] / speed))
    at = np.linspace(0, log_mel.shape[1] - 1, count)
    low = np.minimum(at.astype(np.int64), max(0, log_mel.shape[1] - 2))
    share = (at - low).astype(np.float32)
    return np.asarray(log_mel[:, low] * (1 - share) + log_mel[:, np.minimum(low + 1, log_mel.shape[1] - 1)] * share)
