"""Packed answers of the net for turns."""

from __future__ import annotations

import numpy as np
import pytest

from aural.tasks._diarize_sets import Sets


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 100])
def test_windows_come_back_in_any_order(count: int) -> None:
    rows = np.random.default_rng(0).integers(0, 256, (count, 9, 7), dtype=np.uint8)
    sets = Sets.of(rows)
    assert sets.shape == (count, 9, 7) and len(sets) == count
    assert all(np.array_equal(sets[i], rows[i]) for i in np.random.default_rng(1).permutation(count).tolist())
    again = Sets.read(*sets.written())
    assert again.shape == sets.shape and all(np.array_equal(a, b) for a, b in zip(again, rows, strict=True))


def test_hours_take_little() -> None:
    """Windows of real speech are mostly sure of themselves: bytes of 0 and 255 with some between."""
    rng = np.random.default_rng(0)
    row = np.zeros((589, 7), np.uint8)
    row[np.arange(589), np.repeat(rng.integers(0, 7, 20), 30)[:589]] = 255
    sets = Sets()
    for i in range(320):
        sets.add(np.roll(row, 59 * i, axis=0))
    assert len(sets.written()[0]) < 320 * row.nbytes / 5


def test_damage_is_told() -> None:
    packed, sizes, shape = Sets.of(np.zeros((40, 3, 2), np.uint8)).written()
    with pytest.raises(ValueError):
        Sets.read(packed[:-3], sizes, shape)
    with pytest.raises(ValueError):
        Sets.read(packed, sizes, shape + 1)
    with pytest.raises(ValueError):
        Sets.read(packed, sizes[:1], shape)
