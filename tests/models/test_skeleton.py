"""Graphs without weights joined with arrays: places, turning, damage."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from aural.errors import ModelRefused
from aural.models import skeleton
from aural.models.skeleton import Slot


def test_arrays_lie_at_their_places_turned_and_widened(tmp_path: Path) -> None:
    weight, bias = np.arange(6, dtype="<f2").reshape(2, 3), np.array([0.5, -2], "<f2")
    stored = {"weight": weight, "bias": bias}
    skeleton.fill(tmp_path / "w", [Slot("weight/T", (3, 2), 0), Slot("bias", (2,), 64)], stored.__getitem__)
    data = (tmp_path / "w").read_bytes()
    assert np.array_equal(np.frombuffer(data, "<f4", 6).reshape(3, 2), weight.T)
    assert np.array_equal(np.frombuffer(data, "<f4", 2, 64), bias)


def test_another_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="not"):
        skeleton.fill(tmp_path / "w", [Slot("weight", (3, 2), 0)], lambda _: np.zeros((2, 3)))


@pytest.mark.parametrize("path", sorted(skeleton.SHIPPED.glob("*.onnx")), ids=lambda p: p.stem)
def test_shipped_graphs_hold_no_weights_and_their_arrays_do_not_overlap(path: Path) -> None:
    assert path.stat().st_size < 100_000
    wanted = skeleton.slots(path.stem)
    assert wanted
    for before, after in itertools.pairwise(wanted):
        assert before.offset + 4 * int(np.prod(before.shape)) <= after.offset


def test_a_graph_that_is_not_there() -> None:
    with pytest.raises(ModelRefused, match="Install aural again"):
        skeleton.shipped("nothing")
