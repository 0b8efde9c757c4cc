"""Voices step by step: padding changes nothing, looks add up to 1 on real symbols, every weight learns, steps equal the whole."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from aural import find
from aural.learn.methods._attending import astray
from aural.nets import stepwise

ROOM = "nets/acoustic"
PAGES = [p for p in (find.page(ROOM, name) for name in find.names(ROOM)) if issubclass(p.Acoustic, stepwise.Stepwise)]
both = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__.rpartition(".")[2])
PATH = torch.tensor([[0, 0, 1, 1, 2]])


def net(page: Any, seed: int = 0) -> stepwise.Stepwise:
    torch.manual_seed(seed)
    return page.Acoustic(page.tiny(), 7, 5)


def path_of(places: torch.Tensor, symbols: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(places, symbols).float()


def test_there_are_such_voices() -> None:
    assert len(PAGES) == 2


@both
@torch.no_grad()
def test_padding_changes_nothing(page: Any) -> None:
    one = net(page).eval()
    mel, draws, path = torch.randn(1, 5, 8) - 5, torch.rand(1, 4, 2, 6), path_of(PATH[:, :4], 3)
    made, better, stop, looks = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), mel, torch.tensor([8]), draws, path)
    wide = torch.nn.functional.pad(mel, (0, 4)).repeat(2, 1, 1)
    more = torch.cat([draws, torch.rand(1, 2, 2, 6)], 1).repeat(2, 1, 1, 1)
    ways = torch.nn.functional.pad(path, (0, 2, 0, 2)).repeat(2, 1, 1)
    told = one(torch.tensor([[1, 2, 3, 6, 6], [1, 1, 1, 1, 1]]), torch.tensor([3, 5]), wide, torch.tensor([8, 12]), more, ways)
    assert torch.allclose(told[0][0, :, :8], made[0], atol=1e-5) and torch.allclose(told[2][0, :4], stop[0], atol=1e-5)
    assert torch.allclose(told[1][0, :, :8], better[0], atol=1e-5)
    assert torch.allclose(told[3][0, :4, :3], looks[0], atol=1e-6) and not told[3][0, :, 3:].any()
    assert torch.allclose(told[3].sum(2), torch.ones(2, 6), atol=1e-5)


@both
@torch.no_grad()
def test_steps_told_their_own_frames_are_the_whole(page: Any) -> None:
    """Speaking step by step is what the whole does when it is told what the steps made."""
    one = net(page).eval()
    symbols, lengths, draws = torch.tensor([[1, 2, 3, 4]]), torch.tensor([4]), torch.rand(1, 6, 2, 6)
    memory = one.memory(symbols, lengths)
    state, made = one.begin(memory), []
    for k in range(6):
        frames, _, _, state = one.step(memory, lengths, state, draws[:, k])
        made.append(frames)
    mel = torch.cat(made, 1).transpose(1, 2) * one.scale + one.mean
    told, _, _, _ = one(symbols, lengths, mel, torch.tensor([12]), draws)
    assert torch.allclose(told, mel, atol=1e-5)


@both
@pytest.mark.parametrize("seed", range(3))
@torch.no_grad()
def test_all_steps_at_once_are_the_steps_one_by_one_along_the_same_path(page: Any, seed: int) -> None:
    one = net(page, seed).eval()
    path, lengths = torch.rand(2, 6, 4).softmax(2), torch.tensor([4, 3])
    path[1, :, 3] = 0
    path[1, 4:] = 0
    memory, before, draws = one.memory(torch.randint(7, (2, 4)), lengths), torch.randn(2, 6, 5), torch.rand(2, 6, 2, 6)
    whole = one.steps(memory, lengths, before, draws, path)
    state, parts = one.begin(memory), []
    for k in range(6):
        *some, state = one.step(memory, lengths, (before[:, k], *state[1:]), draws[:, k], path=path[:, k])
        parts.append(some)
    frames, stops, looks = zip(*parts, strict=True)
    for told, true in zip(whole, (torch.cat(frames, 1), torch.stack(stops, 1), torch.stack(looks, 1)), strict=True):
        assert torch.allclose(told, true, atol=1e-5)
    assert [tuple(x.shape[1:]) for x in state] == [tuple(n or 4 for n in shape) for shape in one.states.values()]


@both
def test_every_weight_learns_along_a_path(page: Any) -> None:
    one, path = net(page), path_of(PATH, 3) * 0.8 + 0.1
    told = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), torch.randn(1, 5, 9), torch.tensor([9]), torch.rand(1, 5, 2, 6), path)
    ((told[1] * torch.randn(1, 5, 9)).sum() + told[2].sum() + astray(told[3], path)).backward()
    assert [n for n, p in one.named_parameters() if p.grad is None or not bool(p.grad.abs().max() > 0)] == []


@both
def test_every_weight_learns_where_it_looks_by_itself(page: Any) -> None:
    one = net(page)
    told = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), torch.randn(1, 5, 9), torch.tensor([9]), torch.rand(1, 5, 2, 6))
    assert told[0].shape == (1, 5, 9) and told[2].shape == (1, 5)
    ((told[1] * torch.randn(1, 5, 9)).sum() + told[2].sum()).backward()
    assert [n for n, p in one.named_parameters() if p.grad is None or not bool(torch.isfinite(p.grad).all())] == []


def test_a_voice_looks_at_one_symbol_and_neither_goes_back_nor_leaps() -> None:
    where = torch.tensor([[0, 0.2, 0.7, 0.1, 0, 0, 0, 0]]).repeat(3, 1)
    looks = torch.tensor([[0.5, 0, 0, 0.3, 0.2, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1.0], [0, 0, 0, 0, 0, 0, 1.0, 0]])
    kept = stepwise.near(looks, where)
    assert kept.argmax(1).tolist() == [3, 2, 2 + stepwise.AHEAD]  # where nothing near is looked at, it stays
    assert kept.sum(1).tolist() == kept.amax(1).tolist() == [1, 1, 1]


def test_a_symbol_that_was_looked_at_long_enough_is_left() -> None:
    where, looks = torch.tensor([[0, 1.0, 0, 0]]), torch.tensor([[0, 0.9, 0.08, 0.02]])
    for free, goes_to in (([1, 1, 1, 1], 1), ([1, 0, 1, 1], 2), ([1, 0, 0, 1], 3), ([1, 0, 0, 0], 1)):
        assert stepwise.near(looks, where, torch.tensor([free]).bool()).argmax(1).tolist() == [goes_to]


@both
@torch.no_grad()
def test_no_symbol_is_looked_at_for_longer_than_it_may(page: Any) -> None:
    one = net(page).eval()
    lengths, most = torch.tensor([4]), torch.tensor([[2.0, 1.0, 3.0, 1.0]])
    memory = one.memory(torch.tensor([[1, 2, 3, 4]]), lengths)
    state, looked = one.begin(memory), []
    for _ in range(9):
        *_, state = one.step(memory, lengths, state, torch.rand(1, 2, 6), most)
        looked.append(int(state[list(one.states).index("looks_now")].argmax()))
    assert looked == sorted(looked) and looked[-1] == 3 and all(looked.count(k) <= most[0, k] for k in range(3))
