"""Upsampling and its judges: lengths, slopes that reach every weight, normed weights written down, losses that mean something."""

from __future__ import annotations

import pytest
import torch

from aural.errors import UsageError
from aural.nets.discriminators import Judges, judges_loss, maker_loss, matching_loss
from aural.nets.upsampling import Upsampler, settled


@pytest.mark.parametrize("rates", [(4, 2), (3, 5), (8,)])
def test_samples_are_frames_times_the_rates(rates: tuple[int, ...]) -> None:
    net = Upsampler(5, 8, rates, (3,), (1, 2))
    for frames in (1, 7):
        assert net(torch.randn(2, 5, frames)).shape == (2, frames * net.hop)


def test_too_narrow_is_refused() -> None:
    with pytest.raises(UsageError, match="halved"):
        Upsampler(5, 4, (2, 2, 2), (3,), (1,))


def test_written_down_weights_answer_the_same() -> None:
    torch.manual_seed(0)
    net = Upsampler(5, 8, (4, 2), (3, 5), (1, 2))
    x = torch.randn(1, 5, 6)
    before = net(x)
    count = sum("parametrizations" in name for name, _ in net.named_parameters())
    assert count and torch.allclose(settled(net)(x), before, atol=1e-6)
    assert not any("parametrizations" in name for name, _ in net.named_parameters())


def test_slopes_reach_generator_and_judges() -> None:
    torch.manual_seed(0)
    net, judges = Upsampler(5, 8, (4, 4), (3,), (1,)), Judges(4, (2, 3), (1, 2))
    true = torch.randn(2, 160)
    made = net(torch.randn(2, 5, 10))
    judges_loss(judges(true), judges(made.detach())).backward()
    assert all(p.grad is not None and float(p.grad.abs().max()) > 0 for p in judges.parameters())
    assert all(p.grad is None for p in net.parameters())
    said = judges(made)
    (maker_loss(said) + matching_loss(judges(true), said)).backward()
    assert all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in net.parameters())
    assert float(net.before.parametrizations.weight.original1.grad.abs().max()) > 0


def test_losses_tell_who_is_right() -> None:
    def saying(value: float) -> list[tuple[torch.Tensor, list[torch.Tensor]]]:
        return [(torch.full((1, 4), value), [torch.full((1, 3), value)])]

    assert float(judges_loss(saying(1.0), saying(0.0))) == 0 < float(judges_loss(saying(0.0), saying(1.0)))
    assert float(maker_loss(saying(1.0))) == 0 < float(maker_loss(saying(0.0)))
    assert float(matching_loss(saying(0.5), saying(0.5))) == 0 < float(matching_loss(saying(0.5), saying(0.0)))
