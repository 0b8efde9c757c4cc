"""How far a graph may be from the net that it was written from: large numbers are exact to a share of themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aural.learn.export import CLOSE, difference


def test_large_answers_may_differ_by_a_share_of_themselves() -> None:
    true = torch.tensor([0.5, -20.0, 0.0])
    assert difference(np.array([0.5, -20.0002, 0.0], np.float32), true) < CLOSE
    assert difference(np.array([0.502, -20.0, 0.0], np.float32), true) == pytest.approx(1e-4, rel=0.01)
    assert difference(np.array([0.5002, -1e9], np.float32), torch.tensor([0.5, -1e9])) == pytest.approx(2e-4, rel=0.01)
    assert difference(np.array([0.5, -20.01, 0.0], np.float32), true) == pytest.approx(5e-4, rel=0.01)
    assert not difference(np.array([0.5, np.nan, 0.0], np.float32), true) <= CLOSE
    assert difference(np.zeros((0, 3), np.float32), torch.zeros(0, 3)) == 0.0
