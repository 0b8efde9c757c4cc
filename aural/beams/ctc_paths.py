"""What CTC says of a sequence: which paths collapse to it, what they add up to, and the best of them.

A path names one class for each frame, the blank among them; it collapses to a sequence when repeats are joined and blanks then
fall away. P(Y | X) is the sum over all paths that collapse to Y, and the loss is its negative logarithm.
Letters: F frames, K classes, L tokens, S = 2 L + 1 states: the tokens with a blank before, between and behind them.
Source: Graves et al. 2006, Connectionist Temporal Classification.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T", bound=Hashable)
BLANK = 0
_NEVER = -np.inf


def collapse(path: Sequence[T], blank: T) -> list[T]:
    """What is left of a path: repeats joined, then blanks dropped.

    >>> ["".join(collapse(path, "_")) for path in ("CC_ATT", "_CAA_T", "CAATTT", "HELLO", "HEL_LO")]
    ['CAT', 'CAT', 'CAT', 'HELO', 'HELLO']
    """
    return [token for token, _ in itertools.groupby(path) if token != blank]


def log_probability(log_probs: np.ndarray, tokens: Sequence[int]) -> float:
    """log P(tokens | X): all paths that collapse to `tokens`, summed frame by frame; -inf where no path is long enough.

    log_probs [F, K], class 0 the blank. They may hold a prior that was taken off; the sum is then over such scores.
    Raises: ValueError for a token that is none of the K classes.
    """
    _check(log_probs, tokens)
    if not len(log_probs):
        return 0.0 if not tokens else _NEVER
    ends = _forward(log_probs, tokens)[-1]
    return float(np.logaddexp(ends[-1], ends[-2]) if tokens else ends[-1])


def log_probabilities(log_probs: np.ndarray, several: Sequence[Sequence[int]]) -> np.ndarray:
    """log P(tokens | X) of several sequences at once [N]: chances instead of logarithms, scaled to 1 in each frame.

    What lies below 1e-300 of a sequence's own beginnings is summed again in logarithms.
    Raises: ValueError for a token that is none of the K classes.
    """
    for tokens in several:
        _check(log_probs, tokens)
    if not len(log_probs) or not several:
        return np.array([log_probability(log_probs, tokens) for tokens in several])
    longest = max(map(len, several))
    states = np.stack([states_of([*tokens, *[BLANK] * (longest - len(tokens))]) for tokens in several])  # [N, S]
    leaps = np.stack([_leaps(row) for row in states]).astype(np.float64)
    top = log_probs.max(axis=1, keepdims=True)
    chances = np.exp((log_probs - top).astype(np.float64))
    sums = np.zeros((len(several), states.shape[1] + 2))
    sums[:, 2:4] = chances[0, states[:, :2]]
    total = np.full(len(several), float(top.sum()))
    for f in range(len(log_probs)):
        if f:
            sums[:, 2:] = (sums[:, 2:] + sums[:, 1:-1] + leaps * sums[:, :-2]) * chances[f][states]
        scale = sums.sum(axis=1)
        sums /= scale[:, None]
        total += np.log(scale)
    rows, ends = np.arange(len(several)), 2 * np.array([len(t) for t in several]) + 2
    last = sums[rows, ends] + np.where(ends > 2, sums[rows, ends - 1], 0.0)
    with np.errstate(divide="ignore"):
        found = total + np.log(last)
    return np.array([v if np.isfinite(v) else log_probability(log_probs, t) for v, t in zip(found, several, strict=True)])


def occupancy(log_probs: np.ndarray, tokens: Sequence[int]) -> np.ndarray:
    """[F, K]: the share of the sequence's paths, by probability, that say class k in frame f; each row adds up to 1.

    It is the gradient of log P(tokens | X) by `log_probs`.
    Raises: ValueError when no path is long enough, and for a token that is none of the K classes.
    """
    total = log_probability(log_probs, tokens)
    if total == _NEVER:
        raise ValueError(f"{len(tokens)} tokens need more frames than {len(log_probs)}")
    states = states_of(tokens)
    before = _forward(log_probs, tokens)
    after = _forward(log_probs[::-1], list(tokens)[::-1])[::-1, ::-1]
    through = np.exp(before + after - log_probs[:, states] - total)
    shares = np.zeros(log_probs.shape)
    for s, token in enumerate(states):
        shares[:, token] += through[:, s]
    return shares


def best_path(log_probs: np.ndarray, tokens: Sequence[int]) -> tuple[np.ndarray, float]:
    """The likeliest path that collapses to `tokens`: [L, 2] first and last + 1 frame of each token, and its log-probability.

    Memory: one byte for each frame and state.
    Raises: ValueError when no path is long enough, and for a token that is none of the K classes.
    """
    _check(log_probs, tokens)
    frames, states = len(log_probs), states_of(tokens)
    need = len(tokens) + sum(a == b for a, b in itertools.pairwise(tokens))
    if frames < need:
        raise ValueError(f"these tokens need at least {need} frames, not {frames}")
    if not tokens:
        return np.zeros((0, 2), int), float(log_probs[:, BLANK].sum())
    emitted = np.ascontiguousarray(log_probs[:, states], np.float32)
    barred = np.where(_leaps(states), np.float32(0), np.float32(_NEVER))
    best = np.full(len(states) + 2, _NEVER, np.float32)  # two states of padding in front
    best[2:4] = emitted[0, :2]
    step = np.zeros((frames, len(states)), np.int8)
    for f in range(1, frames):
        stay, go, leap = best[2:], best[1:-1], best[:-2] + barred
        top = np.maximum(stay, go)
        step[f] = np.where(leap > top, 2, go > stay)
        best[2:] = np.maximum(top, leap) + emitted[f]
    at = len(states) - 1 - int(best[-2] > best[-1])
    score = float(best[at + 2])
    spans = np.zeros((len(tokens), 2), int)
    spans[:, 0] = frames
    for f in range(frames - 1, -1, -1):
        if at % 2:
            spans[at // 2] = (f, max(spans[at // 2, 1], f + 1))
        at -= int(step[f, at])
    return spans, score


def _check(log_probs: np.ndarray, tokens: Sequence[int]) -> None:
    """Raises: ValueError for a token that is none of the classes of `log_probs` [F, K]."""
    classes = log_probs.shape[1]
    wrong = [token for token in tokens if not 0 <= token < classes]
    if wrong:
        raise ValueError(f"the token {wrong[0]} is none of the classes 0 to {classes - 1}")


def states_of(tokens: Sequence[int]) -> np.ndarray:
    """[S]: blank, token, blank, token ... blank."""
    states = np.full(2 * len(tokens) + 1, BLANK)
    states[1::2] = tokens
    return states


def _forward(log_probs: np.ndarray, tokens: Sequence[int]) -> np.ndarray:
    """[F, S]: the log of the sum over all beginnings of paths that stand in state s in frame f."""
    states = states_of(tokens)
    emitted = log_probs[:, states].astype(np.float64)
    barred = np.where(_leaps(states), 0.0, _NEVER)
    sums = np.full((len(log_probs), len(states) + 2), _NEVER)
    sums[0, 2:4] = emitted[0, :2]
    for f in range(1, len(log_probs)):
        last = sums[f - 1]
        sums[f, 2:] = np.logaddexp(np.logaddexp(last[2:], last[1:-1]), last[:-2] + barred) + emitted[f]
    return sums[:, 2:]


def _leaps(states: np.ndarray) -> np.ndarray:
    """[S]: which states may follow the one before the last: a token behind another token, over the blank between them."""
    leaps = np.zeros(len(states), bool)
    leaps[3::2] = states[3::2] != states[1:-2:2]
    return leaps
