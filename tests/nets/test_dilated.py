"""Stacks of dilated convolutions: reach, causality, conditions laid over steps, padding that is not heard."""

from __future__ import annotations

import pytest
import torch

from aural.nets.dilated import Stack, cycles


def test_dilations_double_and_begin_anew() -> None:
    assert cycles(7, 4) == (1, 2, 4, 1, 2, 4, 1)


@torch.no_grad()
def test_a_causal_stack_hears_its_reach_and_nothing_later() -> None:
    torch.manual_seed(0)
    stack = Stack(4, 5, cycles(5, 4), 0)
    x = torch.randn(1, 4, 40)
    before, at = stack(x), 25
    changed = x.clone()
    changed[:, :, at] += 1.0
    moved = (stack(changed) - before).abs().amax(dim=(0, 1)) > 1e-7
    assert moved.nonzero().flatten().tolist() == list(range(at, at + stack.reach))


@pytest.mark.parametrize("causal", [True, False])
@torch.no_grad()
def test_padding_is_not_heard(causal: bool) -> None:
    torch.manual_seed(0)
    stack = Stack(4, 4, (1, 2), 3, kernel=3 if not causal else 2, causal=causal)
    x, told = torch.randn(1, 4, 12), torch.randn(1, 3, 12)
    alone = stack(x, told, torch.tensor([12]))
    padded = torch.nn.functional.pad(x, (0, 9))
    beside = stack(padded, torch.nn.functional.pad(told, (0, 9), value=7.0), torch.tensor([12]))
    assert torch.allclose(beside[:, :, :12], alone, atol=1e-6)


@torch.no_grad()
def test_a_condition_reaches_the_steps_of_its_frame() -> None:
    torch.manual_seed(0)
    stack = Stack(4, 4, (1,), 3)
    x, told = torch.randn(1, 4, 32), torch.randn(1, 3, 4)
    changed = told.clone()
    changed[:, :, 2] += 1.0
    moved = (stack(x, changed) - stack(x, told)).abs().amax(dim=(0, 1)) > 1e-7
    assert moved.nonzero().flatten().tolist() == list(range(16, 24))
