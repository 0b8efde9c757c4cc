"""The order that fits best, against all orders; swapped outputs and padding change nothing."""

from __future__ import annotations

from itertools import permutations

import torch
from torch import Tensor

from aural.learn.losses import binary_cross_entropy
from aural.learn.losses.permutation_free import Config, Made


def brute(logits: Tensor, truth: Tensor, frames: Tensor) -> Tensor:
    plain = binary_cross_entropy.Made(binary_cross_entropy.Config(), 4)
    each = [plain(logits, truth[..., list(order)], frames, frames) for order in permutations(range(truth.shape[-1]))]
    return torch.stack(each).amin(0)


def drawn(*shape: int) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(*shape, generator=generator), (torch.rand(*shape, generator=generator) > 0.5).float()


def test_it_is_the_least_of_all_orders_for_frames_and_clips() -> None:
    loss, frames = Made(Config(), 4), torch.tensor([9, 4, 1])
    for shape in ((3, 9, 4), (3, 4)):
        logits, truth = drawn(*shape)
        assert torch.allclose(loss(logits, truth, frames, frames), brute(logits, truth, frames), atol=1e-5)


def test_the_order_of_the_truth_and_padding_change_nothing() -> None:
    loss, frames = Made(Config(positive=3.0), 4), torch.tensor([9, 4, 1])
    logits, truth = drawn(3, 9, 4)
    told = loss(logits, truth, frames, frames)
    assert torch.allclose(told, loss(logits, truth[..., [2, 0, 3, 1]], frames, frames), atol=1e-6)
    logits[1, 4:], truth[2, 1:] = 40.0, 1.0
    assert torch.allclose(told, loss(logits, truth, frames, frames), atol=1e-6)


def test_slopes_reach_every_output() -> None:
    logits, truth = drawn(3, 9, 4)
    logits.requires_grad_()
    frames = torch.tensor([9, 9, 9])
    Made(Config(), 4)(logits, truth, frames, frames).sum().backward()
    assert logits.grad is not None and bool((logits.grad != 0).all())
