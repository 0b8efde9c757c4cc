"""PCEN: the level that is followed, the written formula, and loudness that is taken out."""

from __future__ import annotations

import numpy as np
import torch

from aural.nets.frontends import pcen


def recursion(power: np.ndarray, keep: float) -> np.ndarray:
    level = np.empty_like(power)
    level[0] = power[0]
    for t in range(1, len(power)):
        level[t] = keep * level[t - 1] + (1 - keep) * power[t]
    return level


def test_the_level_is_the_recursion_to_the_error_that_is_told() -> None:
    frontend = pcen.Frontend(pcen.Config(n_mels=4, follow=0.2), 16000)
    power = np.random.default_rng(0).exponential(size=(900, 4)) ** 4
    told = frontend.level(torch.from_numpy(power).float()[None])[0].numpy()
    apart = np.abs(told - recursion(power, np.exp(-0.01 / 0.2))).max(0)
    assert (apart < 2e-5 * power.max(0) + 1e-5 * power.mean(0)).all()


def test_the_formula() -> None:
    config = pcen.Config(n_mels=4, follow=0.05)
    frontend = pcen.Frontend(config, 16000)
    samples = 0.1 * torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    power = frontend.mel(samples, torch.tensor([4000]))[0][0].double().numpy()
    level = recursion(power, np.exp(-0.01 / 0.05))
    true = (power / (level + 1e-8) ** config.gain + config.bias) ** config.root - config.bias**config.root
    assert np.allclose(frontend(samples, torch.tensor([4000]))[0][0].detach().numpy(), true, atol=1e-3)


def test_a_louder_recording_looks_nearly_the_same_and_a_later_sound_changes_nothing_earlier() -> None:
    frontend = pcen.Frontend(pcen.Config(n_mels=8, follow=0.1), 16000)
    samples = 0.02 * torch.randn(1, 16000, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([16000])
    soft, loud = frontend(samples, lengths)[0], frontend(10 * samples, lengths)[0]
    # Ten times the level is a hundred times the power, of which the part 1 - gain is left.
    left = 100 ** (1 - pcen.Config().gain) - 1
    assert float((soft - loud).abs().mean()) < 1.05 * left * float(soft.abs().mean())
    changed = samples.clone()
    changed[:, 8000:] = 0.5
    after = frontend(changed, lengths)[0]
    assert torch.allclose(soft[:, :46], after[:, :46], atol=1e-6) and not torch.allclose(soft[:, 52:], after[:, 52:], atol=1e-2)
