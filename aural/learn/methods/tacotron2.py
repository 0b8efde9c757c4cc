"""Learning a Tacotron 2 voice: text to spectrogram by attention that is shown the way while it learns (Shen et al. 2017)."""

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
from aural.nets.acoustic import tacotron2 as page

NAME = "tacotron2"
MEMORY, STEP, AFTER, SIZES = "memory.onnx", "step.onnx", "after.onnx", "sizes.json"
STATES = ("last_frame", "h1", "c1", "h2", "c2", "seen_text", "looks_now", "looks_summed")


@final
class Stepping(nn.Module):
    """One step as a graph."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, memory: Tensor, lengths: Tensor, draws: Tensor, state: page.State) -> tuple[Tensor, ...]:
        frames, stop, _, after = self.net.step(memory, lengths, state, draws)
        return self.net.scaled(frames).transpose(1, 2), stop.sigmoid(), *after


@final
class Refining(nn.Module):
    """The last convolutions as a graph."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, mel: Tensor, frames: Tensor) -> Tensor:
        return self.net.refined(mel, frames)


@torch.no_grad()
def export(net: page.Acoustic, folder: Path) -> None:
    """Write the three graphs. Raises: LearningError when torch cannot, or when they answer otherwise than torch."""
    net.eval()
    batch, symbols, frames = (torch.export.Dim(name, min=low) for name, low in (("batch", 1), ("symbols", 2), ("frames", 2)))
    states = [f"{name}_next" for name in STATES]
    remembering, stepping = _attending.Remembering(net), Stepping(net)
    width = net.config.before

    def fed(rows: int, count: int) -> tuple[tuple[Tensor, ...], tuple[Any, ...]]:
        generator = torch.Generator().manual_seed(rows)
        given = torch.randint(net.names.num_embeddings, (rows, count), generator=generator), torch.tensor([count, count - 2][:rows])
        memory = remembering(*given)
        state = net.begin(memory)
        return given, (memory, given[1], torch.rand(rows, 2, width, generator=generator), tuple(x + 0.1 for x in state))

    given, stepped = fed(2, 9)
    write_program(remembering, given, ({0: batch, 1: symbols}, {0: batch}), folder / MEMORY, ["symbols", "lengths"], ["memory"])
    free = tuple({0: batch, 1: symbols} if name.startswith("looks") else {0: batch} for name in STATES)
    write_program(stepping, stepped, ({0: batch, 1: symbols}, {0: batch}, {0: batch}, free), folder / STEP,
                  ["memory", "lengths", "draws", *STATES], ["frames", "stop", *states])  # fmt: skip
    made = torch.randn(2, net.n_mels, 30), torch.tensor([30, 20])
    write_program(Refining(net), made, ({0: batch, 2: frames}, {0: batch}), folder / AFTER, ["mel", "frames"], ["refined"])
    given, stepped = fed(1, 17)
    _spoken.check(folder / MEMORY, dict(zip(("symbols", "lengths"), given, strict=True)), ["memory"], remembering(*given))
    feeds = dict(zip(("memory", "lengths", "draws", *STATES), (*stepped[:3], *stepped[3]), strict=True))
    _spoken.check(folder / STEP, feeds, ["frames", "stop", *states], stepping(*stepped))
    longer = torch.randn(1, net.n_mels, 57), torch.tensor([57])
    _spoken.check(folder / AFTER, dict(zip(("mel", "frames"), longer, strict=True)), ["refined"], net.refined(*longer))


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _attending.read(job, NAME, page.Config)


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    ended = _attending.learned(job, NAME, page)
    export(ended.begun.net, job.model)
    sizes = {name: getattr(ended.begun.net.config, name) for name in ("before", "decoder", "step")}
    write_text(job.model / SIZES, json.dumps(sizes) + "\n")
    return ended.card(NAME)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
