"""Low-rank changes: nothing at first, then what the product of the two matrices adds; all else is held."""

from __future__ import annotations

import torch
from torch import nn

from aural.nets.low_rank import change_layers


def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3))


def test_a_new_change_changes_nothing_and_only_it_learns() -> None:
    one, x = net(), torch.randn(5, 6)
    before = one(x).detach()
    changes = change_layers(one, 2, 0.0, lambda name: name == "2")
    assert set(changes) == {"2"} and torch.equal(one(x), before)
    one(x).square().sum().backward()
    learning = {name for name, p in one.named_parameters() if p.requires_grad}
    assert learning == {"2.change.down", "2.change.up"}
    assert changes["2"].up.grad is not None and bool((changes["2"].up.grad != 0).any())


def test_a_change_is_the_product_of_its_matrices() -> None:
    one, x = net(), torch.randn(5, 6)
    held = [one.get_submodule(n).weight.detach().clone() for n in ("0", "2")]
    changes = change_layers(one, 2, 0.0, lambda name: True)
    for change in changes.values():
        nn.init.normal_(change.up)
    other = net()
    with torch.no_grad():
        for name, old in zip(("0", "2"), held, strict=True):
            other.get_submodule(name).weight.copy_(old + changes[name].up @ changes[name].down)
        assert torch.allclose(one(x), other(x), atol=1e-5)


def test_hidden_inputs_are_hidden_while_it_learns_alone() -> None:
    one, x = net(), torch.randn(5, 6)
    (change,) = change_layers(one, 2, 0.5, lambda name: name == "0").values()
    nn.init.normal_(change.up)
    assert not torch.equal(one(x), one(x))
    one.eval()
    assert torch.equal(one(x), one(x))
