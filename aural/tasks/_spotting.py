"""Keywords in samples that come block by block: when a phrase was said, told as soon as it was."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import StreamingScorer
from aural.results import Curve

# What stands in the labels of a model for everything that is no keyword.
NOTHING = frozenset({"other", "unknown", "background", "silence", "noise", "none", "_background_noise_", "negative"})
SCORE = "score"  # the unit of the curves that tell scores
_WINDOW = 1.0  # s that an answer is about, where the card does not say


@dataclass(frozen=True)
class Hit:
    """A phrase: which label, when it was over (s), and the highest score until it faded."""

    label: int
    time: float
    score: float


@dataclass(frozen=True, eq=False)
class Rule:
    """Scores count from `high` [K] on; two hits of a label are `apart` s from each other at least; scores are the mean over
    `smooth` s."""

    high: np.ndarray
    apart: float = 1.0
    smooth: float = 0.08


@final
class Spotter:
    """Finds hits of the labels `wanted` in a stream.

        spotter = Spotter(model, wanted, rule); hits = spotter.push(samples) ...; hits += spotter.finish()

    A hit is told when its score has not risen for 0.2 s, so at the latest 0.2 s after its highest score.
    """

    SETTLED, BEHIND = 0.2, 0.3

    def __init__(self, model: StreamingScorer, wanted: Sequence[int], rule: Rule, keep: bool = False) -> None:
        assert model.card.hop is not None
        self.hop = model.card.hop
        self._model, self._wanted, self._rule = model, list(wanted), rule
        self._state: Any = model.start()
        self._width = max(1, round(rule.smooth / self.hop))
        self._tail = np.zeros((0, len(self._wanted)), np.float32)
        self._frames = 0
        self._peaks: dict[int, Hit] = {}
        self._last: dict[int, float] = {}
        self._kept: list[np.ndarray] | None = [] if keep else None

    def push(self, samples: np.ndarray) -> list[Hit]:
        """The hits that samples [t] at the model's rate settle."""
        self._state, scores = self._model.step(self._state, samples)
        return self._follow(scores)

    def finish(self) -> list[Hit]:
        """What is left when the recording ends. A moment of silence follows, in which a last phrase is understood."""
        found = self.push(np.zeros(round(self.BEHIND * self._model.card.sample_rate), np.float32))
        found += self._follow(self._model.finish(self._state))
        return found + [self._tell(label) for label in sorted(self._peaks)]

    def curves(self) -> tuple[Curve, ...]:
        """The smoothed scores over time, where `keep` asked for them: one curve a label."""
        rows = np.concatenate(self._kept or [np.zeros((0, len(self._wanted)), np.float32)])
        labels = self._model.card.labels
        return tuple(Curve(labels[k], SCORE, self.hop, self.hop, rows[:, n]) for n, k in enumerate(self._wanted))

    def _follow(self, scores: np.ndarray) -> list[Hit]:
        if not len(scores):
            return []
        rows = np.concatenate([self._tail, scores[:, self._wanted].astype(np.float32)])
        rows = np.pad(rows, ((self._width - 1 - len(self._tail), 0), (0, 0)))
        means = meant(rows, self._width)
        self._tail = rows[len(rows) - (self._width - 1) :]
        if self._kept is not None:
            self._kept.append(means)
        found: list[Hit] = []
        first = self._frames
        self._frames += len(scores)
        busy = (means >= self._rule.high[self._wanted]).any(axis=1)
        for row in range(len(means)) if self._peaks else np.flatnonzero(busy):
            found += self._frame((first + int(row) + 1) * self.hop, means[row])
        # Where nothing was heard for long the rows above were passed over: settle by the clock.
        return found + self._settled(self._frames * self.hop)

    def _frame(self, time: float, means: np.ndarray) -> list[Hit]:
        found = self._settled(time)
        for place, label in enumerate(self._wanted):
            score = float(means[place])
            if score < self._rule.high[label] or time - self._last.get(label, -np.inf) < self._rule.apart:
                continue
            if label not in self._peaks or score > self._peaks[label].score:
                self._peaks[label] = Hit(label, time, score)
        return found

    def _settled(self, time: float) -> list[Hit]:
        ripe = sorted(label for label, hit in self._peaks.items() if time - hit.time >= self.SETTLED - 1e-9)
        return [self._tell(label) for label in ripe]

    def _tell(self, label: int) -> Hit:
        hit = self._peaks.pop(label)
        self._last[label] = hit.time
        return hit


def smooth_of(scores: np.ndarray, hop: float) -> np.ndarray:
    """A whole stream's scores [F, K] as the spotter smooths them by default: the mean over what was heard last."""
    width = max(1, round(Rule.smooth / hop))
    return meant(np.pad(scores, ((width - 1, 0), (0, 0))), width)


def meant(rows: np.ndarray, width: int) -> np.ndarray:
    """rows [F + width - 1, K] -> the means [F, K] of `width` in a row."""
    return np.asarray(np.lib.stride_tricks.sliding_window_view(rows, width, axis=0).mean(axis=-1))


def wanted(card: Card, asked: Sequence[str]) -> list[int]:
    """The labels that are listened for. Raises: UsageError for a phrase that the model does not know."""
    known = {label.casefold(): k for k, label in enumerate(card.labels) if label.casefold() not in NOTHING}
    if not asked:
        return sorted(known.values())
    unknown = [name for name in asked if name.casefold() not in known]
    if unknown:
        raise UsageError(
            f"the model {card.name} does not know the phrase {unknown[0]!r}", where="--keyword",
            fix=f"It knows: {', '.join(card.labels[k] for k in sorted(known.values()))}; "
                f'aural train spot --phrase "{unknown[0]}" makes one that does',
        )  # fmt: skip
    return [known[name.casefold()] for name in asked]


def length_of(card: Card, label: int) -> float:
    """How long (s) a phrase takes, as the card knows it."""
    lengths: Mapping[str, float] = card.calibration
    return float(lengths.get(f"seconds {card.labels[label]}", card.window or _WINDOW))
