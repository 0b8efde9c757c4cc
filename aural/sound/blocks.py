"""Pieces of any length become blocks of one length, in exact sequence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]


def blocks_of(pieces: Iterable[Samples], size: int) -> Iterator[Samples]:
    """Consecutive blocks [C, size] of the joined `pieces` [C, t]; only the last may be shorter.

    No sample is lost, repeated or reordered; memory holds one block and one piece.
    """
    if size < 1:
        raise ValueError(f"a block holds at least one sample, not {size}")
    held: list[Samples] = []
    count = 0
    for piece in pieces:
        while count + piece.shape[1] >= size:
            need = size - count
            held.append(piece[:, :need])
            yield _joined(held)
            held, count, piece = [], 0, piece[:, need:]
        if piece.shape[1]:
            held.append(piece)
            count += piece.shape[1]
    if held:
        yield _joined(held)


def between(pieces: Iterable[Samples], first: int, last: int | None) -> Iterator[Samples]:
    """The samples [first, last) of the joined `pieces` [C, t]; stops reading as soon as `last` is reached."""
    at = 0
    for piece in pieces:
        low = max(0, first - at)
        high = piece.shape[1] if last is None else min(piece.shape[1], last - at)
        if low < high:
            yield piece[:, low:high]
        at += piece.shape[1]
        if last is not None and at >= last:
            return


def one_channel(samples: Samples, channel: int | None = None) -> Samples:
    """Mean over the channels, or the asked `channel` (0-based): [C, T] -> [1, T]."""
    if channel is not None:
        return samples[channel : channel + 1]
    if samples.shape[0] == 1:
        return samples
    return np.asarray(samples.mean(axis=0, keepdims=True, dtype=np.float32))


def _joined(held: list[Samples]) -> Samples:
    return held[0] if len(held) == 1 else np.concatenate(held, axis=1)
