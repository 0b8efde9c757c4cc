"""Decision trees that tie the states of phones in context: yes or no is asked of the phones on both sides.

A context is (left, phone, right), by number, 0 being the border of a word. Questions are sets of phones that sound alike,
found in the data. Letters: P states, Q questions, D width, E contexts.
Source: S. Young, J. Odell and P. Woodland, "Tree-based state tying for high accuracy acoustic modelling", 1994.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

STATES = 3  # of each phone
_FLAT = float(np.log(2 * np.pi)) + 1
_FLOOR = 1e-2  # of the variance of all, below which none is believed

Context = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes [N]: `side` -1 = a leaf, 0 asks the left phone, 1 the right one; `asked` is a row of `questions` [Q, phones], `yes`
    and `no` the nodes that follow; at a leaf `yes` is the state. roots [phones, 3]."""

    roots: np.ndarray
    side: np.ndarray
    asked: np.ndarray
    yes: np.ndarray
    no: np.ndarray
    questions: np.ndarray

    @property
    def states(self) -> int:
        """How many tied states there are."""
        return int(self.yes[self.side < 0].max()) + 1

    def of(self, context: Context) -> tuple[int, ...]:
        """The tied states of a phone in its context, one behind the other."""
        left, phone, right = context
        found = []
        for node in self.roots[phone].tolist():
            while self.side[node] >= 0:
                true = self.questions[self.asked[node], right if self.side[node] else left]
                node = int(self.yes[node] if true else self.no[node])
            found.append(int(self.yes[node]))
        return tuple(found)


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of the frames of one state in E contexts: contexts [E, 2] (left, right), counts [E], sums and squares [E, D]."""

    contexts: np.ndarray
    counts: np.ndarray
    sums: np.ndarray
    squares: np.ndarray


def untied(phones: int) -> Tree:
    """Three states for each phone, whatever stands around it."""
    count = phones * STATES
    nothing = np.zeros(count, int)
    return Tree(
        np.arange(count).reshape(phones, STATES), nothing - 1, nothing, np.arange(count), nothing, np.zeros((0, phones), bool)
    )


def likelihood(counts: np.ndarray, sums: np.ndarray, squares: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """log-likelihood [...] of frames under the one diagonal Gaussian that fits them best: counts [...], sums, squares [..., D]."""
    many = np.maximum(counts, 1e-9)[..., None]
    variance = np.maximum(squares / many - (sums / many) ** 2, floor)
    return np.asarray(-0.5 * counts * (np.log(variance).sum(-1) + sums.shape[-1] * _FLAT))


def questions(counts: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Sets of phones [Q, phones] from statistics of each phone's middle: those that meet when the two likest groups are joined,
    again and again, and each phone by itself. Phone 0 is asked for alone."""
    phones = len(counts)
    floor = _floor(counts, sums, squares)
    alone = [frozenset([p]) for p in range(phones)]
    heard = [p for p in range(1, phones) if counts[p] > 0]
    groups = {frozenset([p]): (counts[p], sums[p], squares[p]) for p in heard}
    found = list(alone)
    while len(groups) > 2:
        keys = list(groups)
        n, s, q = (np.stack([groups[k][i] for k in keys]) for i in range(3))
        own = likelihood(n, s, q, floor)
        loss = own[:, None] + own[None] - likelihood(n[:, None] + n[None], s[:, None] + s[None], q[:, None] + q[None], floor)
        np.fill_diagonal(loss, np.inf)
        a, b = (keys[k] for k in np.unravel_index(int(loss.argmin()), loss.shape))
        one, other = groups.pop(a), groups.pop(b)
        groups[a | b] = (one[0] + other[0], one[1] + other[1], one[2] + other[2])
        found.append(a | b)
    table = np.zeros((len(found), phones), bool)
    for row, group in enumerate(found):
        table[row, list(group)] = True
    return np.unique(table, axis=0)


def tied(
    statistics: dict[tuple[int, int], Statistics], asked: np.ndarray, phones: int, leaves: int, *, least: float = 60.0
) -> Tree:
    """Split the root of every (phone, state) by the questions that raise the likelihood most, until there are `leaves`.

    No leaf keeps fewer than `least` frames. States without a frame stay whole.
    """
    whole = _joined(list(statistics.values()))
    floor = _floor(*whole)
    growth = _Growth(asked, floor, least)
    roots = np.array([[growth.leaf(statistics.get((p, s))) for s in range(STATES)] for p in range(phones)])
    while growth.leaves < leaves and growth.split():
        pass
    return growth.tree(roots)


class _Growth:
    """A tree while it grows: at every leaf the best question and what it would gain."""

    def __init__(self, asked: np.ndarray, floor: np.ndarray, least: float) -> None:
        self._asked, self._floor, self._least = asked, floor, least
        self._nodes: list[list[int]] = []  # side, question, yes, no
        self._held: list[Statistics | None] = []
        self._best: dict[int, tuple[float, int, int]] = {}
        self.leaves = 0

    def leaf(self, held: Statistics | None) -> int:
        """A new leaf; its number."""
        node = len(self._nodes)
        self._nodes.append([-1, 0, 0, 0])
        self._held.append(held)
        self.leaves += 1
        if held is not None:
            gain = self._gain(held)
            if gain[0] > 0:
                self._best[node] = gain
        return node

    def split(self) -> bool:
        """Split the leaf that gains most; False where none gains."""
        if not self._best:
            return False
        node = max(self._best, key=lambda n: (self._best[n][0], -n))
        _, side, question = self._best.pop(node)
        held = self._held[node]
        assert held is not None
        true = self._asked[question][held.contexts[:, side]]
        parts = [Statistics(held.contexts[k], held.counts[k], held.sums[k], held.squares[k]) for k in (true, ~true)]
        self._held[node] = None
        self.leaves -= 1
        self._nodes[node] = [side, question, self.leaf(parts[0]), self.leaf(parts[1])]
        return True

    def tree(self, roots: np.ndarray) -> Tree:
        """The tree as it is, its states numbered in the order of its leaves."""
        state = 0
        for node in self._nodes:
            if node[0] < 0:
                node[2], state = state, state + 1
        table = np.array(self._nodes)
        return Tree(roots, table[:, 0], table[:, 1], table[:, 2], table[:, 3], self._asked)

    def _gain(self, held: Statistics) -> tuple[float, int, int]:
        """(gain, side, question) of the best split."""
        whole = held.counts.sum(), held.sums.sum(0), held.squares.sum(0)
        own = float(likelihood(*whole, self._floor))
        best = (0.0, 0, 0)
        for side in (0, 1):
            true = self._asked[:, held.contexts[:, side]].astype(np.float64)
            n, s, q = true @ held.counts, true @ held.sums, true @ held.squares
            rest = likelihood(whole[0] - n, whole[1] - s, whole[2] - q, self._floor)
            gains = likelihood(n, s, q, self._floor) + rest - own
            gains[(n < self._least) | (whole[0] - n < self._least)] = -np.inf
            k = int(gains.argmax())
            if gains[k] > best[0]:
                best = (float(gains[k]), side, k)
        return best


def _joined(several: list[Statistics]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.concatenate([s.counts for s in several]), np.concatenate([s.sums for s in several]),
        np.concatenate([s.squares for s in several]),
    )  # fmt: skip


def _floor(counts: np.ndarray, sums: np.ndarray, squares: np.ndarray) -> np.ndarray:
    many = max(float(counts.sum()), 1.0)
    return np.asarray(_FLOOR * np.maximum(squares.sum(0) / many - (sums.sum(0) / many) ** 2, 1e-6))
