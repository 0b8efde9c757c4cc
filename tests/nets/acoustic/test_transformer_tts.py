"""Transformer TTS: padding changes nothing, no step hears a later one, every weight learns."""

from __future__ import annotations

import torch

from aural.nets.acoustic import transformer_tts as page


def net() -> page.Acoustic:
    torch.manual_seed(0)
    return page.Acoustic(page.tiny(), 7, 5)


@torch.no_grad()
def test_padding_changes_nothing() -> None:
    one = net().eval()
    mel, draws = torch.randn(1, 5, 8) - 5, torch.rand(1, 4, 2, 6)
    made, better, stop, looks = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), mel, torch.tensor([8]), draws)
    wide = torch.nn.functional.pad(mel, (0, 4)).repeat(2, 1, 1)
    more = torch.cat([draws, torch.rand(1, 2, 2, 6)], 1).repeat(2, 1, 1, 1)
    symbols = torch.tensor([[1, 2, 3, 6, 6], [1, 1, 1, 1, 1]])
    told = one(symbols, torch.tensor([3, 5]), wide, torch.tensor([8, 12]), more)
    assert torch.allclose(told[0][0, :, :8], made[0], atol=1e-5) and torch.allclose(told[1][0, :, :8], better[0], atol=1e-5)
    assert torch.allclose(told[2][0, :4], stop[0], atol=1e-5) and torch.allclose(told[3][0, :4, :3], looks[0], atol=1e-6)
    assert not told[3][0, :, 3:].any() and torch.allclose(told[3].sum(2), torch.ones(2, 6), atol=1e-5)


@torch.no_grad()
def test_no_step_hears_a_later_one() -> None:
    one = net().eval()
    memory, lengths, draws = one.memory(torch.tensor([[1, 2, 3]]), torch.tensor([3])), torch.tensor([3]), torch.rand(1, 6, 2, 6)
    before = torch.randn(1, 6, 5)
    changed = before.clone()
    changed[:, 4] += 1.0
    a, b = (one.steps(memory, lengths, x, draws)[0] for x in (before, changed))
    assert torch.equal(a[:, : 4 * 2], b[:, : 4 * 2]) and not torch.equal(a[:, 4 * 2 :], b[:, 4 * 2 :])


def test_every_weight_learns() -> None:
    one = net()
    told = one(torch.tensor([[1, 2, 3]]), torch.tensor([3]), torch.randn(1, 5, 9), torch.tensor([9]), torch.rand(1, 5, 2, 6))
    assert told[0].shape == (1, 5, 9) and told[2].shape == (1, 5)
    ((told[1] * torch.randn(1, 5, 9)).sum() + told[2].sum()).backward()
    idle = [n for n, p in one.named_parameters() if p.grad is None or not bool(torch.isfinite(p.grad).all())]
    assert idle == []
