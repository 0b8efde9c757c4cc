"""Statistics over real frames: padding, however wild, changes nothing."""

from __future__ import annotations

import pytest
import torch

from aural.nets import masks


def _batch() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 7, 4, generator=generator)
    lengths = torch.tensor([7, 3, 1])
    wild = x.clone()
    for row, length in enumerate(lengths.tolist()):
        wild[row, length:] = 1e6
    return x, wild, lengths


@pytest.mark.parametrize("of", [masks.mean_of, masks.spread_of, masks.largest_of])
def test_padding_changes_nothing(of) -> None:
    x, wild, lengths = _batch()
    for row, length in enumerate(lengths.tolist()):
        alone = of(x[row : row + 1, :length], torch.tensor([length]))
        assert torch.allclose(of(wild, lengths)[row], alone[0], atol=1e-6)


def test_the_mean_is_the_mean() -> None:
    x, _, lengths = _batch()
    assert torch.allclose(masks.mean_of(x, lengths)[1], x[1, :3].mean(0), atol=1e-6)


def test_strides_round_up() -> None:
    lengths = torch.arange(1, 200)
    once = masks.halved(lengths, 8)
    thrice = masks.halved(masks.halved(masks.halved(lengths, 2), 2), 2)
    assert torch.equal(once, thrice)
    assert masks.halved(torch.tensor([1, 2, 3]), 2).tolist() == [1, 1, 2]


def test_the_last_real_frame_is_held_on() -> None:
    x = torch.arange(8.0).reshape(2, 4, 1)
    assert masks.held_on(x, torch.tensor([2, 4]))[..., 0].tolist() == [[0, 1, 1, 1], [4, 5, 6, 7]]
