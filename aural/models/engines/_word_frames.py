"""The frames of words: read off where a decoder looked while it wrote them, or where CTC was sure of them.

Letters: F frames, L tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from aural.beams.ctc_paths import best_path
from aural.beams.path import token_path
from aural.text.pieces import Piece

_LONG, _FOLLOWED = 2.0, 0.5  # s that no word lasts; share of the highest attention from which a word is followed
VOICE_HOP = 0.032  # s, of the voice probabilities given beside the samples

Spans = list[tuple[int, int]]


def spiked(logs: np.ndarray, tokens: Sequence[int], pieces: Sequence[Piece], text: Callable[[Sequence[int]], str]) -> Spans | None:
    """First and last + 1 frame of each word by log-probabilities of CTC [F, L + 1], in which token t is class t + 1.

    A space before a word is left out. None: there is no room for so many tokens.
    """
    try:
        spans = best_path(logs, [t + 1 for t in tokens])[0]
    except ValueError:
        return None
    begins = [p.first + (p.voiced > p.first + 1 and not text([tokens[p.first]]).strip()) for p in pieces]
    return [(int(spans[first, 0]), int(spans[p.voiced - 1, 1])) for first, p in zip(begins, pieces, strict=True)]


def followed(fit: np.ndarray, quiet: np.ndarray, pieces: Sequence[Piece], hop: float) -> tuple[Spans, list[bool]]:
    """First and last + 1 frame of each word on the best path through the attention [L + 1, F], and which were too long."""
    spans = token_path(fit, quiet, [p.first for p in pieces] + [len(fit) - 1])
    taken = [(int(spans[p.first, 0]), int(spans[p.voiced - 1, 1])) for p in pieces]
    long = [(b - a) * hop > _LONG for a, b in taken]
    return [
        _core(fit[p.first : p.voiced], a, b) if far else (a, b) for p, far, (a, b) in zip(pieces, long, taken, strict=True)
    ], long


def _core(fit: np.ndarray, first: int, last: int) -> tuple[int, int]:
    """The frames from where a word's tokens [L, F] begin to be followed to where they are no longer.

    For words that took what lies between first and last though nobody says one word so long: there the model left out
    what was said, and the path gives the time of it to a word beside it.
    """
    near = fit[:, first:last].max(axis=0)
    strong = np.flatnonzero(near >= _FOLLOWED * near.max())
    return first + int(strong[0]), first + int(strong[-1]) + 1


def voiced(speech: np.ndarray | None, frames: int, hop: float) -> np.ndarray:
    """Per encoder frame: is there a voice. Without a gate, everywhere."""
    if speech is None or not len(speech):
        return np.ones(frames, bool)
    at = np.minimum(((np.arange(frames) + 0.5) * hop / VOICE_HOP).astype(int), len(speech) - 1)
    return np.asarray(speech[at] >= 0.5)
