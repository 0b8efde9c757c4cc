"""Convolutions behind a decoder: padding is not heard, and they can be still at the ends of a clip, too."""

from __future__ import annotations

import torch

from aural.nets.after import After


@torch.no_grad()
def test_where_they_add_nothing_they_add_nothing_at_the_ends() -> None:
    one = After(5, 6).eval()
    torch.nn.init.zeros_(one.last.weight)
    torch.nn.init.zeros_(one.last.bias)
    assert not one(torch.randn(2, 5, 9), torch.tensor([9, 7])).any()


@torch.no_grad()
def test_padding_is_not_heard() -> None:
    torch.manual_seed(0)
    one, x = After(5, 6).eval(), torch.randn(1, 5, 12)
    told = one(x, torch.tensor([8]))
    assert torch.allclose(told[:, :, :8], one(x[:, :, :8], torch.tensor([8])), atol=1e-6) and not told[:, :, 8:].any()
