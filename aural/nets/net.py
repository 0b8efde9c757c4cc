"""A whole net: frontend, standardization, encoder, head; samples in, logits or answers out.

A `Plan` names the parts and their settings; the same plan builds the same net. Every cell of the table
clip | frame | sequence x class | set | number is this one path with another head and another answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

import torch
from torch import Tensor, nn

from aural import find, settings
from aural.errors import UsageError
from aural.nets import face
from aural.nets.cells import cell_of
from aural.nets.masks import halved, masked
from aural.results import Question

PARTS = {"frontend": "nets/frontends", "encoder": "nets/encoders", "head": "nets/heads"}


@dataclass(frozen=True)
class Plan:
    """Which net: names of pages and their settings, the question, and how many outputs it has; `head` not set = the question's."""

    question: Question
    outputs: int
    encoder: str = "cnn"
    frontend: str | None = None
    sample_rate: int = 16000
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    head: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "head", self.head or cell_of(self.question).head)


def config_of(part: str, name: str, given: Mapping[str, Any]) -> Any:
    """The options object of a page from plain values. Raises: UsageError for an unknown name or value."""
    page = page_of(part, name)
    return settings.build(page.Config, given, where=f"{part} {name}")


def page_of(part: str, name: str) -> Any:
    """The page of a part; an encoder may be the path of a file. Raises: UsageError when there is none of that name."""
    if part == "encoder" and name.endswith(".py"):
        return find.file_page(name)
    if part == "frontend":
        return find.page("nets/frontends", name)
    if part == "decoder":
        return find.page("nets/decoders", name)
    return find.page("nets/encoders", name) if part == "encoder" else find.page("nets/heads", name)


def frontend_of(plan: Plan) -> str:
    """The frontend's name: the one that was asked for, or the encoder's own. Raises: UsageError when they do not fit."""
    encoder = page_of("encoder", plan.encoder)
    name = plan.frontend or encoder.FRONTEND
    kind = page_of("frontend", name).Frontend.kind
    if kind != encoder.TAKES:
        fix = f"Leave the frontend out: {plan.encoder} then takes {encoder.FRONTEND}"
        raise UsageError(f"the encoder {plan.encoder} takes {encoder.TAKES}, the frontend {name} gives {kind}", fix=fix)
    return str(name)


@final
class Standard(nn.Module):
    """Features less their mean over their spread, both measured once on training clips [M]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        return masked((x - self.mean) * self.scale, lengths)

    @torch.no_grad()
    def measure(self, total: Tensor, squares: Tensor, count: int) -> None:
        """Sums [M] of features and of their squares over `count` frames."""
        mean = total / count
        spread = (squares / count - mean * mean).clamp(min=1e-8).sqrt()
        self.mean.copy_(mean)
        self.scale.copy_(1.0 / spread.clamp(min=1e-3))


@final
class Net(nn.Module):
    """samples [B, T], lengths [B] -> logits [B, K] or [B, F, K], and real frames [B]."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        frontend = frontend_of(plan)
        self.plan = plan
        given = {part: plan.settings.get(part, {}) for part in PARTS}
        self.frontend: face.Frontend = page_of("frontend", frontend).Frontend(
            config_of("frontend", frontend, given["frontend"]), plan.sample_rate
        )
        self.standard = Standard(self.frontend.width)
        self.encoder: face.Encoder = page_of("encoder", plan.encoder).Encoder(
            config_of("encoder", plan.encoder, given["encoder"]), self.frontend.width
        )
        self.head: face.Head = page_of("head", plan.head).Head(
            config_of("head", plan.head, given["head"]), self.encoder.width, plan.outputs
        )
        self.brought: tuple[nn.Module, ...] = ()  # modules that transfer took over from another net
        # A number is learned on a scale of its own: value = logit * spread + center.
        self.center: Tensor
        self.spread: Tensor
        self.register_buffer("center", torch.zeros(plan.outputs))
        self.register_buffer("spread", torch.ones(plan.outputs))

    @property
    def hop(self) -> int:
        """Samples from one frame of the answer to the next."""
        return self.frontend.hop * self.encoder.stride

    def features(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Standardized features [B, F, M] and real frames [B]."""
        x, frames = self.frontend(samples, lengths)
        return self.standard(x, frames), frames

    def encode(self, features: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Logits from features, and the real frames of the answer."""
        x, frames = self.encoder(features, frames)
        return self.head(masked(x, frames), frames), frames

    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        return self.encode(*self.features(samples, lengths))

    def answer(self, logits: Tensor) -> Tensor:
        """Probabilities or values: softmax over classes, sigmoid of a set, a number on its own scale."""
        if self.head.onward:
            return logits
        squash = cell_of(self.plan.question).squash
        if squash == "softmax":
            return torch.softmax(logits, dim=-1)
        return torch.sigmoid(logits) if squash == "sigmoid" else logits * self.spread + self.center

    def frames(self, lengths: Tensor) -> Tensor:
        """Real frames of the answer for clips of `lengths` samples."""
        return halved(halved(lengths, self.frontend.hop).clamp(min=1), self.encoder.stride)
