"""Trees of yes-or-no questions that part things until each leaf holds what is alike: a Gaussian of several numbers in each.

Source: J. Odell, "The use of context in large vocabulary speech recognition", 1995 (greedy splits by likelihood); K. Shinoda and
T. Watanabe, "MDL-based context-dependent subword modeling", 2000 (when to stop).
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

_FLOOR = 0.01  # of the variance over all


@dataclass(frozen=True, eq=False)
class Tree:
    """question [I], border [I]: inner node i asks whether number `question` of a row lies over `border`; no [I], yes [I]: the
    next node, or -1 - leaf. mean [K, D], variance [K, D] and count [K] of the leaves. A tree without a node has one leaf."""

    question: np.ndarray
    border: np.ndarray
    no: np.ndarray
    yes: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    count: np.ndarray

    def leaves(self, rows: np.ndarray) -> np.ndarray:
        """The leaf of each row [N, Q]: [N]."""
        at = np.zeros(len(rows), np.int64) if len(self.question) else np.full(len(rows), -1)
        moving = np.flatnonzero(at >= 0)
        while len(moving):
            node = at[moving]
            over = rows[moving, self.question[node]] > self.border[node]
            at[moving] = np.where(over, self.yes[node], self.no[node])
            moving = moving[at[moving] >= 0]
        return -1 - at


@dataclass(frozen=True, eq=False)
class Sums:
    """Weight [N], sum [N, D] and sum of squares [N, D] of what is to be told of each row."""

    weight: np.ndarray
    first: np.ndarray
    second: np.ndarray


def borders(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All questions worth asking of rows [N, Q]: (column, border) with a border between each two neighboring values."""
    column, border = [], []
    for q in range(rows.shape[1]):
        values = np.unique(rows[:, q])
        for a, b in itertools.pairwise(values):
            column.append(q)
            border.append((a + b) / 2)
    return np.array(column, np.int64), np.array(border, np.float32)


def grow(rows: np.ndarray, sums: Sums, *, least: float, strictness: float = 1.0, most: int = 4000) -> Tree:
    """A tree for rows [N, Q], the best split first, at most `most` leaves.

    `least`: weight that each leaf has at least; `strictness`: how much likelihood a split must bring, in units of what
    two more numbers for each of D cost (minimum description length).
    """
    column, border = borders(rows)
    asked = (rows[:, column] > border).astype(np.float32)
    total, width = float(sums.weight.sum()), sums.first.shape[1]
    numbers = np.concatenate([sums.weight[:, None], sums.first, sums.second], axis=1).astype(np.float32)
    common = _gaussian(numbers.sum(axis=0, dtype=np.float64), np.zeros(width))
    floor = _FLOOR * common[1]
    price = strictness * width * np.log(max(2.0, total))
    leaves: dict[int, np.ndarray] = {0: np.arange(len(rows))}
    nodes: list[tuple[int, float, int, int]] = []  # question, border, leaf numbers of no and yes
    queue: list[tuple[float, int, int]] = []
    best = _split(asked, numbers, leaves[0], floor, least)
    if best is not None and best[0] > price:
        heapq.heappush(queue, (-best[0], 0, best[1]))
    where: dict[int, int] = {}  # leaf -> the node that it became
    made = 1
    while queue and len(leaves) < most:
        _, leaf, question = heapq.heappop(queue)
        own = leaves.pop(leaf)
        over = asked[own, question] > 0.5
        no, yes = made, made + 1
        made += 2
        leaves[no], leaves[yes] = own[~over], own[over]
        where[leaf] = len(nodes)
        nodes.append((int(column[question]), float(border[question]), no, yes))
        for child in (no, yes):
            best = _split(asked, numbers, leaves[child], floor, least)
            if best is not None and best[0] > price:
                heapq.heappush(queue, (-best[0], child, best[1]))
    return _tree(nodes, where, leaves, numbers, floor)


def refilled(tree: Tree, rows: np.ndarray, sums: Sums) -> Tree:
    """The same questions with Gaussians of other numbers of the same rows; a leaf without any weight gets those of all."""
    numbers = np.concatenate([sums.weight[:, None], sums.first, sums.second], axis=1)
    count = len(tree.count)
    found = np.zeros((count, numbers.shape[1]))
    np.add.at(found, tree.leaves(rows), numbers)
    common = _gaussian(numbers.sum(axis=0), np.zeros(sums.first.shape[1]))
    told = [_gaussian(row, _FLOOR * common[1]) if row[0] > 0 else common for row in found]
    return replace(
        tree, mean=np.array([m for m, _ in told], np.float32), variance=np.array([v for _, v in told], np.float32),
        count=found[:, 0].astype(np.float32),
    )  # fmt: skip


