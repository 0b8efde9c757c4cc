"""The running average of the weights forgets where they began, and is carried over a resume."""

from __future__ import annotations

import torch
from torch import nn

from aural.learn.options import Options
from aural.learn.stepper import Stepper, decay_at


def _moved(stepper: Stepper, layer: nn.Linear, steps: int) -> None:
    for _ in range(steps):
        stepper.take((layer.weight - 1).pow(2).sum(), 0.5)


def test_an_average_is_worth_keeping_after_a_few_steps() -> None:
    """With a decay of 0.999 the first weights would still be nearly all of it."""
    layer = nn.Linear(4, 1, bias=False)
    with torch.no_grad():
        layer.weight.fill_(-5.0)
    stepper = Stepper(layer, Options(rate=0.5, decay=0.0, average=0.999), torch.device("cpu"))
    _moved(stepper, layer, 60)
    assert (layer.weight - 1).abs().max() < 0.2
    assert (stepper.averaged["weight"] - 1).abs().max() < 0.5


def test_the_decay_rises_to_what_was_asked_for() -> None:
    seen = [decay_at(moves, 0.99) for moves in range(2000)]
    assert seen[0] == 0.1 and seen == sorted(seen) and seen[-1] == 0.99
    assert decay_at(10_000, 0.0) == 0.0


def test_how_far_the_average_has_come_is_resumed() -> None:
    first = nn.Linear(4, 1, bias=False)
    stepper = Stepper(first, Options(average=0.99), torch.device("cpu"))
    _moved(stepper, first, 5)
    second = nn.Linear(4, 1, bias=False)
    second.load_state_dict(first.state_dict())
    again = Stepper(second, Options(average=0.99), torch.device("cpu"))
    tensors, plain = stepper.state()
    again.restore({name: tensor.clone() for name, tensor in tensors.items()}, plain)
    _moved(stepper, first, 5)
    _moved(again, second, 5)
    assert torch.equal(stepper.averaged["weight"], again.averaged["weight"])
