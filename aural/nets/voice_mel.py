"""The log-mel spectrogram of voices on torch tensors, with a gradient: equal to `aural.sound.voice_mel`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor, nn

from aural.sound.mel import MelOptions, filterbank
from aural.sound.voice_mel import FLOOR, VOICE, margin


@final
class VoiceMel(nn.Module):
    """samples [B, T] -> ln of mel amplitudes [B, M, F], F = T // hop."""

    def __init__(self, options: MelOptions = VOICE) -> None:
        super().__init__()
        self.options = options
        bank = filterbank(
            options.sample_rate, n_fft=options.n_fft, n_mels=options.n_mels, f_min=options.f_min, f_max=options.f_max,
            scale=options.scale, norm=options.norm,
        )  # fmt: skip
        self.bank: Tensor
        self.window: Tensor
        self.register_buffer("bank", torch.from_numpy(bank.copy()), persistent=False)
        self.register_buffer("window", torch.hann_window(options.n_fft), persistent=False)

    def forward(self, samples: Tensor) -> Tensor:
        count, side = max(1, samples.shape[1] // self.options.hop), margin(self.options)
        short = max(count * self.options.hop, side + 1) - samples.shape[1]
        held = nn.functional.pad(samples, (0, max(0, short)))
        around = nn.functional.pad(held[:, None], (side, side), mode="reflect")[:, 0]
        heights = amplitudes(around, self.options.n_fft, self.options.hop, self.window, center=False)
        return (self.bank @ heights)[..., :count].clamp(min=FLOOR).log()


@final
class Spectra(nn.Module):
    """How far two sounds [B, T] are apart in amplitude over windows of several lengths: a scalar at least 0.

    For each length the norm of the difference over that of the truth, and the mean difference of the logarithms.
    Source: R. Yamamoto et al., Parallel WaveGAN, arXiv:1910.11480.
    """

    def __init__(self, lengths: Sequence[int] = (512, 1024, 2048)) -> None:
        super().__init__()
        self.lengths = tuple(lengths)

    def forward(self, made: Tensor, true: Tensor) -> Tensor:
        total = made.new_zeros(())
        for length in self.lengths:
            window = torch.hann_window(length, device=made.device)
            a, b = (amplitudes(x, length, length // 4, window, center=True) for x in (made, true))
            total = total + (a - b).norm() / b.norm().clamp(min=1e-6) + (a.log() - b.log()).abs().mean()
        return total / len(self.lengths)


def amplitudes(samples: Tensor, n_fft: int, hop: int, window: Tensor, center: bool) -> Tensor:
    """|STFT| of samples [B, T]: [B, D, F]; never quite 0, so that its slope stays finite."""
    found = torch.stft(samples, n_fft, hop, n_fft, window, center=center, pad_mode="constant", return_complex=True)
    return torch.sqrt(found.real.square() + found.imag.square() + 1e-10)
