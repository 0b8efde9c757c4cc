"""Where a voice is taught to look: the phones' times as shares of steps, and what looking elsewhere costs."""

from __future__ import annotations

import pytest
import torch

from aural.learn.methods._attending import astray, shares


def test_a_path_holds_the_share_of_each_phone_in_the_frames_of_a_step() -> None:
    """Four frames a step; phones of 3, 0, 1, 6 and of 5 frames: the second clip ends in its second step."""
    path = shares(torch.tensor([[3, 0, 1, 6], [5, 0, 0, 0]]), 4)
    true = [[[0.75, 0, 0.25, 0], [0, 0, 0, 1], [0, 0, 0, 1]], [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]]
    assert torch.equal(path, torch.tensor(true))


def test_looking_at_the_phones_that_are_said_costs_least() -> None:
    path = shares(torch.tensor([[2, 1, 3], [4, 0, 0]]), 2)
    assert float(astray(path.ceil(), path)) == pytest.approx(0, abs=1e-4)
    assert float(astray(torch.full((2, 3, 3), 1 / 3), path)) == pytest.approx(1.0986, abs=1e-3)
    assert float(astray(path, path)) < float(astray(path.lerp(torch.full_like(path, 1 / 3), 0.3), path))
    assert float(astray(path.roll(1, 2), path)) > 5