def arrays(tree: Tree, name: str) -> dict[str, np.ndarray]:
    """The tree for a file of arrays, each under `name` and a dot; Gaussians in 16 bits."""
    return {
        f"{name}.question": tree.question.astype(np.int32), f"{name}.border": tree.border.astype(np.float16),
        f"{name}.no": tree.no.astype(np.int32), f"{name}.yes": tree.yes.astype(np.int32),
        f"{name}.mean": tree.mean.astype(np.float16), f"{name}.variance": tree.variance.astype(np.float16),
    }  # fmt: skip


def of_arrays(found: Mapping[str, np.ndarray], name: str) -> Tree:
    """The tree again. Raises: KeyError, ValueError when it is not whole."""
    question, border, no, yes = (found[f"{name}.{part}"] for part in ("question", "border", "no", "yes"))
    mean, variance = (found[f"{name}.{part}"].astype(np.float32) for part in ("mean", "variance"))
    nodes, leaves = len(question), len(mean)
    ways = np.concatenate([no, yes])
    whole = border.shape == no.shape == yes.shape == (nodes,) and mean.shape == variance.shape and leaves == nodes + 1
    if not whole or (nodes and (ways.max() >= nodes or ways.min() < -leaves or question.min() < 0)):
        raise ValueError(f"the tree {name} does not fit together")
    # every node comes behind the one that asks before it, so that each way ends
    if any(way >= 0 and way <= at % nodes for at, way in enumerate(ways.tolist())):
        raise ValueError(f"the tree {name} leads in a circle")
    return Tree(question.astype(np.int64), border.astype(np.float32), no.astype(np.int64), yes.astype(np.int64), mean,
                np.maximum(variance, 1e-6), np.ones(leaves, np.float32))  # fmt: skip


def _tree(
    nodes: Sequence[tuple[int, float, int, int]], where: dict[int, int], leaves: dict[int, np.ndarray], numbers: np.ndarray,
    floor: np.ndarray,
) -> Tree:  # fmt: skip
    order = {leaf: k for k, leaf in enumerate(sorted(leaves))}

    def place(leaf: int) -> int:
        return where[leaf] if leaf in where else -1 - order[leaf]

    told = [_gaussian(numbers[leaves[leaf]].sum(axis=0, dtype=np.float64), floor) for leaf in sorted(leaves)]
    return Tree(
        np.array([n[0] for n in nodes], np.int64), np.array([n[1] for n in nodes], np.float32),
        np.array([place(n[2]) for n in nodes], np.int64), np.array([place(n[3]) for n in nodes], np.int64),
        np.array([m for m, _ in told], np.float32), np.array([v for _, v in told], np.float32),
        np.array([numbers[leaves[leaf], 0].sum() for leaf in sorted(leaves)], np.float32),
    )  # fmt: skip


def _gaussian(numbers: np.ndarray, floor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance [D] of summed numbers [1 + 2 D]."""
    width = (len(numbers) - 1) // 2
    weight = max(float(numbers[0]), 1e-9)
    mean = numbers[1 : 1 + width] / weight
    return mean, np.maximum(numbers[1 + width :] / weight - mean * mean, np.maximum(floor, 1e-12))


def _split(asked: np.ndarray, numbers: np.ndarray, own: np.ndarray, floor: np.ndarray, least: float) -> tuple[float, int] | None:
    """The gain in log-likelihood and the number of the best question for the rows `own`; None where none parts them well."""
    if len(own) < 2:
        return None
    part = numbers[own]
    whole = part.sum(axis=0, dtype=np.float64)
    if whole[0] < 2 * least:
        return None
    over = (asked[own].T @ part).astype(np.float64)
    under = whole - over
    fits = (over[:, 0] >= least) & (under[:, 0] >= least)
    if not fits.any():
        return None
    gain = _cost(whole[None], floor)[0] - _cost(over[fits], floor) - _cost(under[fits], floor)
    best = int(gain.argmax())
    return float(gain[best]), int(np.flatnonzero(fits)[best])


def _cost(numbers: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """Half the weight times the log of the variances, summed over D: [Q]."""
    width = (numbers.shape[1] - 1) // 2
    weight = numbers[:, :1]
    mean = numbers[:, 1 : 1 + width] / weight
    variance = np.maximum(numbers[:, 1 + width :] / weight - mean * mean, floor)
    return np.asarray(0.5 * weight[:, 0] * np.log(variance).sum(axis=1))
