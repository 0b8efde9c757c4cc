"""First half of diarization, the half with models: who of a few speaks in each window, and a voice each 0.4 s."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aural.errors import UsageError
from aural.models.face import Embedder, FrameEmbedder, Scorer
from aural.progress import Progress
from aural.sound.source import Source
from aural.tasks._diarize_sets import Sets

STEP = 1.0  # s from window to window; 0.5 gains nothing, 2 loses 0.4 points of DER
CHUNK, MARGIN = 30.0, 1.6  # s of sound that the voice net is run over at once, and more on both sides
EVERY, REACH = 0.4, 1.3  # s between voice vectors, and how far to both sides one looks for the same speaker
_AT_ONCE = 4  # windows in one call: more cost memory and gain no time
_FAINT = 0.02  # s of one speaker alone below which a place has no voice of its own


@dataclass(frozen=True, eq=False)
class Heard:
    """What the models said of a recording; enough to cluster again and again without them.

    sets [N, F, K]: probability * 255 of each set of local speakers in window n, frame f (uint8), packed;
    first [N]: number of each window's first frame, which may lie before the start of the recording;
    members [K, L]: which local speakers a set holds; vectors [M, D] of unit length (float16), at `times` [M]
    (s), each gathered from `mass` [M] seconds of what sounded like one speaker alone. Frame f of the
    recording has its middle at f * hop + center (s).
    """

    sets: Sets
    first: np.ndarray
    members: np.ndarray
    vectors: np.ndarray
    times: np.ndarray
    mass: np.ndarray
    hop: float
    center: float
    duration: float

    @property
    def frames(self) -> int:
        """Frames from the start of the recording to its end."""
        return max(1, int(np.ceil(self.duration / self.hop)))

    def active(self, window: int) -> np.ndarray:
        """Probability [F, L] that each local speaker of a window speaks."""
        return np.asarray((self.sets[window].astype(np.float32) / 255) @ self.members)

    def alone(self, window: int) -> np.ndarray:
        """Probability [F, L] that each local speaker of a window speaks and nobody else does."""
        return np.asarray((self.sets[window].astype(np.float32) / 255) @ alone_of(self.members))


def members_of(labels: tuple[str, ...]) -> np.ndarray:
    """Sets x local speakers [K, L] from a card's labels such as ("nobody", "1", "2", "1+2")."""
    names = sorted({part for label in labels[1:] for part in label.split("+")})
    return np.array([[float(i > 0 and n in label.split("+")) for n in names] for i, label in enumerate(labels)], np.float32)


def alone_of(members: np.ndarray) -> np.ndarray:
    """The same for those sets only that hold one speaker."""
    return np.asarray(members * (members.sum(axis=1, keepdims=True) == 1), np.float32)


@dataclass(eq=False)
class _Tape:
    """The samples that are still needed: those from sample number `first` on."""

    first: int = 0
    samples: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def end(self) -> int:
        return self.first + len(self.samples)

    def part(self, start: int, end: int) -> np.ndarray:
        """Samples start to end, zeros where there are none."""
        out = np.zeros(end - start, np.float32)
        low, high = max(start, self.first), min(end, self.end)
        if high > low:
            out[low - start : high - start] = self.samples[low - self.first : high - self.first]
        return out

    def push(self, samples: np.ndarray, needed: int) -> None:
        """Add samples; what lies before sample number `needed` is forgotten."""
        drop = min(max(0, needed - self.first), len(self.samples))
        self.samples = np.concatenate([self.samples[drop:], samples])
        self.first += drop


def hear(source: Source, segmenter: Scorer, embedder: Embedder, progress: Progress) -> Heard:
    """Run both models once over a recording; memory grows by a kilobyte or two for each second only."""
    ear = _Ear(segmenter, embedder)
    expected = source.encoding.promised
    for block in source.blocks(CHUNK, rate=ear.rate, mono=True):
        ear.push(block.samples[0])
        progress.step(block.start + block.duration, expected, "speakers")
    return ear.finish()


