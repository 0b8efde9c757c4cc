"""The loss of written units: the mean over a row's units and its end, whatever stands behind them."""

from __future__ import annotations

import pytest
import torch

from aural.learn.losses.written import Config, Made


def test_it_is_the_mean_over_units_and_the_end() -> None:
    logits = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(0)).requires_grad_()
    targets, lengths = torch.tensor([[2.0, 4.0, 1.0], [3.0, 0.0, 0.0]]), torch.tensor([3, 1])
    told = Made(Config(smoothing=0.0), 4)(logits, targets, torch.tensor([9, 9]), lengths)
    logs = logits.detach().log_softmax(-1)
    first = -(logs[0, 0, 2] + logs[0, 1, 4] + logs[0, 2, 1] + logs[0, 3, 0]) / 4
    assert told.detach().tolist() == pytest.approx([float(first), float(-(logs[1, 0, 3] + logs[1, 1, 0]) / 2)], abs=1e-6)
    told.sum().backward()
    assert logits.grad is not None and float(logits.grad[1, 2:].abs().sum()) == 0, "what stands behind the end is not learned"


def test_a_number_that_no_unit_has_behind_the_end_is_not_read() -> None:
    logits = torch.zeros(1, 3, 3)
    one, other = torch.tensor([[1.0, 9.0]]), torch.tensor([[1.0, 0.0]])
    made = Made(Config(), 2)
    assert torch.equal(*(made(logits, t, torch.tensor([5]), torch.tensor([1])) for t in (one, other)))
