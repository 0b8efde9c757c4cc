"""Overlapping stretches: all is heard, wherever blocks are cut."""

from __future__ import annotations

import numpy as np
import pytest

from aural.tasks._stretches import stretches


def cut(samples: np.ndarray, sizes: list[int]) -> list[np.ndarray]:
    return np.split(samples, np.cumsum(sizes)[:-1]) if sizes else [samples]


@pytest.mark.parametrize("count", [1, 5, 9, 10, 11, 14, 15, 20, 23, 101])
def test_every_sample_but_a_crumb_is_heard_and_the_last_stretch_ends_at_the_end(count: int) -> None:
    samples = np.arange(count, dtype=np.float32)
    found = list(stretches([samples], 10, 5))
    assert all(np.array_equal(piece, samples[at : at + len(piece)]) for at, piece in found)
    assert all(len(piece) == min(10, count) for _, piece in found)
    heard = {int(v) for _, piece in found for v in piece}
    assert len(heard) >= count - 1
    assert [at for at, _ in found] == sorted({at for at, _ in found})


@pytest.mark.parametrize("sizes", [[1] * 37, [36, 1], [7, 30], [0, 37, 0]])
def test_where_blocks_are_cut_does_not_matter(sizes: list[int]) -> None:
    samples = np.random.default_rng(0).standard_normal(37).astype(np.float32)
    whole, pieces = list(stretches([samples], 10, 5)), list(stretches(cut(samples, sizes), 10, 5))
    assert [a for a, _ in whole] == [a for a, _ in pieces]
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(whole, pieces, strict=True))


def test_nothing_gives_nothing() -> None:
    assert list(stretches([], 10, 5)) == [] == list(stretches([np.zeros(0, np.float32)], 10, 5))
