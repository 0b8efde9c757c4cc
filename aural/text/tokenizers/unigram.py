"""Pieces with a probability each: of all ways to cut a word the likeliest is taken; found by dropping what is missed least.

Many substrings are taken to begin with; their probabilities follow from how often they are used over all ways to cut the
words (EM), and the quarter whose loss costs the text least is dropped, until as many are left as were asked for.
Source: Kudo 2018, Subword Regularization (arXiv:1804.10959).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from aural.text.units import SPACE, Units

_LONGEST, _ROUNDS, _KEPT, _SEEDS = 12, 2, 0.75, 30
_NEVER = -1e30


def train(counts: Mapping[str, int], size: int) -> Units:
    """Pieces up to `size`, likeliest first behind the characters."""
    single = {SPACE, *(c for word in counts for c in word)}
    seen: dict[str, float] = defaultdict(float)
    for word, n in counts.items():
        for i in range(len(word)):
            for j in range(i + 1, min(i + _LONGEST, len(word)) + 1):
                if SPACE not in word[i + 1 : j]:
                    seen[word[i:j]] += n
    often = sorted((p for p in seen if len(p) > 1 and seen[p] > 1), key=lambda p: (-seen[p] * len(p), p))
    scores = _logs({p: seen[p] for p in (*sorted(single), *often[: _SEEDS * size])})
    while True:
        for _ in range(_ROUNDS):
            scores = _improved(scores, counts, single)
        if len(scores) <= max(size, len(single)):
            break
        scores = _dropped(scores, counts, single, max(size, len(single), int(len(scores) * _KEPT)))
    ordered = [*sorted(single, key=lambda c: (c != SPACE, c)), *sorted(scores.keys() - single, key=lambda p: (-scores[p], p))]
    return Units("unigram", tuple(ordered), tuple(scores[p] for p in ordered))


def cut(units: Units, word: str) -> list[str]:
    """The likeliest pieces; characters that are not known are left out."""
    return _best("".join(c for c in word if c in units.numbers), units.logprobs)[0]


def _best(word: str, scores: Mapping[str, float], without: str = "") -> tuple[list[str], float]:
    """The likeliest way to cut a word, and its log-probability."""
    total, came = [0.0] + [_NEVER] * len(word), [0] * (len(word) + 1)
    for j in range(1, len(word) + 1):
        for i in range(max(0, j - _LONGEST), j):
            piece = word[i:j]
            if piece in scores and piece != without and total[i] + scores[piece] > total[j]:
                total[j], came[j] = total[i] + scores[piece], i
    parts, j = [], len(word)
    while j:
        parts.append(word[came[j] : j])
        j = came[j]
    return parts[::-1], total[-1]


def _improved(scores: Mapping[str, float], counts: Mapping[str, int], single: set[str]) -> dict[str, float]:
    """One round of EM: how often each piece is used over all ways to cut the words, as probabilities."""
    used: dict[str, float] = dict.fromkeys(scores, 0.0)
    for word, n in counts.items():
        ways = [(i, j) for i in range(len(word)) for j in range(i + 1, min(i + _LONGEST, len(word)) + 1) if word[i:j] in scores]
        before, after = _sums(len(word), ways, word, scores), [0.0] * (len(word) + 1)
        after[-1] = 0.0
        after[:-1] = [_NEVER] * len(word)
        for i, j in sorted(ways, reverse=True):
            after[i] = _added(after[i], after[j] + scores[word[i:j]])
        for i, j in ways:
            used[word[i:j]] += n * math.exp(before[i] + scores[word[i:j]] + after[j] - before[-1])
    return _logs({p: max(u, 1e-3 if p in single else 0.0) for p, u in used.items() if u > 0.1 or p in single})


def _sums(size: int, ways: Sequence[tuple[int, int]], word: str, scores: Mapping[str, float]) -> list[float]:
    before = [0.0] + [_NEVER] * size
    for i, j in sorted(ways, key=lambda w: (w[1], w[0])):
        before[j] = _added(before[j], before[i] + scores[word[i:j]])
    return before


def _dropped(scores: Mapping[str, float], counts: Mapping[str, int], single: set[str], size: int) -> dict[str, float]:
    """The `size` pieces that the text would miss most: what it loses when a piece's best cut without it takes its place."""
    used: dict[str, float] = defaultdict(float)
    for word, n in counts.items():
        for piece in _best(word, scores)[0]:
            used[piece] += n
    missed = {p: used[p] * (scores[p] - _best(p, scores, without=p)[1]) for p in scores if p not in single}
    kept = sorted(missed, key=lambda p: (-missed[p], p))[: max(0, size - len(single))]
    return {p: scores[p] for p in (*sorted(single), *kept)}


def _logs(used: Mapping[str, float]) -> dict[str, float]:
    whole = sum(used.values())
    return {p: math.log(max(u, 1e-9) / whole) for p, u in used.items()}


def _added(a: float, b: float) -> float:
    high = max(a, b)
    return high + math.log1p(math.exp(min(a, b) - high)) if high > _NEVER else _NEVER
