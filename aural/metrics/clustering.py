"""How far groups that were found agree with classes that are known: purity, normalized mutual information, adjusted Rand.

Conventions: `true` and `found` name the class and the group [N] of each item; what they are called does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.errors import UsageError


def table(true: Sequence[object], found: Sequence[object]) -> np.ndarray:
    """How many items each class (row) has in each group (column). Raises: UsageError unless lengths agree."""
    if len(true) != len(found) or not len(true):
        raise UsageError(f"{len(true)} classes and {len(found)} groups cannot be compared")
    rows = {name: k for k, name in enumerate(dict.fromkeys(true))}
    columns = {name: k for k, name in enumerate(dict.fromkeys(found))}
    counts = np.zeros((len(rows), len(columns)))
    np.add.at(counts, ([rows[t] for t in true], [columns[f] for f in found]), 1)
    return counts


def purity(true: Sequence[object], found: Sequence[object]) -> float:
    """Share of items whose class is the most frequent one of their group. Grows with the number of groups."""
    counts = table(true, found)
    return float(counts.max(axis=0).sum() / counts.sum())


def nmi(true: Sequence[object], found: Sequence[object]) -> float:
    """Mutual information over the mean of both entropies: 0 independent, 1 the same but for the names.

    Equal to scikit-learn's normalized_mutual_info_score.
    """
    share = table(true, found) / len(true)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    both = _entropy(rows) + _entropy(columns)
    if both == 0:
        return 1.0
    return float(max(0.0, 2 * (both - _entropy(share.ravel())) / both))


def adjusted_rand(true: Sequence[object], found: Sequence[object]) -> float:
    """Share of pairs that both put together or apart, against chance: 0 chance, 1 the same.

    Equal to scikit-learn's adjusted_rand_score.
    """
    counts = table(true, found)
    pairs = [float((c * (c - 1) / 2).sum()) for c in (counts, counts.sum(axis=1), counts.sum(axis=0))]
    every = len(true) * (len(true) - 1) / 2
    chance = pairs[1] * pairs[2] / every if every else 0.0
    most = (pairs[1] + pairs[2]) / 2
    return 1.0 if most == chance else float((pairs[0] - chance) / (most - chance))


def _entropy(shares: np.ndarray) -> float:
    real = shares[shares > 0]
    return float(-(real * np.log(real)).sum())
