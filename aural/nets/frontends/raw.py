"""The samples themselves, one number a frame: for encoders that learn from the waveform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor

from aural.nets import face
from aural.nets.masks import masked


@dataclass(frozen=True)
class Config:
    """Nothing to set: the waveform is taken as it is."""


def tiny() -> Config:
    """The same, for tests."""
    return Config()


@final
class Frontend(face.Frontend):
    """samples [B, T] -> [B, T, 1]."""

    kind: ClassVar[face.Kind] = "samples"
    width, hop = 1, 1

    def __init__(self, config: Config, sample_rate: int) -> None:
        super().__init__()

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        return masked(samples, lengths)[..., None], lengths
