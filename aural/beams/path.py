"""The best monotonic path of tokens through frames, with optional silence before each word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_NEVER = np.float32(-1e30)


def token_path(scores: np.ndarray, silence: np.ndarray, word_starts: Sequence[int]) -> np.ndarray:
    """Which frames each token takes: [L, 2] first and last + 1 frame of every row.

    scores [L, F]: how well token l fits frame f, added along the path. silence [F]: what a frame gives
    to the silence state, which may stand before every row of `word_starts` and at the end. Each frame
    goes to one state; a token keeps at least one frame. Source: Viterbi (1967), left-to-right states.
    Raises: ValueError when there are fewer frames than tokens.
    """
    count, frames = scores.shape
    if frames < count:
        raise ValueError(f"{count} tokens need at least as many frames, not {frames}")
    states, skips = _states(count, set(word_starts))
    emitted = np.where(states[:, None] >= 0, scores[np.maximum(states, 0)], silence[None, :])
    emitted = np.ascontiguousarray(emitted.T, np.float32)  # [F, S]
    total = len(states)
    best = np.full(total + 2, _NEVER, np.float32)  # two states of padding in front
    best[2] = emitted[0, 0]
    if states[0] < 0:
        best[3] = emitted[0, 1]
    barred = np.where(skips, np.float32(0), _NEVER)
    step = np.zeros((frames, total), np.int8)
    for f in range(1, frames):
        stay, go, leap = best[2:], best[1:-1], best[:-2] + barred
        from_go = go > stay
        top = np.where(from_go, go, stay)
        from_leap = leap > top
        step[f] = np.where(from_leap, 2, from_go)
        best[2:] = np.where(from_leap, leap, top) + emitted[f]
    return _traced(step, states, int(best[-1] < best[-2]), count)


def _states(count: int, starts: set[int]) -> tuple[np.ndarray, np.ndarray]:
    """The token of each state (-1 = silence), and which states may be entered over a silence before them."""
    states: list[int] = []
    for row in range(count):
        if row in starts:
            states.append(-1)
        states.append(row)
    states.append(-1)
    kinds = np.array(states)
    skips = np.zeros(len(kinds), bool)
    skips[2:] = (kinds[2:] >= 0) & (kinds[1:-1] < 0)
    return kinds, skips


def _traced(step: np.ndarray, states: np.ndarray, from_end: int, count: int) -> np.ndarray:
    """Follow the steps back: [L, 2] frames of each token."""
    frames = len(step)
    spans = np.zeros((count, 2), int)
    spans[:, 0] = frames
    at = len(states) - 1 - from_end
    for f in range(frames - 1, -1, -1):
        row = states[at]
        if row >= 0:
            spans[row, 0] = f
            spans[row, 1] = max(spans[row, 1], f + 1)
        at -= int(step[f, at])
    return spans
