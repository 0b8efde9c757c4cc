"""Byte-pair encoding over characters: the pair that stands side by side most often becomes one piece, again and again.

Source: Sennrich et al. 2016, Neural Machine Translation of Rare Words with Subword Units (arXiv:1508.07909).
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from aural.text.units import SPACE, Units

Pair = tuple[str, str]


def train(counts: Mapping[str, int], size: int) -> Units:
    """Characters and merged pairs up to `size`; of pairs seen equally often the first by the alphabet. A pair seen once
    stays apart."""
    words = [list(word) for word in counts]
    often = list(counts.values())
    pieces = [SPACE, *sorted({c for word in counts for c in word} - {SPACE})]
    pairs: Counter[Pair] = Counter()
    places: dict[Pair, set[int]] = defaultdict(set)
    for i, parts in enumerate(words):
        _count(pairs, places, parts, often[i], i)
    while len(pieces) < size and pairs:
        best = min(pairs, key=lambda p: (-pairs[p], p))
        if pairs[best] < 2:
            break
        if best[0] + best[1] not in pieces:
            pieces.append(best[0] + best[1])
        for i in sorted(places.pop(best)):
            _count(pairs, places, words[i], -often[i], i)
            words[i] = _joined(words[i], best)
            _count(pairs, places, words[i], often[i], i)
    return Units("bpe", tuple(pieces))


def cut(units: Units, word: str) -> list[str]:
    """Characters joined pair by pair, the pair that was found first before others; unknown ones are left out."""
    parts = [c for c in word if c in units.numbers]
    while len(parts) > 1:
        known = [(units.numbers.get(a + b, len(units.pieces)), (a, b)) for a, b in itertools.pairwise(parts)]
        rank, pair = min(known)
        if rank == len(units.pieces):
            break
        parts = _joined(parts, pair)
    return parts


def _joined(parts: Sequence[str], pair: Pair) -> list[str]:
    found: list[str] = []
    i = 0
    while i < len(parts):
        whole = tuple(parts[i : i + 2]) == pair
        found.append(pair[0] + pair[1] if whole else parts[i])
        i += 2 if whole else 1
    return found


def _count(pairs: Counter[Pair], places: dict[Pair, set[int]], parts: Sequence[str], n: int, place: int) -> None:
    """Add a word's pairs, or take them off where n is negative."""
    for pair in itertools.pairwise(parts):
        pairs[pair] += n
        if pairs[pair] <= 0:
            del pairs[pair]
        if n > 0:
            places[pair].add(place)
