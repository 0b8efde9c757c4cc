"""The masked batch norm equals torch's on unpadded input, and does not see padding in training."""

from __future__ import annotations

import pytest
import torch

from aural.nets.layers import ConvBands, ConvFrames, MaskedNorm, wiped


@pytest.mark.parametrize("shape", [(4, 5, 9), (4, 5, 9, 3)])
def test_without_padding_it_is_batch_norm(shape: tuple[int, ...]) -> None:
    ours = MaskedNorm(5)
    theirs = torch.nn.BatchNorm1d(5) if len(shape) == 3 else torch.nn.BatchNorm2d(5)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1)) * 3 + 1
    full = torch.full((4,), 9)
    assert torch.allclose(ours(x, full), theirs(x), atol=1e-5)
    assert torch.allclose(ours.variance, theirs.running_var, atol=1e-5)
    assert torch.allclose(ours.eval()(x, full), theirs.eval()(x), atol=1e-5)


def test_the_padded_way_equals_the_plain_one() -> None:
    """Rows of full length beside an empty rest: statistics are those of the real frames."""
    x = torch.randn(4, 5, 9, 3, generator=torch.Generator().manual_seed(2))
    padded = torch.nn.functional.pad(x, (0, 0, 0, 4), value=7.0)
    lengths = torch.full((4,), 9)
    a, b = MaskedNorm(5), MaskedNorm(5)
    told = a(padded, lengths)
    assert torch.allclose(told[:, :, :9], b(x, lengths), atol=1e-5)
    assert float(told[:, :, 9:].detach().abs().max()) == 0.0
    assert torch.allclose(a.mean, b.mean, atol=1e-6)
    assert torch.allclose(a.variance, b.variance, atol=1e-5)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("causal", [False, True])
def test_frames_come_out_rounded_up_and_alone_as_in_a_batch(stride: int, causal: bool) -> None:
    torch.manual_seed(0)
    over_time = ConvFrames(4, 6, 5, stride, causal=causal).eval()
    over_bands = ConvBands(1, 6, (5, 3), (stride, 2), causal=causal).eval()
    lengths = torch.tensor([10, 7, 1])
    x = wiped(torch.randn(3, 4, 10), lengths)
    told, left = over_time(x, lengths)
    assert left.tolist() == [-(-n // stride) for n in (10, 7, 1)]
    two, _ = over_bands(x.transpose(1, 2)[:, None], lengths)
    for row, length in enumerate((10, 7, 1)):
        alone, _ = over_time(x[row : row + 1, :, :length], torch.tensor([length]))
        assert torch.allclose(told[row, :, : left[row]], alone[0], atol=1e-6)
        alone, _ = over_bands(x[row : row + 1, :, :length].transpose(1, 2)[:, None], torch.tensor([length]))
        assert torch.allclose(two[row, :, : left[row]], alone[0], atol=1e-6)
