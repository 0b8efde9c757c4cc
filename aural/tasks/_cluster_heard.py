"""What clustering hears of one recording: an embedding, what the tagger names, and plain facts of the sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from aural.models.face import FrameEmbedder, Scorer
from aural.progress import Quiet
from aural.sound.encode import encode
from aural.sound.sound import Sound
from aural.sound.source import Source
from aural.sound.statistics import names, statistics
from aural.tasks._hearing import Heard as Frames
from aural.tasks._hearing import mono_blocks
from aural.tasks.tag import Average

RATE = 16000
FACTS = ("brightness", "loudness", "noisiness", "change", "length", "pulse", "tempo")
_FROM = {"brightness": "centroid 50 %", "loudness": "level 90 %", "noisiness": "flatness 50 %", "change": "level deviation"}
_AT = {fact: names().index(name) for fact, name in _FROM.items()}
_BITRATE = 32000  # bit/s of mp3, the format that every browser plays
_LAGS = (25, 150)  # frames of 10 ms: 240 to 40 beats a minute


@dataclass(frozen=True, eq=False)
class Heard:
    """`embedding` [D] (empty where none was asked for), `statistics` [S], `tags` [K] scores of the tagger, `facts` by name,
    seconds, and a few seconds as mp3."""

    embedding: np.ndarray
    statistics: np.ndarray
    tags: np.ndarray
    facts: dict[str, float]
    seconds: float
    preview: bytes


def listen(source: Source, embedder: FrameEmbedder | None, tagger: Scorer, preview: float) -> Heard:
    """Hear a recording of any length in blocks; memory does not grow. Raises: SoundError."""
    embedded, told, seconds = np.zeros(0), np.zeros(0), 0.0
    tags, loud = Average(tagger.card.labels), _Loudest(preview)
    pulses: list[tuple[float, float]] = []
    for sound in mono_blocks(source, RATE, Quiet(), "listen", 10.0):
        length = len(sound) / RATE
        if embedder is not None:
            embedded = _added(embedded, length * embedder.frames(sound).mean(axis=0, dtype=np.float64))
        told = _added(told, length * statistics(sound))
        tags.push(_tagged(tagger, sound))
        pulses.append(_pulse(sound))
        loud.push(sound)
        seconds += length
    told = told / seconds
    pulse, tempo = max(pulses)
    facts = {fact: float(told[k]) for fact, k in _AT.items()} | {"length": float(np.log(seconds)), "pulse": pulse, "tempo": tempo}
    return Heard(embedded / seconds, told, tags.scores(), facts, seconds, loud.mp3())


def _added(sums: np.ndarray, more: np.ndarray) -> np.ndarray:
    return sums + more if len(sums) else more


def _tagged(tagger: Scorer, sound: np.ndarray) -> Frames:
    probabilities = tagger.score(sound[None], np.array([len(sound)]))[0]
    level = np.sqrt(np.mean(sound.astype(np.float64) ** 2) + 1e-20)
    return Frames(0, probabilities, np.full(len(probabilities), level))


def _pulse(sound: np.ndarray) -> tuple[float, float]:
    """How steady the beat of a block is (0..1), and its beats a minute: the best lag of how the level rises."""
    size = RATE // 100
    level = np.sqrt((sound[: len(sound) // size * size].reshape(-1, size).astype(np.float64) ** 2).mean(axis=1))
    rise = np.maximum(np.diff(np.log(level + 1e-4)), 0)
    if len(rise) < 2 * _LAGS[1]:
        return 0.0, 0.0
    rise = rise - rise.mean()
    whole = float(rise @ rise)
    if whole < 1e-9:
        return 0.0, 0.0
    likeness = np.array([rise[lag:] @ rise[:-lag] for lag in range(*_LAGS)]) / whole
    best = int(likeness.argmax())
    return float(max(likeness[best], 0.0)), 6000.0 / (_LAGS[0] + best)


@final
class _Loudest:
    """Keeps the block that is loudest, from which a preview is cut."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._kept, self._level = seconds, np.zeros(0, np.float32), -1.0

    def push(self, sound: np.ndarray) -> None:
        level = float(np.mean(sound.astype(np.float64) ** 2))
        if self._seconds > 0 and level > self._level:
            self._kept, self._level = sound, level

    def mp3(self) -> bytes:
        """The loudest stretch of the block, at one level for all, faded at its ends."""
        size = round(self._seconds * RATE)
        if not size or not len(self._kept):
            return b""
        energy = np.concatenate([[0.0], np.cumsum(self._kept.astype(np.float64) ** 2)])
        last = max(0, len(self._kept) - size)
        starts = np.arange(0, last + 1, RATE // 10)
        start = int(starts[np.argmax(energy[np.minimum(starts + size, len(self._kept))] - energy[starts])])
        part = self._kept[start : start + size].copy()
        part *= np.float32(min(0.1 / max(float(np.sqrt(np.mean(part**2))), 1e-6), 0.95 / max(float(np.abs(part).max()), 1e-6)))
        fade = min(len(part) // 2, RATE // 100)
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        part[:fade] *= ramp
        part[len(part) - fade :] *= ramp[::-1]
        return encode(Sound(part[None], RATE), "mp3", bitrate=_BITRATE)
