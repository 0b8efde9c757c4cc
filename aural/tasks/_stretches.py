"""Cuts a recording into overlapping stretches of one length, the last of which ends where the recording ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np


def stretches(blocks: Iterable[np.ndarray], length: int, hop: int) -> Iterator[tuple[int, np.ndarray]]:
    """Blocks of samples [t] -> (first sample, samples [length]) each `hop` samples.

    A recording shorter than `length` comes whole. What is left at the end is heard in one more stretch that reaches
    back; less than a tenth of a stretch is left out. Where blocks are cut does not matter.
    """
    held, start, last = np.zeros(0, np.float32), 0, np.zeros(0, np.float32)
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= length:
            last = held[:length]
            yield start, last
            held, start = held[hop:], start + hop
    if not len(last):
        if len(held):
            yield 0, held
        return
    unheard = start + len(held) - (start - hop + length)
    if unheard > 0.1 * length:
        whole = np.concatenate([last[:hop], held])
        yield start - hop + len(whole) - length, whole[-length:]
