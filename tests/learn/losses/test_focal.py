"""Focal loss: the formula, plain cross-entropy at focus 0, easy labels count less, padding nothing."""

from __future__ import annotations

import numpy as np
import torch

from aural.learn.losses import binary_cross_entropy, focal


def test_the_formula() -> None:
    logits, ones = torch.randn(4, 3, generator=torch.Generator().manual_seed(0)), torch.ones(4, dtype=torch.int64)
    truth = (torch.rand(4, 3, generator=torch.Generator().manual_seed(1)) > 0.5).float()
    p = 1 / (1 + np.exp(-logits.double().numpy()))
    chance = np.where(truth.numpy() > 0.5, p, 1 - p)
    told = focal.Made(focal.Config(focus=2.0), 3)(logits, truth, ones, ones)
    assert np.allclose(told.numpy(), (-((1 - chance) ** 2) * np.log(chance)).mean(1), atol=1e-5)


def test_without_focus_it_is_cross_entropy_over_real_frames() -> None:
    logits = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0))
    truth = torch.rand(2, 6, 3, generator=torch.Generator().manual_seed(1))
    frames = torch.tensor([6, 2])
    told = focal.Made(focal.Config(focus=0.0), 3)(logits, truth, frames, frames)
    plain = binary_cross_entropy.Made(binary_cross_entropy.Config(), 3)(logits, truth, frames, frames)
    assert torch.allclose(told, plain, atol=1e-6)
    logits[1, 2:] = 99.0
    assert torch.equal(focal.Made(focal.Config(focus=0.0), 3)(logits, truth, frames, frames), told)


def test_slopes_stay_finite_where_the_answer_is_sure() -> None:
    logits = torch.tensor([[60.0, -60.0, 0.0]], requires_grad=True)
    ones = torch.ones(1, dtype=torch.int64)
    focal.Made(focal.Config(focus=0.5), 3)(logits, torch.tensor([[1.0, 0.0, 1.0]]), ones, ones).sum().backward()
    assert logits.grad is not None and bool(torch.isfinite(logits.grad).all()) and float(logits.grad[0, 2]) < 0
