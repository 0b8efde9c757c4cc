"""What a frontend, an encoder and a head promise to each other.

Letters: B batch, T samples, F frames, M features of a frame, D width, K outputs. Lengths [B] count what is
real; what lies behind a length is padding and changes nothing. A page of `frontends/`, `encoders/` or `heads/`
holds `Config` (a frozen dataclass of options), one module called `Frontend`, `Encoder` or `Head`, and
`tiny() -> Config` for tests.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, Literal

from torch import Tensor, nn

from aural.errors import UsageError

Kind = Literal["frames", "samples"]


class Frontend(nn.Module, ABC):
    """Samples to features. `width` M, `hop` samples a frame; `kind` tells which encoders can follow.

    `learned` True: the features have weights, so they are not measured beforehand.
    """

    kind: ClassVar[Kind] = "frames"
    learned: ClassVar[bool] = False
    width: int
    hop: int

    @abstractmethod
    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """samples [B, T], lengths [B] -> features [B, F, M] and real frames [B]. Frame f begins at sample f * hop."""


class Framed(Frontend, ABC):
    """A frontend whose frame is made of `size` samples from its start on and of nothing else, so that it can be streamed."""

    size: int

    @abstractmethod
    def whole(self, samples: Tensor) -> Tensor:
        """samples [B, (F - 1) * hop + size], all of them real -> features [B, F, M]."""


class Encoder(nn.Module, ABC):
    """Features to learned frames. `width` D, `stride` frames in for one frame out, `causal`: no later frame is seen."""

    width: int
    stride: int
    causal: bool

    @abstractmethod
    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """x [B, F, M], lengths [B] -> [B, F', D] and real frames [B], F' = F over the stride rounded up."""


class Streaming(Encoder, ABC):
    """An encoder that also runs block by block where `causal` is True: the blocks' frames are those of the whole."""

    @abstractmethod
    def begin(self, batch: int) -> list[Tensor]:
        """The state before the first frame of so many streams: for each part zeros of a fixed shape."""

    @abstractmethod
    def step(self, x: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The next features [B, F, M], all of them real -> their frames [B, F / stride, D] and the next state."""


class Head(nn.Module, ABC):
    """Learned frames to numbers before the answer's squashing."""

    @abstractmethod
    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x [B, F, D], lengths [B] -> logits [B, K] over clips, or [B, F, K] over frames."""


def divides(whole: int, part: int, part_name: str, whole_name: str) -> None:
    """Raises: UsageError when a width cannot be cut into so many equal parts."""
    if whole % part:
        raise UsageError(
            f"{part_name} {part} does not divide {whole_name} {whole}", where="--set", fix=f"Take {whole - whole % part or part}"
        )
