"""Anchors: which words of two long texts are the same, in order, in time that hardly grows faster than the texts.

Runs of words that stand once in both texts hold the texts together; between them shorter runs are looked for, and what is then
short enough is compared word by word. Source: the patience diff of Bram Cohen; Moreno et al. 1998 for speech.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence

import numpy as np

_RUNS = (4, 2, 1)  # words that must be the same in a row
_CELLS = 4_000_000  # largest table of edit distances
Pair = tuple[int, int]


def anchors(first: Sequence[str], second: Sequence[str]) -> list[Pair]:
    """Pairs of places (i, j) with first[i] == second[j], both growing; a lone pair between words that differ is none."""
    pairs = _between(first, second, 0, 0, 0)
    return [p for k, p in enumerate(pairs) if _held(pairs, k, first, second)]


def _between(first: Sequence[str], second: Sequence[str], at: int, by: int, level: int) -> list[Pair]:
    """The pairs of two stretches that begin at places `at` and `by`."""
    if not first or not second:
        return []
    if len(first) * len(second) <= _CELLS and level:
        return [(at + i, by + j) for i, j in _cheapest(first, second)]
    if level == len(_RUNS):
        return []
    found: list[Pair] = []
    last = (0, 0)
    for i, j, size in [*_unique(first, second, _RUNS[level]), (len(first), len(second), 0)]:
        if i < last[0] or j < last[1]:
            continue
        found += _between(first[last[0] : i], second[last[1] : j], at + last[0], by + last[1], level + 1)
        found += [(at + i + k, by + j + k) for k in range(size)]
        last = (i + size, j + size)
    return found


def _unique(first: Sequence[str], second: Sequence[str], size: int) -> list[tuple[int, int, int]]:
    """(i, j, size) of runs that stand once in each, the longest list of them that grows in both."""
    places = [_once(text, size) for text in (first, second)]
    common = sorted((i, places[1][run]) for run, i in places[0].items() if run in places[1])
    ends: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for k, (_, j) in enumerate(common):
        at = bisect.bisect_left(ends, j)
        ends[at : at + 1], piles[at : at + 1] = [j], [k]
        before.append(piles[at - 1] if at else -1)
    k, chain = (piles[-1] if piles else -1), []
    while k >= 0:
        chain.append((*common[k], size))
        k = before[k]
    return chain[::-1]


def _once(text: Sequence[str], size: int) -> dict[tuple[str, ...], int]:
    """Where each run of words stands that stands there once."""
    found: dict[tuple[str, ...], int] = {}
    twice = set()
    for i in range(len(text) - size + 1):
        run = tuple(text[i : i + size])
        if run in found:
            twice.add(run)
        found[run] = i
    return {run: i for run, i in found.items() if run not in twice}


def _cheapest(first: Sequence[str], second: Sequence[str]) -> list[Pair]:
    """The equal pairs of the cheapest alignment, each word put in, left out or changed costing one."""
    known: dict[str, int] = {}
    one, two = (np.array([known.setdefault(w, len(known)) for w in text]) for text in (first, second))
    columns = np.arange(len(two) + 1, dtype=np.int32)
    rows = [columns]
    for word in one:
        fresh = rows[-1] + 1
        np.minimum(fresh[1:], rows[-1][:-1] + (two != word), out=fresh[1:])
        rows.append(np.minimum.accumulate(fresh - columns) + columns)
    i, j, pairs = len(one), len(two), []
    while i and j:
        if one[i - 1] == two[j - 1] and rows[i][j] == rows[i - 1][j - 1]:
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        elif rows[i][j] == rows[i][j - 1] + 1:
            j -= 1
        else:
            i, j = i - 1, j - 1
    return pairs[::-1]


def _held(pairs: Sequence[Pair], k: int, first: Sequence[str], second: Sequence[str]) -> bool:
    """True for a pair beside another one, at an end of both texts, or of a word that says much."""
    i, j = pairs[k]
    beside = (k and pairs[k - 1] == (i - 1, j - 1)) or (k + 1 < len(pairs) and pairs[k + 1] == (i + 1, j + 1))
    ends = (i, j) == (0, 0) or (i, j) == (len(first) - 1, len(second) - 1)
    return bool(beside or ends or len(first[i]) > 5)
