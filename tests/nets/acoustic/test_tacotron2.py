"""Tacotron 2: padding changes nothing, looks add up to 1 on real symbols, every weight learns, steps equal the whole."""

from __future__ import annotations

import pytest
import torch

from aural.learn.methods._attending import astray, shares
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


@pytest.mark.parametrize("seed", range(3))
def test_all_steps_at_once_are_the_steps_one_by_one_along_the_same_path(seed: int) -> None:
    torch.manual_seed(seed)
    one = page.Acoustic(page.tiny(), 7, 5)
    one.eval()
    path, lengths = torch.rand(2, 6, 4).softmax(2), torch.tensor([4, 3])
    path[1, :, 3] = 0
    path[1, 4:] = 0
    memory, before, draws = one.memory(torch.randint(7, (2, 4)), lengths), torch.randn(2, 6, 5), torch.rand(2, 6, 2, 6)
    with torch.no_grad():
        whole = one.steps(memory, lengths, before, draws, path)
        state, parts = one.begin(memory), []
        for k in range(6):
            *some, state = one.step(memory, lengths, (before[:, k], *state[1:]), draws[:, k], path[:, k])
            parts.append(some)
    frames, stops, looks = zip(*parts, strict=True)
    for told, true in zip(whole, (torch.cat(frames, 1), torch.stack(stops, 1), torch.stack(looks, 1)), strict=True):
        assert torch.allclose(told, true, atol=1e-5)


def test_every_weight_learns_along_a_path() -> None:
    one, path = net(), torch.rand(1, 5, 3).softmax(2)
    told = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), torch.randn(1, 5, 9), torch.tensor([9]), torch.rand(1, 5, 2, 6), path)
    ((told[1] * torch.randn(1, 5, 9)).sum() + told[2].sum() + astray(told[3], path)).backward()
    assert [n for n, p in one.named_parameters() if p.grad is None or not bool(p.grad.abs().max() > 0)] == []


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


def test_a_voice_looks_at_one_symbol_and_neither_goes_back_nor_leaps() -> None:
    where = torch.tensor([[0, 0.2, 0.7, 0.1, 0, 0, 0, 0]]).repeat(3, 1)
    looks = torch.tensor([[0.5, 0, 0, 0.3, 0.2, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1.0], [0, 0, 0, 0, 0, 0, 1.0, 0]])
    kept = page.near(looks, where)
    assert kept.argmax(1).tolist() == [3, 2, 2 + page.AHEAD]  # where nothing near is looked at, it stays
    assert kept.sum(1).tolist() == kept.amax(1).tolist() == [1, 1, 1]
