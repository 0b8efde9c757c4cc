"""MFCC: the written transform of log-mel energies, and slopes as the HTK book defines them."""

from __future__ import annotations

import numpy as np
import torch

from aural.nets.frontends import log_mel, mfcc


def test_the_cosines_are_orthonormal_and_the_formula() -> None:
    matrix = mfcc.cosines(12, 12)
    assert np.allclose(matrix.T @ matrix, np.eye(12), atol=1e-6)
    x = np.random.default_rng(0).standard_normal(12)
    third = np.sqrt(2 / 12) * sum(x[n] * np.cos(np.pi * 3 * (2 * n + 1) / 24) for n in range(12))
    assert abs((x @ matrix)[3] - third) < 1e-6


def test_all_coefficients_give_the_log_mel_energies_back() -> None:
    samples = 0.1 * torch.randn(1, 4000, generator=torch.Generator().manual_seed(0))
    lengths = torch.tensor([4000])
    whole = mfcc.Frontend(mfcc.Config(n_mfcc=24, n_mels=24), 16000)
    energies, _ = log_mel.Frontend(log_mel.Config(n_mels=24), 16000)(samples, lengths)
    back = whole(samples, lengths)[0] @ torch.from_numpy(mfcc.cosines(24, 24)).T
    assert torch.allclose(back, energies, atol=1e-4)


def test_slopes_follow_the_regression_with_repeated_edges() -> None:
    x = torch.randn(1, 6, 2, generator=torch.Generator().manual_seed(0))
    told = mfcc.slopes(x, torch.tensor([6]))
    padded = np.pad(x[0].numpy(), ((2, 2), (0, 0)), mode="edge")
    true = [sum(k * (padded[t + 2 + k] - padded[t + 2 - k]) for k in (1, 2)) / 10 for t in range(6)]
    assert np.allclose(told[0].numpy(), true, atol=1e-6)


def test_a_straight_rise_has_one_slope() -> None:
    rise = 3.0 * torch.arange(12.0)[None, :, None]
    assert torch.allclose(mfcc.slopes(rise, torch.tensor([12]))[0, 2:-2], torch.tensor(3.0))
