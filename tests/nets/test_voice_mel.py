"""The spectrogram on torch equals that of numpy, has a slope, and spectra tell likeness."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aural.nets.voice_mel import Spectra, VoiceMel
from aural.sound.voice_mel import at_rate, voice_mel


@pytest.mark.parametrize(("rate", "length"), [(22050, 100), (22050, 9000), (8000, 4001)])
def test_it_equals_numpy(rate: int, length: int) -> None:
    samples = 0.1 * torch.randn(2, length, generator=torch.Generator().manual_seed(0))
    told = VoiceMel(at_rate(rate))(samples)
    for row in range(2):
        assert np.abs(told[row].numpy() - voice_mel(samples[row].numpy(), options=at_rate(rate))).max() < 2e-4


def test_silence_has_a_slope_that_is_a_number() -> None:
    samples = torch.zeros(1, 3000, requires_grad=True)
    (VoiceMel()(samples).sum() + Spectra((256, 512))(samples, torch.zeros(1, 3000))).backward()
    assert samples.grad is not None and bool(torch.isfinite(samples.grad).all())


def test_spectra_are_nothing_for_the_same_and_grow_with_noise() -> None:
    generator = torch.Generator().manual_seed(0)
    true, noise = (0.1 * torch.randn(1, 6000, generator=generator) for _ in range(2))
    spectra = Spectra()
    assert float(spectra(true, true)) == 0
    assert 0 < float(spectra(true + 0.1 * noise, true)) < float(spectra(true + noise, true))
