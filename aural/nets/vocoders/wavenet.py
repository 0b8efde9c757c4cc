"""WaveNet: each sample is drawn from what all samples before it make likely, p(x) = prod p(x_t | x_<t) (van den Oord et al. 2016).

Source: A. van den Oord et al., "WaveNet: a generative model for raw audio", arXiv:1609.03499; mixtures of logistics as in Parallel
WaveNet, arXiv:1711.10433. Written from the papers. How it is run one sample at a time is in `models/engines/wavenet.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from aural.nets import logistics
from aural.nets.causal import Core
from aural.nets.dilated import cycles
from aural.settings import option


@dataclass(frozen=True)
class Config:
    """Sizes of the net."""

    width: int = option(32, "channels between layers", least=1)
    skip: int = option(64, "channels that each layer skips out", least=1)
    layers: int = option(16, "layers", least=1)
    longest: int = option(128, "largest dilation; they double from 1 and begin anew behind it", least=1)
    told: int = option(32, "channels that the mel spectrogram becomes", least=1)
    output: str = option("logistics", "what a sample is drawn from", choices=("logistics", "mu_law"))
    mixture: int = option(3, "logistics in the mixture", least=1)


@final
class Vocoder(nn.Module):
    """samples [B, T], log_mel [B, M, F], T = F * hop -> what each sample is drawn from [B, T, K], told by those before it."""

    def __init__(self, config: Config, n_mels: int, hop: int) -> None:
        super().__init__()
        self.config, self.hop = config, hop
        self.around = nn.Conv1d(n_mels, config.told, 5, padding=2)
        self.first = nn.Conv1d(1, config.width, 1)
        outputs = 3 * config.mixture if config.output == "logistics" else logistics.CLASSES
        self.core = Core(config.width, config.skip, cycles(config.layers, config.longest), outputs, config.told)
        if config.output == "logistics":
            with torch.no_grad():
                self.core.last.bias[2 * config.mixture :] = -3.0  # begin with scales of a twentieth of full scale

    def forward(self, samples: Tensor, log_mel: Tensor) -> Tensor:
        heard = nn.functional.pad(samples, (1, 0))[:, :-1]
        condition = torch.tanh(self.around((log_mel + 5) / 3))
        return self.core(self.first(heard[:, None]), condition)

    def log_chances(self, samples: Tensor, log_mel: Tensor) -> Tensor:
        """ln p(x_t | x_<t) of each sample [B, T]: densities, or chances of classes."""
        told = self(samples, log_mel)
        if self.config.output == "logistics":
            return logistics.log_density(told, samples)
        classes = logistics.to_classes(samples)
        return torch.log_softmax(told, -1).gather(-1, classes[..., None])[..., 0]

    @torch.no_grad()
    def slow_samples(self, log_mel: Tensor, draws: Tensor) -> Tensor:
        """Samples [B, T] by the definition: for every sample all that came before is heard again. draws [B, T, 2].

        What the cached way in `models/engines/wavenet.py` must equal; its cost grows with the square of T.
        """
        made = torch.zeros(draws.shape[0], -(-draws.shape[1] // self.hop) * self.hop, dtype=log_mel.dtype)
        for t in range(draws.shape[1]):
            until = -(-(t + 1) // self.hop) * self.hop
            # The net looks ahead in the spectrogram, so that its frames are all there.
            condition = torch.tanh(self.around((log_mel + 5) / 3))[:, :, : until // self.hop]
            heard = nn.functional.pad(made[:, :until], (1, 0))[:, :-1]
            made[:, t] = drawn(self.core(self.first(heard[:, None]), condition)[:, t], draws[:, t], self.config.output)
        return made[:, : draws.shape[1]]


def drawn(told: Tensor, draws: Tensor, output: str) -> Tensor:
    """told [B, K], draws [B, 2] -> samples [B]."""
    if output == "logistics":
        return logistics.mixture_sample(told, draws)
    return logistics.from_classes(logistics.class_sample(told, draws[..., 0]))


def tiny() -> Config:
    """For tests."""
    return Config(8, 8, 6, 4, 4, "logistics", 2)
