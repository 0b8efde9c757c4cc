"""One causal core for samples, letters and notes: the past alone, chances that add up, cached drawing, and learning."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from aural.nets import logistics
from aural.nets.causal import Config, Core, Symbols, tiny
from aural.nets.vocoders import wavenet

TUNE = [60, 62, 64, 65, 67, 67, 69, 69, 69, 69, 67, 67] * 4


def net_of(classes: int) -> Symbols:
    torch.manual_seed(0)
    return Symbols(tiny(), classes)


def learned(net: Symbols, row: list[int], steps: int = 150) -> float:
    """Nats a symbol after a short training on one row."""
    symbols, stepper = torch.tensor([row]), torch.optim.Adam(net.parameters(), 2e-2)
    for _ in range(steps):
        stepper.zero_grad()
        loss = -net.log_chances(symbols).mean()
        loss.backward()
        stepper.step()
    return float(loss.detach())


def test_the_chances_of_all_sequences_add_up_to_one() -> None:
    net = net_of(3).double()
    every = torch.tensor(list(itertools.product(range(3), repeat=5)))
    with torch.no_grad():
        assert float(net.log_chances(every).sum(1).exp().sum()) == pytest.approx(1.0, abs=1e-9)


def test_the_chance_of_a_sequence_is_the_product_of_what_each_step_adds() -> None:
    net, row = net_of(3).double(), torch.tensor([[2, 0, 1, 1, 2]])
    with torch.no_grad():
        whole = net.log_chances(row)[0]
        grown = [float(net.log_chances(row[:, : n + 1])[0].sum()) for n in range(5)]
    assert np.diff([0.0, *grown]) == pytest.approx(whole.numpy(), abs=1e-9)


def test_a_step_hears_the_past_alone_as_far_as_the_core_reaches() -> None:
    net = net_of(5)
    row = torch.randint(0, 5, (1, 40), generator=torch.Generator().manual_seed(1))
    changed = row.clone()
    changed[0, 9] = (row[0, 9] + 1) % 5
    moved = (net(changed) - net(row)).abs().amax(dim=(0, 2)) > 1e-6
    assert moved.nonzero().flatten().tolist() == list(range(10, min(40, 10 + net.core.stack.reach)))


def test_steps_with_a_memory_tell_what_the_whole_tells() -> None:
    net = net_of(6).double()
    rows = torch.randint(0, 6, (2, 30), generator=torch.Generator().manual_seed(2))
    state, before = net.core.start(2), torch.full((2,), 6)
    with torch.no_grad():
        whole = net(rows)
        for t in range(30):
            state, told = net.core.step(state, net.entry(before))
            assert torch.allclose(told, whole[:, t], atol=1e-12)
            before = rows[:, t]


def test_drawing_is_the_same_for_the_same_generator_and_goes_on_from_what_is_given() -> None:
    net = net_of(4)
    drawn = [net.drawn(25, torch.Generator().manual_seed(seed), [1, 2]) for seed in (3, 3, 4)]
    assert drawn[0] == drawn[1] != drawn[2] and len(drawn[0]) == 25 and set(drawn[0]) <= set(range(4))


def test_letters_are_learned_and_drawn_again() -> None:
    text = "the rain in spain stays mainly " * 3
    letters = sorted(set(text))
    net = net_of(len(letters))
    assert learned(net, [letters.index(c) for c in text]) < 0.15
    begun = [letters.index(c) for c in "the rain in "]
    drawn = net.drawn(19, torch.Generator().manual_seed(0), begun, temperature=0.1)
    assert "".join(letters[k] for k in drawn) == "spain stays mainly "


def test_notes_are_learned_and_drawn_again() -> None:
    pitches = sorted(set(TUNE))
    net = net_of(len(pitches))
    assert learned(net, [pitches.index(n) for n in TUNE]) < 0.15
    drawn = net.drawn(12, torch.Generator().manual_seed(0), [pitches.index(n) for n in TUNE[:12]], temperature=0.1)
    assert [pitches[k] for k in drawn] == TUNE[:12]


def test_samples_on_the_scale_of_mu_law_are_learned() -> None:
    tone = 0.5 * torch.sin(2 * torch.pi * torch.arange(160) / 16)
    net = net_of(logistics.CLASSES)
    assert learned(net, logistics.to_classes(tone).tolist()) < 0.5  # nothing known would be 5.5


def test_a_vocoder_and_symbols_share_the_core() -> None:
    vocoder = wavenet.Vocoder(wavenet.Config(8, 8, 4, 4, 4, "mu_law"), 5, 16)
    assert isinstance(vocoder.core, Core) and isinstance(net_of(3).core, Core)
    assert vocoder.core.last.out_channels == logistics.CLASSES
    assert Symbols(Config(), 3).core.stack.reach == 63
