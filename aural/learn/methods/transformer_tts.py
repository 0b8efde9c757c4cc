"""Learning a Transformer voice: text to spectrogram by a decoder that looks at all it has made and at the text (Li et al. 2018)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

import torch
from torch import Tensor, nn

from aural.files import write_text
from aural.learn.export import write_program
from aural.learn.job import Job, Method
from aural.learn.methods import _attending, _spoken
from aural.learn.nets import Choice
from aural.learn.options import Options
from aural.models.card import Card
from aural.nets.acoustic import transformer_tts as page

NAME = "transformer_tts"
MEMORY, STEPS, AFTER, SIZES = "memory.onnx", "steps.onnx", "after.onnx", "sizes.json"


@final
class Stepping(nn.Module):
    """All steps so far as a graph."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, memory: Tensor, lengths: Tensor, before: Tensor, draws: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        frames, stop, looks = self.net.steps(memory, lengths, before, draws)
        return frames, stop.sigmoid(), looks


@final
class Refining(nn.Module):
    """The last convolutions as a graph; frames come in as the steps make them."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, made: Tensor, frames: Tensor) -> Tensor:
        return self.net.refined(self.net.scaled(made.transpose(1, 2)), frames)


@torch.no_grad()
def export(net: page.Acoustic, folder: Path) -> None:
    """Write the three graphs. Raises: LearningError when torch cannot, or when they answer otherwise than torch."""
    batch, symbols, many = (torch.export.Dim(name, min=low) for name, low in (("batch", 1), ("symbols", 2), ("many", 2)))
    parts: tuple[nn.Module, ...] = (_attending.Remembering(net), Stepping(net), Refining(net))

    def fed(rows: int, count: int, steps: int) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...], tuple[Tensor, ...]]:
        generator = torch.Generator().manual_seed(rows)
        lengths = torch.tensor([count, count - 2][:rows])
        given = torch.randint(net.names.num_embeddings, (rows, count), generator=generator), lengths
        before = torch.randn(rows, steps, net.n_mels, generator=generator)
        draws = torch.rand(rows, steps, 2, net.config.before, generator=generator)
        made = torch.randn(rows, 3 * steps, net.n_mels, generator=generator), torch.tensor([3 * steps, 2 * steps][:rows])
        return given, (net.memory(*given), lengths, before, draws), made

    names = (
        (["symbols", "lengths"], ["memory"]),
        (["memory", "lengths", "before", "draws"], ["frames", "stop", "looks"]),
        (["made", "frames"], ["mel"]),
    )
    free: tuple[tuple[dict[int, Any], ...], ...] = (
        ({0: batch, 1: symbols}, {0: batch}),
        ({0: batch, 1: symbols}, {0: batch}, {0: batch, 1: many}, {0: batch, 1: many}),
        ({0: batch, 1: many}, {0: batch}),
    )
    for part, path, inputs, shapes, told in zip(parts, (MEMORY, STEPS, AFTER), fed(2, 9, 7), free, names, strict=True):
        write_program(part, inputs, shapes, folder / path, *told)
    for part, path, inputs, told in zip(parts, (MEMORY, STEPS, AFTER), fed(1, 17, 12), names, strict=True):
        feeds = dict(zip(told[0], inputs, strict=True))
        _spoken.check(folder / path, feeds, told[1], part(*inputs))


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _attending.read(job, NAME, page.Config)


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    ended = _attending.learned(job, NAME, page)
    export(ended.begun.net, job.model)
    sizes = {name: getattr(ended.begun.net.config, name) for name in ("before", "step")}
    write_text(job.model / SIZES, json.dumps(sizes) + "\n")
    return ended.card(NAME)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
