"""Densities integrate to 1, draws follow them, mu-law comes back, chances of classes are drawn as often as they say."""

from __future__ import annotations

import torch

from aural.nets import logistics


def test_a_mixture_is_a_density() -> None:
    told = torch.tensor([0.3, -0.5, 0.1, 0.6, -3.0, -2.0])
    x = torch.linspace(-4, 4, 200001)
    chances = logistics.log_density(told.expand(len(x), 6), x).exp()
    assert abs(float(torch.trapezoid(chances, x)) - 1) < 1e-3


def test_draws_follow_the_mixture() -> None:
    told = torch.tensor([1.0, 0.0, -0.3, 0.4, -4.0, -4.0]).expand(20000, 6)
    draws = torch.rand(20000, 2, generator=torch.Generator().manual_seed(0))
    made = logistics.mixture_sample(told, draws)
    share = float((made < 0).float().mean())
    assert abs(share - float(torch.softmax(torch.tensor([1.0, 0.0]), 0)[0])) < 0.02
    assert abs(float(made[made < 0].mean()) + 0.3) < 0.01
    assert torch.equal(made, logistics.on_grid(made))


def test_mu_law_comes_back_within_its_step() -> None:
    x = torch.linspace(-1, 1, 1001)
    back = logistics.from_classes(logistics.to_classes(x))
    assert float((back - x).abs().max()) < 0.03 and float((back - x).abs()[480:520].max()) < 1e-3
    classes = torch.arange(256)
    assert torch.equal(logistics.to_classes(logistics.from_classes(classes)), classes)


def test_classes_are_drawn_as_often_as_they_say() -> None:
    chances = torch.tensor([0.1, 0.6, 0.3])
    draws = (torch.arange(1000) + 0.5) / 1000
    made = logistics.class_sample(chances.log().expand(1000, 3), draws)
    assert torch.bincount(made, minlength=3).tolist() == [100, 600, 300]
