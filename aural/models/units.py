"""The units of a voice that is put together from its recordings, and how those for a sentence are chosen.

A unit is half a phone: from its begin to its middle, or on to its end. Joins then lie in the middles, where little moves.
Source: A. Hunt and A. Black, "Unit selection in a concatenative speech synthesis system using a large speech database", ICASSP
1996; A. Conkie, "Robust unit selection system for speech synthesis", 1999 (half phones).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aural.text.pronunciation.context import KINDS
from aural.text.pronunciation.phones import Phone

NEAR = 60  # units that are weighed for each place
OUTSIDE = "|"  # the neighbor of a clip's first and last phone
# What a candidate costs in the same unit as a join of which every number is one spread away.
_NEIGHBOR, _FAR_NEIGHBOR, _SECOND = 1.0, 0.35, 0.15
_STRESS, _PLACE, _END, _QUESTION = 0.6, 0.2, 0.5, 0.3
_DURATION, _PITCH, _ODD = 0.5, 0.4, 1.5
_JOIN = 0.35  # for any join at all, beside what is heard of it
# What is counted of a phone: stress, last phone of its word, first one, a word with a main stress, a phrase's last word, question.
COUNTS = ("stress", "word end", "word begin", "stressed word", "phrase end", "question")
_WEIGHTS = np.array([_STRESS, _PLACE, _PLACE, _PLACE, _END, _QUESTION])


@dataclass(frozen=True, eq=False)
class Store:
    """All half phones of a voice, in the order of its recordings: unit 2 n is the first half of phone n, 2 n + 1 the second.

    phones: the names; of [N]: which phone; clip [N]: which recording; edges [2 N + clips]: samples at which halves begin, each
    clip's last one ending in an entry of its own; first [N]: the entry of a phone's first half; counts [N, 6] as COUNTS; heard
    [entries, D]: what is heard at each edge, on a scale on which 1 is a spread; log_length [N] and log_pitch [N]; odd [N]: how
    far a phone is from what its name promises; marks [E]: samples of the voice's periods.
    """

    phones: tuple[str, ...]
    of: np.ndarray
    clip: np.ndarray
    edges: np.ndarray
    first: np.ndarray
    counts: np.ndarray
    heard: np.ndarray
    log_length: np.ndarray
    log_pitch: np.ndarray
    odd: np.ndarray
    marks: np.ndarray

    def neighbor(self, by: int) -> np.ndarray:
        """The phone `by` places further in the same recording [N], len(phones) where there is none."""
        count = len(self.of)
        at = np.arange(count) + by
        inside = (at >= 0) & (at < count)
        near = np.clip(at, 0, count - 1)
        return np.where(inside & (self.clip[near] == self.clip), self.of[near], len(self.phones))


@dataclass(frozen=True)
class Chosen:
    """One half phone of a sentence: the place in the sentence, which half (0, 1), the phone of the store, what it costs, and
    whether it goes on where the half before it ended in the recording."""

    place: int
    half: int
    phone: int
    cost: float
    goes_on: bool


def unlikeness(phones: Sequence[str]) -> np.ndarray:
    """[P + 1, P + 1]: 0 for the same phone, up to 1 for those that share no kind; the last one stands for none."""
    kinds = np.array([[p[0] in letters for letters in KINDS.values()] for p in phones] + [[False] * len(KINDS)], float)
    apart = np.abs(kinds[:, None] - kinds[None]).sum(axis=2)
    told = 0.4 + 0.6 * np.minimum(apart / 8, 1.0)
    np.fill_diagonal(told, 0.0)
    return np.asarray(told)


def counts_of(sentence: Sequence[Phone]) -> np.ndarray:
    """What COUNTS names of each phone [L, 6]."""
    out = np.zeros((len(sentence), len(COUNTS)), np.float32)
    stressed = {p.word for p in sentence if p.stress == 1}
    behind, last = "", -1
    for n in range(len(sentence) - 1, -1, -1):
        phone = sentence[n]
        if phone.silent:
            behind, last = phone.mark, sentence[n - 1].word if n else -1
            out[n, 5] = phone.mark == "?"
            continue
        own = phone.word
        end = n + 1 == len(sentence) or sentence[n + 1].word != own
        begin = n == 0 or sentence[n - 1].word != own
        out[n] = min(phone.stress, 1), end, begin, own in stressed, own == last, behind == "?"
    return out


def choose(store: Store, sentence: Sequence[Phone], log_length: np.ndarray, log_pitch: np.ndarray) -> list[Chosen]:
    """The cheapest row of units for a sentence [L] whose phones should last so long (log s) and lie so high (log Hz).

    Silences take any length. Every phone of the sentence is one of the store's.
    """
    place = {name: n for n, name in enumerate(store.phones)}
    own = np.array([place[p.name] for p in sentence])
    padded = np.concatenate([[len(store.phones)] * 2, own, [len(store.phones)] * 2])
    apart, counts = unlikeness(store.phones), counts_of(sentence)
    near = {by: store.neighbor(by) for by in (-2, -1, 1, 2)}
    candidates, costs = [], []
    for n in range(len(sentence)):
        rows = np.flatnonzero(store.of == own[n])
        around = {by: apart[padded[n + 2 + by], near[by][rows]] for by in (-2, -1, 1, 2)}
        base = (np.abs(store.counts[rows] - counts[n]) * _WEIGHTS).sum(axis=1)
        base += _SECOND * (around[-2] + around[2]) + _ODD * store.odd[rows]
        if not sentence[n].silent:
            base += _DURATION * np.abs(store.log_length[rows] - log_length[n])
            away = np.abs(store.log_pitch[rows] - log_pitch[n])
            base += _PITCH * np.where(store.log_pitch[rows] > 0, np.minimum(away * 6, 2.0), 0.0)
        for half, (heavy, light) in enumerate(((-1, 1), (1, -1))):
            cost = base / 2 + _NEIGHBOR * around[heavy] + _FAR_NEIGHBOR * around[light]
            kept = np.argsort(cost, kind="stable")[:NEAR]
            candidates.append(2 * rows[kept] + half)
            costs.append(cost[kept])
    return _cheapest(store, candidates, costs)


def _cheapest(store: Store, candidates: Sequence[np.ndarray], costs: Sequence[np.ndarray]) -> list[Chosen]:
    """Viterbi over the candidates of each half phone; a unit and the one behind it in the recording join for nothing."""
    begin, end = _entries(store)
    total = costs[0]
    came: list[np.ndarray] = []
    for at in range(1, len(candidates)):
        before, here = candidates[at - 1], candidates[at]
        apart = np.abs(store.heard[end[before]][:, None] - store.heard[begin[here]][None]).mean(axis=2)
        join = np.where(end[before][:, None] == begin[here][None], 0.0, apart + _JOIN)
        ways = total[:, None] + join
        came.append(ways.argmin(axis=0))
        total = ways[came[-1], np.arange(len(here))] + costs[at]
    row = [int(total.argmin())]
    for back in reversed(came):
        row.append(int(back[row[-1]]))
    row.reverse()
    found: list[Chosen] = []
    for at, pick in enumerate(row):
        unit = int(candidates[at][pick])
        goes_on = at > 0 and end[found[-1].phone * 2 + found[-1].half] == begin[unit]
        found.append(Chosen(at // 2, at % 2, unit // 2, float(costs[at][pick]), bool(goes_on)))
    return found


def _entries(store: Store) -> tuple[np.ndarray, np.ndarray]:
    """For each unit the entries of `edges` at which it begins and ends."""
    begin = np.stack([store.first, store.first + 1], axis=1).ravel()
    return begin, begin + 1


def arrays(store: Store) -> dict[str, np.ndarray]:
    """All numbers, for a file of arrays."""
    return {
        "of": store.of.astype(np.int32), "clip": store.clip.astype(np.int32), "edges": store.edges.astype(np.int64),
        "first": store.first.astype(np.int32), "counts": store.counts.astype(np.uint8), "heard": store.heard.astype(np.float16),
        "log_length": store.log_length.astype(np.float32), "log_pitch": store.log_pitch.astype(np.float32),
        "odd": store.odd.astype(np.float16), "marks": store.marks.astype(np.int64),
    }  # fmt: skip


def of_arrays(found: Mapping[str, np.ndarray], phones: Sequence[str]) -> Store:
    """The store again. Raises: KeyError, ValueError when it is not whole."""
    count, entries = len(found["of"]), len(found["edges"])
    rows = ("of", "clip", "first", "log_length", "log_pitch", "odd")
    fits = all(found[name].shape == (count,) for name in rows) and found["counts"].shape == (count, len(COUNTS))
    fits = fits and count > 0 and found["heard"].ndim == 2 and len(found["heard"]) == entries
    fits = fits and found["of"].min() >= 0 and found["of"].max() < len(phones)
    fits = fits and found["first"].min() >= 0 and found["first"].max() + 2 < entries and found["edges"].min() >= 0
    if not fits or np.any(np.diff(found["marks"]) < 0):
        raise ValueError("the units do not fit together")
    plain = {name: found[name].astype(np.float32) for name in ("counts", "heard", "log_length", "log_pitch", "odd")}
    whole = {name: found[name].astype(np.int64) for name in ("of", "clip", "edges", "first", "marks")}
    return Store(tuple(phones), **whole, **plain)
