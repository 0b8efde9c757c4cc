"""Vocoders: as many samples as the frames stand for, a slope for every weight, phases inverted, rates checked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from aural.errors import UsageError
from aural.nets.fourier import Inverse
from aural.nets.vocoders import hifigan, parallel_wavenet, vocos, wavenet
from aural.sound.spectrum import Framing, stft


@pytest.mark.parametrize("page", [hifigan, vocos])
def test_frames_become_samples_and_slopes_reach_all(page: Any) -> None:
    torch.manual_seed(0)
    net = page.Vocoder(page.tiny(), 80, 256)
    made = net(torch.randn(2, 80, 5) - 5)
    assert made.shape == (2, 5 * 256)
    (made * torch.randn(made.shape)).sum().backward()
    assert all(p.grad is not None and float(p.grad.abs().max()) > 0 for p in net.parameters())


def test_rates_that_are_not_the_hop_are_refused() -> None:
    with pytest.raises(UsageError, match="samples of a frame"):
        hifigan.Vocoder(hifigan.Config(width=16, rates=(8, 8)), 80, 256)


def test_the_inverse_transform_is_one() -> None:
    samples = np.random.default_rng(0).standard_normal(20 * 64)
    spectrum = stft(np.pad(samples, 96), framing=Framing(256, 64, center=False))
    parts = (torch.from_numpy(x[None].astype(np.float32)) for x in (spectrum.real, spectrum.imag))
    made = Inverse(256, 64)(*parts)[0].numpy()
    assert made.shape == samples.shape
    assert np.abs(made - samples)[200:-200].max() < 1e-5


def test_what_learns_by_a_fast_transform_is_what_is_exported() -> None:
    torch.manual_seed(0)
    inverse = Inverse(256, 64)
    parts = torch.randn(2, 2, 129, 7).unbind()
    assert torch.allclose(inverse.train()(*parts), inverse.eval()(*parts), atol=1e-6)


@pytest.mark.parametrize("output", ["logistics", "mu_law"])
def test_wavenet_foretells_from_the_past_alone(output: str) -> None:
    torch.manual_seed(0)
    net = wavenet.Vocoder(wavenet.Config(8, 8, 4, 4, 4, output, 2), 5, 8)
    samples, mel = torch.rand(1, 32) - 0.5, torch.randn(1, 5, 4)
    before = net(samples, mel)
    changed = samples.clone()
    changed[:, 12] += 0.3
    moved = (net(changed, mel) - before).abs().amax(dim=(0, 2)) > 1e-6
    assert moved.nonzero().flatten().tolist() == list(range(13, min(32, 13 + net.core.stack.reach)))
    net.log_chances(samples, mel).sum().backward()
    assert all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in net.parameters())


@torch.no_grad()
def test_the_joint_is_the_product_of_what_each_step_tells() -> None:
    """p(x) = prod p(x_t | x_<t): over all sequences of two samples of few classes the products add up to 1."""
    torch.manual_seed(0)
    net = wavenet.Vocoder(wavenet.Config(4, 4, 2, 2, 2, "mu_law", 1), 3, 2)
    mel = torch.randn(1, 3, 1)
    from aural.nets import logistics

    values = logistics.from_classes(torch.arange(256))
    first = net.log_chances(torch.stack([values, torch.zeros(256)], 1), mel.expand(256, 3, 1))[:, 0]
    assert abs(float(first.exp().sum()) - 1) < 1e-4
    total = 0.0
    for a in range(0, 256, 51):
        pairs = torch.stack([values[a].expand(256), values], 1)
        joint = net.log_chances(pairs, mel.expand(256, 3, 1)).sum(1)
        total += float(joint.exp().sum())
        assert abs(float(joint.exp().sum()) - float(first[a].exp())) < 1e-5  # what follows a adds up to p(a)
    assert 0 < total < 1


@torch.no_grad()
def test_the_students_flows_go_both_ways() -> None:
    torch.manual_seed(0)
    net = parallel_wavenet.Vocoder(parallel_wavenet.tiny(), 5, 8)
    for parameter in net.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
    mel, noise = torch.randn(2, 5, 4), torch.randn(2, 32)
    made, mean, scale = net(mel, noise)
    assert torch.allclose(mean + scale.exp() * noise, made, atol=1e-5)
    assert torch.allclose(net.noise_of(mel, made), noise, atol=1e-3)
    changed = noise.clone()
    changed[:, 20] += 1.0
    _, other, _ = net(mel, changed)
    assert torch.equal(other[:, :21], mean[:, :21]) and not torch.equal(other[:, 21:], mean[:, 21:])
