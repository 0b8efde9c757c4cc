"""HiFi-GAN: transposed convolutions from frames to samples, taught by judges of periods and scales (Kong et al. 2020).

Source: J. Kong, J. Kim, J. Bae, "HiFi-GAN: generative adversarial networks for efficient and high fidelity speech synthesis",
arXiv:2010.05646. Written from the paper; the layout is that of its third, smallest variant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from aural.errors import UsageError
from aural.nets.upsampling import Upsampler
from aural.settings import option


@dataclass(frozen=True)
class Config:
    """Sizes of the generator."""

    width: int = option(128, "channels of the first stage; each stage halves them", least=4)
    rates: tuple[int, ...] = option((8, 8, 4), "samples for one at each stage; their product is the hop")
    kernels: tuple[int, ...] = option((3, 5, 7), "kernels of the blocks of a stage")
    dilations: tuple[int, ...] = option((1, 3), "dilations within a block")


@final
class Vocoder(nn.Module):
    """log_mel [B, M, F] -> samples [B, F * hop]."""

    def __init__(self, config: Config, n_mels: int, hop: int) -> None:
        super().__init__()
        self.net = Upsampler(n_mels, config.width, config.rates, config.kernels, config.dilations)
        if self.net.hop != hop:
            raise UsageError(f"the rates {config.rates} make {self.net.hop} samples of a frame, not {hop}", where="--set rates")

    def forward(self, log_mel: Tensor) -> Tensor:
        return self.net((log_mel + 5) / 3)  # about mean 0 and spread 1 for speech


def tiny() -> Config:
    """For tests."""
    return Config(8, (8, 8, 4), (3,), (1, 3))