class _Ear:
    """Takes samples as they come and keeps what the models say of them."""

    def __init__(self, segmenter: Scorer, embedder: Embedder) -> None:
        card = segmenter.card
        assert card.window and card.hop
        if embedder.card.sample_rate != card.sample_rate:
            what = (
                f"{embedder.card.name} hears voices at {embedder.card.sample_rate} Hz, {card.name} turns at {card.sample_rate} Hz"
            )
            raise UsageError(what, where="speaker_embedding", fix=f"Train it with --sample-rate {card.sample_rate}")
        self.rate = card.sample_rate
        self._segmenter, self._embedder = segmenter, embedder
        self._hop, self._window = round(card.hop * self.rate), round(card.window * self.rate)
        self._center = card.calibration.get("center", card.hop / 2)
        self._step = round(STEP / card.hop)
        self._members = members_of(card.labels)
        self._tape = _Tape()
        # The first windows begin before the recording, so that its start is seen as often as the rest.
        self._next = -(self._window // 2 // (self._step * self._hop))
        self._chunk = 0
        self._sets = Sets()
        self._first: list[int] = []
        self._voices: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def push(self, samples: np.ndarray) -> None:
        """Any number of samples [t] at `rate`; numbers that are none count as silence."""
        needed = min(self._next * self._step * self._hop, round((self._chunk * CHUNK - MARGIN) * self.rate))
        self._tape.push(np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0), needed)
        self._segment(self._tape.end - self._window)
        while (self._chunk * CHUNK + CHUNK + MARGIN) * self.rate + self._window <= self._tape.end:
            self._embed(round((self._chunk + 1) * CHUNK * self.rate))

    def finish(self) -> Heard:
        """What is left, and all of it together."""
        end = self._tape.end
        self._segment(end - self._window // 2 - 1)
        while self._chunk * CHUNK * self.rate < end:
            rest = end / self.rate - (self._chunk + 1) * CHUNK
            self._embed(end if rest < CHUNK / 3 else round((self._chunk + 1) * CHUNK * self.rate))
        parts = self._voices or [(np.zeros((0, 1), np.float16), np.zeros(0, np.float32), np.zeros(0, np.float32))]
        vectors, times, mass = (np.concatenate(p) for p in zip(*parts, strict=True))
        first = np.array(self._first, int)
        return Heard(self._sets, first, self._members, vectors, times, mass, self._hop / self.rate, self._center, end / self.rate)

    def _segment(self, last: int) -> None:
        """Every window not yet seen whose first sample is `last` or before."""
        while (begin := self._next * self._step * self._hop) <= last:
            count = min(_AT_ONCE, (last - begin) // (self._step * self._hop) + 1)
            starts = [(self._next + i) * self._step * self._hop for i in range(count)]
            batch = np.stack([self._tape.part(s, s + self._window) for s in starts])
            self._keep(batch, starts)
            self._next += count

    def _keep(self, batch: np.ndarray, starts: list[int]) -> None:
        loud = np.abs(batch).max(axis=1) > 0
        found: Any = iter(())
        if loud.any():
            found = iter(self._segmenter.score(batch[loud], np.full(int(loud.sum()), self._window)))
        for row, begin in zip(loud, starts, strict=True):
            if row:
                # A byte for each probability: finer differences than 0.004 do not change who speaks.
                self._sets.add(np.rint(next(found) * 255).astype(np.uint8))
                self._first.append(begin // self._hop)

    def _embed(self, end: int) -> None:
        """Voice vectors of the next chunk, which ends at sample number `end`."""
        begin = round(self._chunk * CHUNK * self.rate)
        self._chunk = max(self._chunk + 1, -(-end // round(CHUNK * self.rate)))
        low, high = max(0, begin - round(MARGIN * self.rate)), min(self._tape.end, end + round(MARGIN * self.rate))
        card = self._embedder.card
        hop = card.hop or 0.08
        count = max(1, int((high - low) / self.rate / hop))
        times = low / self.rate + card.calibration.get("center", hop / 2) + hop * np.arange(count)
        inside = np.flatnonzero((times >= begin / self.rate) & (times < end / self.rate))
        centers = inside[round(EVERY / hop) // 2 :: round(EVERY / hop)]
        weights = self._same_speaker(times, centers, round(REACH / hop))
        mass = weights.sum(axis=1) * hop
        told = mass > _FAINT
        if told.any():
            vectors = _pooled(self._embedder, self._tape.part(low, high), weights[told], weights.max(axis=0))
            at = times[centers[told]].astype(np.float32)
            self._voices.append((vectors.astype(np.float16), at, mass[told].astype(np.float32)))

    def _same_speaker(self, times: np.ndarray, centers: np.ndarray, reach: int) -> np.ndarray:
        """Probability [C, T] that the speaker at each center, alone, is the one alone at each of `times` [T] near it.

        Local speakers have other numbers in each window, but "the same as there" needs no numbers: it is
        averaged over the windows that see both places.
        """
        alone = alone_of(self._members)
        together = np.zeros((len(centers), len(times)), np.float32)
        seen = np.full_like(together, 1e-9)
        reach_back = times[0] - self._window / self.rate
        low, high = (int(np.searchsorted(self._first, round(t * self.rate / self._hop))) for t in (reach_back, times[-1]))
        for window, first in enumerate(self._first[low:high], low):
            sets = self._sets[window]
            at = np.rint((times - self._center) * self.rate / self._hop).astype(int) - first
            inside = (at >= 0) & (at < len(sets))
            if inside.any():
                said = _smooth((sets.astype(np.float32) / 255) @ alone)[np.clip(at, 0, len(sets) - 1)] * inside[:, None]
                together += said[centers] @ said.T
                seen += inside[centers][:, None] * inside
        near = np.abs(np.arange(len(times)) - centers[:, None]) <= reach
        return np.asarray(together / seen * near)


def _smooth(values: np.ndarray) -> np.ndarray:
    """The mean over five frames (0.08 s, a frame of the voice net)."""
    total = np.cumsum(np.pad(values, ((3, 2), (0, 0)), mode="edge"), axis=0)
    return np.asarray((total[5:] - total[:-5]) / 5)


def _pooled(embedder: Embedder, samples: np.ndarray, weights: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """A vector for each row of weights [K, T] over the samples; voiced [T] says where anybody speaks alone."""
    if isinstance(embedder, FrameEmbedder):
        frames = embedder.frames(samples, voiced)
        if len(frames) < weights.shape[1]:
            frames = np.concatenate([frames, np.repeat(frames[-1:], weights.shape[1] - len(frames), axis=0)])
        return embedder.pooled(frames[: weights.shape[1]], weights)
    return np.concatenate(list(_one_by_one(embedder, samples, weights)))


def _one_by_one(embedder: Embedder, samples: np.ndarray, weights: np.ndarray) -> Iterator[np.ndarray]:
    """As `_pooled` for an embedder without frames: each row hears the stretch where its weights are not zero."""
    each = len(samples) / weights.shape[1]
    for row in weights:
        used = np.flatnonzero(row)
        part = samples[round(used[0] * each) : round((used[-1] + 1) * each)]
        yield embedder.embed(part[None], np.array([len(part)]), [row[used[0] : used[-1] + 1]])
