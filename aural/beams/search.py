"""Greedy and beam search over any model that writes one token after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from aural.beams.bias import PhraseTree
from aural.beams.loops import loop_at

# Given the row that each new row continues, and the tokens just written, the log-probabilities [B, V] of the next.
Step = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Reading:
    """What a search wrote: tokens without the end mark, the log-probability of each and of the end.

    `looped` is true when it was stopped in a loop; what the loop repeated is cut off.
    """

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    score: float
    looped: bool = False
    finished: bool = True


@dataclass
class _Row:
    """A reading on its way: `score` holds the bonus of phrases, `logprobs` do not."""

    tokens: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    score: float = 0.0
    place: Any = None


def greedy(first: np.ndarray, step: Step, *, end: int, limit: int, tree: PhraseTree | None = None) -> Reading:
    """The best token at each step. `first` [V] are the log-probabilities of the first token, `limit` the most tokens."""
    row = _Row(place=tree.start() if tree else None)
    only = np.zeros(1, np.int64)
    ahead = first
    while len(row.tokens) < limit:
        token = _choice(ahead, row.place, tree)
        row.logprobs.append(float(ahead[token]))
        if token == end:
            return Reading(tuple(row.tokens), tuple(row.logprobs), _mean(row.logprobs))
        row.tokens.append(token)
        if tree:
            row.place = tree.walk(row.place, token)
        begin = loop_at(row.tokens)
        if begin is not None:
            return _cut(row, begin)
        ahead = step(only, np.array([token]))[0]
    return Reading(tuple(row.tokens), tuple(row.logprobs), _mean(row.logprobs), finished=False)


def beam(
    first: np.ndarray, step: Step, *, width: int, end: int, limit: int, tree: PhraseTree | None = None, penalty: float = 1.0
) -> list[Reading]:
    """The `width` best readings, best first, by mean log-probability to the power `penalty` of the length.

    Source: Wu et al. 2016, without the coverage term. A row in a loop is dropped while there are others.
    """
    rows, ahead, done = [_Row(place=tree.start() if tree else None)], first[None], list[tuple[float, Reading]]()
    for _ in range(limit):
        offers = [o for i, row in enumerate(rows) for o in _offers(i, row, ahead[i], width, tree)]
        offers.sort(key=lambda o: -o[0])
        parents: list[int] = []
        grown: list[_Row] = []
        for score, parent, token in offers[: 2 * width]:
            old = rows[parent]
            logprobs = [*old.logprobs, float(ahead[parent, token])]
            if token == end:
                done.append((score / len(logprobs) ** penalty, Reading(tuple(old.tokens), tuple(logprobs), _mean(logprobs))))
            elif len(grown) < width:
                place = tree.walk(old.place, token) if tree else None
                grown.append(_Row([*old.tokens, token], logprobs, score, place))
                parents.append(parent)
        straight = [i for i, row in enumerate(grown) if loop_at(row.tokens) is None]
        if not straight and not done:
            return [_cut(grown[0], loop_at(grown[0].tokens) or 0)] if grown else [_broken(row) for row in rows]
        rows, parents = [grown[i] for i in straight], [parents[i] for i in straight]
        done.sort(key=lambda d: -d[0])
        if not rows or (len(done) >= width and done[width - 1][0] >= rows[0].score / len(rows[0].logprobs) ** penalty):
            break
        ahead = step(np.array(parents), np.array([r.tokens[-1] for r in rows]))
    if not done:
        done = [(r.score, _broken(r)) for r in rows]
    return [reading for _, reading in done[:width]]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Log-probabilities over the last axis."""
    moved = logits - logits.max(-1, keepdims=True)
    return np.asarray(moved - np.log(np.exp(moved).sum(-1, keepdims=True)))


def _choice(ahead: np.ndarray, place: Any, tree: PhraseTree | None) -> int:
    best = int(ahead.argmax())
    if tree is None:
        return best
    top = ahead[best] + (tree.toll(place) if best not in (offers := tree.offers(place)) else offers[best])
    for token, bonus in offers.items():
        if ahead[token] + bonus > top:
            best, top = token, ahead[token] + bonus
    return best


def _offers(index: int, row: _Row, ahead: np.ndarray, width: int, tree: PhraseTree | None) -> list[tuple[float, int, int]]:
    """The best continuations of one row: (score, row, token)."""
    count = min(2 * width, len(ahead))
    tokens = set(np.argpartition(-ahead, count - 1)[:count].tolist())
    bonus, toll = (tree.offers(row.place), tree.toll(row.place)) if tree else ({}, 0.0)
    possible = (t for t in sorted(tokens | set(bonus)) if ahead[t] > -np.inf)
    return [(row.score + float(ahead[t]) + bonus.get(t, toll), index, t) for t in possible]


def _cut(row: _Row, begin: int) -> Reading:
    """A reading stopped in a loop: what stands before it is kept."""
    logprobs = row.logprobs[:begin]
    return Reading(tuple(row.tokens[:begin]), tuple(logprobs), _mean(logprobs), looped=True, finished=False)


def _broken(row: _Row) -> Reading:
    """A reading that did not come to an end."""
    return Reading(tuple(row.tokens), tuple(row.logprobs), _mean(row.logprobs), finished=False)


def _mean(logprobs: list[float]) -> float:
    return float(np.mean(logprobs)) if logprobs else 0.0
