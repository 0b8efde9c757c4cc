"""Tacotron 2: padding changes nothing, looks add up to 1 on real symbols, every weight learns, steps equal the whole."""

from __future__ import annotations

import pytest
import torch

from aural.learn.methods._attending import astray
from aural.nets.acoustic import tacotron2 as page


def net() -> page.Acoustic:
    torch.manual_seed(0)
    return page.Acoustic(page.tiny(), 7, 5)


def test_padding_changes_nothing() -> None:
    one = net().eval()
    mel, draws = torch.randn(1, 5, 8) - 5, torch.rand(1, 4, 2, 6)
    with torch.no_grad():
        made, better, stop, looks = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), mel, torch.tensor([8]), draws)
        wide = torch.nn.functional.pad(mel, (0, 4)).repeat(2, 1, 1)
        more = torch.cat([draws, torch.rand(1, 2, 2, 6)], 1).repeat(2, 1, 1, 1)
        told = one(torch.tensor([[1, 2, 3, 6, 6], [1, 1, 1, 1, 1]]), torch.tensor([3, 5]), wide, torch.tensor([8, 12]), more)
    assert torch.allclose(told[0][0, :, :8], made[0], atol=1e-5) and torch.allclose(told[2][0, :4], stop[0], atol=1e-5)
    assert torch.allclose(told[1][0, :, :8], better[0], atol=1e-5)
    assert torch.allclose(told[3][0, :4, :3], looks[0], atol=1e-6) and not told[3][0, :, 3:].any()
    assert torch.allclose(told[3].sum(2), torch.ones(2, 6), atol=1e-5)


def test_steps_told_their_own_frames_are_the_whole() -> None:
    """Speaking step by step is what the whole does when it is told what the steps made."""
    one = net().eval()
    symbols, lengths, draws = torch.tensor([[1, 2, 3, 4]]), torch.tensor([4]), torch.rand(1, 3, 2, 6)
    with torch.no_grad():
        memory = one.memory(symbols, lengths)
        state, made = one.begin(memory), []
        for k in range(3):
            frames, _, _, state = one.step(memory, lengths, state, draws[:, k])
            made.append(frames)
        mel = torch.cat(made, 1).transpose(1, 2) * one.scale + one.mean
        told, _, _, _ = one(symbols, lengths, mel, torch.tensor([6]), draws)
    assert torch.allclose(told, mel, atol=1e-5)


def test_every_weight_learns() -> None:
    one = net()
    told = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), torch.randn(1, 5, 9), torch.tensor([9]), torch.rand(1, 5, 2, 6))
    assert told[0].shape == (1, 5, 9) and told[2].shape == (1, 5)
    ((told[1] * torch.randn(1, 5, 9)).sum() + told[2].sum()).backward()
    idle = [n for n, p in one.named_parameters() if p.grad is None or not bool(torch.isfinite(p.grad).all())]
    still = [n for n, p in one.named_parameters() if p.grad is not None and not bool(p.grad.abs().max() > 0)]
    assert idle == [] and len(still) <= 2, (idle, still)


def test_looking_at_the_phone_that_is_said_costs_least() -> None:
    """Three phones of 2, 1 and 3 frames, two frames a step: the middles of the steps are the frames 1, 3 and 5."""
    durations = torch.tensor([[2, 1, 3], [4, 0, 0]])
    right = torch.zeros(2, 3, 3)
    right[0, 0, 0] = right[0, 1, 2] = right[0, 2, 2] = 1
    right[1, :2, 0] = right[1, 2, 1] = 1  # the second clip ends after two steps: where it looks then costs nothing
    assert float(astray(right, durations, 2)) == pytest.approx(0, abs=1e-4)
    assert float(astray(torch.full((2, 3, 3), 1 / 3), durations, 2)) == pytest.approx(1.0986, abs=1e-3)
    assert float(astray(right.roll(1, 2), durations, 2)) > 10
