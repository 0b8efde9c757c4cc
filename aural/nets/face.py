"""What a frontend, an encoder and a head promise to each other.

Letters: B batch, T samples, F frames, M features of a frame, D width, K outputs, L units. Lengths [B] count what is
real; what lies behind a length is padding and changes nothing. A page of `frontends/`, `encoders/`, `heads/` or
`decoders/` holds `Config` (a frozen dataclass of options), one module called `Frontend`, `Encoder`, `Head` or
`Decoder`, and `tiny() -> Config` for tests.
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

    @property
    def lent(self) -> nn.Module:
        """The part whose weights can come from elsewhere."""
        return self


class Streaming(Encoder, ABC):
    """An encoder that also runs block by block where `causal` is True: the blocks' frames are those of the whole."""

    @abstractmethod
    def begin(self, batch: int) -> list[Tensor]:
        """The state before the first frame of so many streams: for each part zeros of a fixed shape."""

    @abstractmethod
    def step(self, x: Tensor, state: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The next features [B, F, M], all of them real -> their frames [B, F / stride, D] and the next state."""


class Chunked(Encoder, ABC):
    """An encoder whose frames see the later ones of their own chunk: how many is chosen when it is asked, and `ahead` otherwise.

    A chunk has `ahead` + 1 frames. A step takes whole chunks, and at the end of a stream what is left.
    """

    lookaheads: tuple[int, ...]
    ahead: int

    @abstractmethod
    def begin(self, batch: int) -> list[Tensor]:
        """The state before the first frame of so many streams: for each part zeros of a fixed shape."""

    @abstractmethod
    def step(self, x: Tensor, state: Sequence[Tensor], ahead: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The next features [B, F, M], all of them real -> their frames [B, F / stride, D] and the next state."""


class Head(nn.Module, ABC):
    """Learned frames to numbers before the answer's squashing. `onward` True: they go into another net and are no answer yet."""

    onward: ClassVar[bool] = False

    @abstractmethod
    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x [B, F, D], lengths [B] -> logits [B, K] over clips, or [B, F, K] over frames."""


class Decoder(nn.Module, ABC):
    """Units written so far, and learned frames, to logits of the next unit.

    Class 0 is the end of the text and what its first unit follows; the others are units. What is computed once a clip is its
    `memory`, what goes from unit to unit its state: lists of tensors [B, ...], so that a search can pick rows of them, and so
    that units one by one give what they give together. Made with `Decoder(config, width of the frames, classes)`.
    """

    @abstractmethod
    def memory(self, x: Tensor, lengths: Tensor) -> list[Tensor]:
        """Frames x [B, F, D], real ones [B] -> what the decoder looks at, F the second last size of the first."""

    @abstractmethod
    def begin(self, memory: Sequence[Tensor], lengths: Tensor) -> list[Tensor]:
        """The state before the first unit."""

    @abstractmethod
    def forward(
        self, tokens: Tensor, memory: Sequence[Tensor], lengths: Tensor, state: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor, list[Tensor]]:
        """The next tokens [B, L], the unit before each answer -> logits [B, L, K + 1], where each looked [B, L, F] (adding up
        to 1 over real frames), and the next state."""


def lookaheads_of(given: Sequence[int]) -> tuple[int, ...]:
    """Lookaheads in order, each once. Raises: UsageError for none and for one that is negative."""
    if not given or min(given) < 0:
        raise UsageError(f"lookaheads are {list(given)}", where="--set", fix="Give frames from 0 up, such as 0,4,8,16")
    return tuple(sorted(set(given)))


def divides(whole: int, part: int, part_name: str, whole_name: str) -> None:
    """Raises: UsageError when a width cannot be cut into so many equal parts."""
    if whole % part:
        raise UsageError(
            f"{part_name} {part} does not divide {whole_name} {whole}", where="--set", fix=f"Take {whole - whole % part or part}"
        )
