"""How usual a spelling with its sounds is: an n-gram model over pairs of letters and phones (Bisani and Ney 2008).

A word and its phones are cut into pairs ("ph" with F, "x" with K S, "e" with nothing), and each pair is expected from the
four before it, by interpolated discounting of counts (Kneser and Ney 1995). Learned by `bench/graphemes.py`.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import final

import numpy as np

PLACE = Path(__file__).with_name("joint.npz")
ORDER = 5
SHAPES = ((1, 0), (1, 1), (1, 2), (2, 1))  # letters and phones of a pair
STEP = 1 / 12  # of a natural logarithm: what one of 8 bits stands for
BEGIN, END = "^", "$"
NEVER = -60.0  # of spellings that cannot be cut into known pairs
_KEPT = 4  # histories that are followed at each place
_UNKNOWN = -14.0


@final
class Joint:
    """Log-probabilities by the hash of an n-gram: of its last pair, and of what its history gives to others."""

    def __init__(self, keys: np.ndarray, chances: np.ndarray, rests: np.ndarray, pairs: Sequence[str]) -> None:
        self._found: Mapping[int, tuple[int, int]] = dict(
            zip(keys.tolist(), zip(chances.tolist(), rests.tolist(), strict=True), strict=True)
        )
        self._pairs = frozenset(pairs)

    def score(self, word: str, phones: Sequence[str]) -> float:
        """The log-probability of the likeliest cut of a word and its phones; NEVER where there is none."""
        states: dict[tuple[int, int], dict[tuple[str, ...], float]] = {(0, 0): {(BEGIN,) * (ORDER - 1): 0.0}}
        for i in range(len(word) + 1):
            for j in range(len(phones) + 1):
                here = sorted(states.pop((i, j), {}).items(), key=lambda item: -item[1])[:_KEPT]
                if (i, j) == (len(word), len(phones)):
                    return max((score + self.chance(history, END) for history, score in here), default=NEVER)
                for pair, at in self._steps(word, phones, i, j) if here else ():
                    reached = states.setdefault(at, {})
                    for history, score in here:
                        following = (*history[1:], pair)
                        reached[following] = max(reached.get(following, -math.inf), score + self.chance(history, pair))
        return NEVER

    def _steps(self, word: str, phones: Sequence[str], i: int, j: int) -> Iterator[tuple[str, tuple[int, int]]]:
        for a, b in SHAPES:
            pair = pair_of(word[i : i + a], phones[j : j + b])
            if i + a <= len(word) and j + b <= len(phones) and pair in self._pairs:
                yield pair, (i + a, j + b)

    def chance(self, history: tuple[str, ...], pair: str) -> float:
        """The log-probability of a pair behind a history."""
        rest = 0
        for begin in range(len(history) + 1):
            found = self._found.get(key((*history[begin:], pair)))
            if found is not None and found[0]:
                return -STEP * (found[0] + rest)
            rest += self._found.get(key(history[begin:]), (0, 0))[1]
        return _UNKNOWN - STEP * rest


def pair_of(letters: str, phones: Sequence[str]) -> str:
    """A pair as text."""
    return f"{letters}|{' '.join(phones)}"


@cache
def key(pairs: tuple[str, ...]) -> int:
    """The number under which an n-gram is kept."""
    return zlib.crc32("\t".join(pairs).encode())


@cache
def shipped() -> Joint:
    """The model that comes with aural."""
    with np.load(PLACE, allow_pickle=False) as held:
        keys = np.cumsum(held["gaps"].astype(np.int64))
        return Joint(keys, held["chances"], held["rests"], held["pairs"].tobytes().decode("utf-8").split("\n"))


def packed(grams: Mapping[tuple[str, ...], tuple[float, float]], pairs: Sequence[str]) -> dict[str, np.ndarray]:
    """What ships: sorted keys as gaps, and logarithms in 8 bits (0 = there is none)."""
    table: dict[int, tuple[int, int]] = {}
    for gram, (chance, rest) in grams.items():
        bits = tuple(min(255, round(-value / STEP)) for value in (chance, rest))
        chance_bits = max(1, bits[0]) if chance < 0 else 0
        old = table.get(key.__wrapped__(gram), (0, 0))
        table[key.__wrapped__(gram)] = (chance_bits or old[0], bits[1] or old[1])
    keys = np.array(sorted(table), np.int64)
    return {
        "gaps": np.diff(keys, prepend=0).astype(np.uint32),
        "chances": np.array([table[k][0] for k in keys.tolist()], np.uint8),
        "rests": np.array([table[k][1] for k in keys.tolist()], np.uint8),
        "pairs": np.frombuffer("\n".join(sorted(pairs)).encode(), np.uint8),
    }
