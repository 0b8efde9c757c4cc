"""How a voice times and intones a sentence: trees that tell durations and pitch from what surrounds each phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aural.models.face import Prosody
from aural.models.sentences import TIMING, TUNE
from aural.patterns import trees
from aural.patterns.trajectories import smoothest
from aural.patterns.trees import Tree
from aural.text.pronunciation.context import context
from aural.text.pronunciation.phones import Phone

STATES = 3
EDGE = 0.06  # s of silence at either end of a sentence
_SHORTEST, _LONGEST = 0.005, 1.5  # s of a state


@dataclass(frozen=True, eq=False)
class Manner:
    """phones: the names that the voice knows, silence first; hop: s; duration: log s of a phone's three states; pitch: a tree
    for each state, log Hz with slope and bend; lively: a factor on how far the pitch moves from `middle` (log Hz)."""

    phones: tuple[str, ...]
    hop: float
    duration: Tree
    pitch: tuple[Tree, ...]
    middle: float
    lively: float

    def context(self, phones: Sequence[Phone]) -> np.ndarray:
        """What surrounds each phone [L, Q]."""
        return context(phones, self.phones)

    def timed(self, around: np.ndarray, prosody: Prosody, rng: np.random.Generator) -> np.ndarray:
        """Frames of each state [L, 3], one at least; the silences at both ends are short."""
        leaf = self.duration.leaves(around)
        # of numbers whose logarithm is spread, the mean lies over that of the logarithms
        seconds = np.exp(self.duration.mean[leaf] + 0.5 * self.duration.variance[leaf].astype(np.float64))
        seconds *= np.exp(prosody.variation * TIMING * rng.standard_normal((len(around), 1))) / prosody.speed
        seconds = np.clip(seconds, _SHORTEST, _LONGEST)
        seconds[[0, -1]] = EDGE / STATES
        edges = np.round(np.cumsum(np.concatenate([[0.0], seconds.ravel()])) / self.hop).astype(int)
        return np.maximum(1, np.diff(edges)).reshape(seconds.shape)

    def contour(self, around: np.ndarray, frames: np.ndarray, prosody: Prosody, rng: np.random.Generator) -> np.ndarray:
        """The pitch as log Hz [F], also where there is no voice."""
        mean, variance = leaves_of(self.pitch, around, frames)
        course = smoothest(mean, variance)[:, 0]
        moved = np.log(prosody.pitch) + prosody.variation * TUNE * rng.standard_normal()
        return np.asarray(self.middle + (course - self.middle) * self.lively + moved)

    def arrays(self) -> dict[str, np.ndarray]:
        """All numbers, for a file of arrays."""
        found = trees.arrays(self.duration, "duration")
        for k, tree in enumerate(self.pitch):
            found |= trees.arrays(tree, f"pitch{k}")
        return found | {"manner": np.array([self.middle, self.lively, self.hop], np.float64)}


def leaves_of(by_state: Sequence[Tree], around: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Means and variances [F, D] of every frame: phones [L, Q] whose states take so many frames [L, 3]."""
    counts = frames.ravel()
    means, variances = [], []
    for tree in by_state:
        leaf = tree.leaves(around)
        means.append(tree.mean[leaf])
        variances.append(tree.variance[leaf])
    width = means[0].shape[1]
    mean = np.stack(means, axis=1).reshape(-1, width)
    variance = np.stack(variances, axis=1).reshape(-1, width)
    return np.repeat(mean, counts, axis=0).astype(np.float64), np.repeat(variance, counts, axis=0).astype(np.float64)


def of_arrays(found: Mapping[str, np.ndarray], phones: Sequence[str]) -> Manner:
    """The manner again. Raises: KeyError, ValueError when it is not whole."""
    middle, lively, hop = (float(v) for v in found["manner"])
    if not 0.001 <= hop <= 0.05 or not np.isfinite([middle, lively]).all():
        raise ValueError("the manner's numbers are none")
    duration = trees.of_arrays(found, "duration")
    pitch = tuple(trees.of_arrays(found, f"pitch{k}") for k in range(STATES))
    if duration.mean.shape[1] != STATES or any(t.mean.shape[1] != 3 for t in pitch):
        raise ValueError("the trees of the manner tell other numbers")
    return Manner(tuple(phones), hop, duration, pitch, middle, lively)
