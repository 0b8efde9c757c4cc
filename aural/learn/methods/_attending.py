"""What voices that find their way through the text by attention learn by: their own last frames, the end, and the phones' times."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from torch import Tensor, nn

from aural.files import write_text
from aural.learn.export import write_program
from aural.learn.job import Job
from aural.learn.loading import Batch
from aural.learn.log import Picture
from aural.learn.methods import _spoken
from aural.learn.methods._vocoders import mean
from aural.learn.nets import Choice, device_of
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models.card import Card
from aural.models.stepwise import AFTER, MEMORY, SIZES, STEP
from aural.nets.masks import mask_of
from aural.nets.stepwise import State, Stepwise
from aural.nets.voice_mel import VoiceMel
from aural.settings import option
from aural.sound.mel import MelOptions
from aural.sound.voice_mel import VOICE

DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "batch": 16, "rate": 1e-3, "decay": 1e-4, "warmup": 0.05, "epochs": 100, "patience": 0,
    "clip_norm": 1.0,
}  # fmt: skip
METRIC = Metric("mel_distance", False, mean)
_FED = ("memory", "lengths", "draws", "most")  # what a step is given beside its state


class Part(nn.Module):
    """What becomes a graph of its own."""

    def __init__(self, net: Stepwise) -> None:
        super().__init__()
        self.net = net


@final
class Remembering(Part):
    """The part over symbols as a graph."""

    def forward(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        return self.net.memory(symbols, lengths)


@final
class Stepping(Part):
    """One step as a graph."""

    def forward(self, memory: Tensor, lengths: Tensor, draws: Tensor, most: Tensor, state: State) -> tuple[Tensor, ...]:
        frames, stop, _, after = self.net.step(memory, lengths, state, draws, most)
        return self.net.scaled(frames).transpose(1, 2), stop.sigmoid(), *after


@final
class Refining(Part):
    """The last convolutions as a graph."""

    def forward(self, mel: Tensor, frames: Tensor) -> Tensor:
        return self.net.refined(mel, frames)


@dataclass(frozen=True)
class Teaching:
    """What else is asked for."""

    path_weight: float = option(
        0.3,
        "weight of looking elsewhere than at the phone that is said; 0 = no help, nor is it given where to look",
        least=0,
    )
    stop_weight: float = option(0.5, "weight of telling the end", least=0)


@final
class Looking(Trainee):
    """A net that is told the true frame before each step, and taught by the phones' times where to look."""

    def __init__(self, net: Stepwise, options: Options, teaching: Teaching, mel: MelOptions, device: torch.device) -> None:
        self.net, self._teaching, self._device, self._mel = net, teaching, device, VoiceMel(mel).to(device)
        self._weights = Weights(net, options, device)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        told = _spoken.read(batch, self._device)
        path = shares(told.durations, self.net.config.step)
        true, made, refined, stops, looks = self._said(told, generator, path)
        steps = -(-told.frames // self.net.config.step)
        ends = 1 - mask_of(steps - 1, stops.shape[1]).to(stops.dtype)
        real = mask_of(steps, stops.shape[1]).to(stops.dtype)
        stop = nn.functional.binary_cross_entropy_with_logits(stops, ends, weight=real * (1 + 9 * ends), reduction="sum")
        losses = {
            "mel": apart(made, true, told.frames).mean(),
            "refined": apart(refined, true, told.frames).mean(),
            "stop": stop / real.sum() * self._teaching.stop_weight,
            "path": astray(looks, path) * self._teaching.path_weight,
        }
        loss = torch.stack(list(losses.values())).sum()
        self._weights.stepper.take(loss, share)
        return {name: float(value.detach()) for name, value in {"loss": loss, **losses}.items()}

    def _said(self, told: _spoken.Read, generator: torch.Generator, path: Tensor) -> tuple[Tensor, ...]:
        true = self._mel(told.samples)[:, :, : int(told.frames.max())]
        steps, width = -(-true.shape[2] // self.net.config.step), self.net.config.before
        draws = torch.rand(len(true), steps, 2, width, generator=generator).to(self._device)
        given = (path,) if self._teaching.path_weight else ()
        return true, *self.net(told.symbols, told.lengths, true, told.frames, draws, *given)

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with self._weights.answering():
            told = _spoken.read(batch, self._device)
            path = shares(told.durations, self.net.config.step)  # else a voice that speaks more slowly would be a worse one
            true, _, refined, _, looks = self._said(told, torch.Generator().manual_seed(0), path)
            found = apart(refined, true, told.frames).cpu()
            if 0 in batch.index.tolist():
                row = batch.index.tolist().index(0)
                count, symbols = int(told.frames[row]), int(told.lengths[row])
                pictures = {"recording": true[row, :, :count], "said": refined[row, :, :count]}
                pictures["attention"] = looks[row, : -(-count // self.net.config.step), :symbols].T
                self.seen = {name: Picture(values.cpu().numpy()) for name, values in pictures.items()}
        return found[:, None], torch.ones(len(found), dtype=torch.int64)


def apart(made: Tensor, true: Tensor, frames: Tensor) -> Tensor:
    """The mean difference [B] of spectrograms [B, M, F] over real frames."""
    mask = mask_of(frames, true.shape[2]).to(made.dtype)
    return ((made - true).abs().mean(1) * mask).sum(1) / mask.sum(1).clamp(min=1)


def shares(durations: Tensor, step: int) -> Tensor:
    """The path [B, S, L]: the share of each phone in the frames of each step, 0 behind the end; durations [B, L] in frames."""
    ends = durations.cumsum(1)[:, None]
    frames = ends[:, :, -1:]
    first = torch.arange(0, int(frames.max()), step, device=durations.device)[None, :, None]
    within = (ends.minimum(first + step) - (ends - durations[:, None]).maximum(first)).clamp(min=0)
    return within / (frames - first).clamp(min=1, max=step)


def astray(looks: Tensor, path: Tensor) -> Tensor:
    """How unlikely looks [B, S, L] follow a path [B, S, L]: a scalar, the mean of -ln of the share of the phone that is said.

    Without that, a net of this size finds its way only after many thousand steps. Source: X. Zhu et al., "Pre-alignment guided
    attention for improving training efficiency and model stability in end-to-end speech synthesis", IEEE Access 7, 2019.
    """
    return -(path * (looks + 1e-6).log()).sum() / path.sum().clamp(min=1)


def read(job: Job, method: str, config: type) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    return _spoken.asked(job, method, DEFAULTS, {"net": config, "teaching": Teaching})


def run(job: Job, method: str, page: Any) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns. `page` is one of nets/acoustic."""
    given = read(job, method, page.Config)
    begun = _spoken.begun(job, given, lambda parts, symbols, mel: page.Acoustic(parts["net"], symbols, mel.n_mels))
    ended = begun.learn(
        Looking(begun.net, begun.options, begun.parts["teaching"], begun.mel, device_of(begun.options.device)), METRIC
    )
    net = begun.net.cpu().eval()
    export(net, job.model)
    longest = [math.ceil(frames / net.config.step) + 1 for frames in begun.spoken.longest()]
    sizes = {"before": net.config.before, "step": net.config.step, "states": net.states, "longest": longest}
    write_text(job.model / SIZES, json.dumps(sizes) + "\n")
    return ended.card(method)


@torch.no_grad()
def export(net: Stepwise, folder: Path) -> None:
    """Write the three graphs. Raises: LearningError when torch cannot, or when they answer otherwise than torch."""
    batch, symbols, frames = (torch.export.Dim(name, min=low) for name, low in (("batch", 1), ("symbols", 2), ("frames", 2)))
    after = ["frames", "stop", *(f"{name}_next" for name in net.states)]
    remembering, stepping = Remembering(net), Stepping(net)

    def fed(rows: int, count: int) -> tuple[tuple[Tensor, ...], tuple[Any, ...]]:
        generator = torch.Generator().manual_seed(rows)
        given = torch.randint(net.names.num_embeddings, (rows, count), generator=generator), torch.tensor([count, count - 2][:rows])
        memory = remembering(*given)
        state, most = tuple(x + 0.1 for x in net.begin(memory)), torch.full(memory.shape[:2], 3.0)
        return given, (memory, given[1], torch.rand(rows, 2, net.config.before, generator=generator), most, state)

    given, stepped = fed(2, 9)
    write_program(remembering, given, ({0: batch, 1: symbols}, {0: batch}), folder / MEMORY, ["symbols", "lengths"], ["memory"])
    free = tuple({0: batch, 1: symbols} if shape == (0,) else {0: batch} for shape in net.states.values())
    write_program(stepping, stepped, ({0: batch, 1: symbols}, {0: batch}, {0: batch}, {0: batch, 1: symbols}, free),
                  folder / STEP, [*_FED, *net.states], after)  # fmt: skip
    made = torch.randn(2, net.n_mels, 30), torch.tensor([30, 20])
    write_program(Refining(net), made, ({0: batch, 2: frames}, {0: batch}), folder / AFTER, ["mel", "frames"], ["refined"])
    given, stepped = fed(1, 17)
    _spoken.check(folder / MEMORY, dict(zip(("symbols", "lengths"), given, strict=True)), ["memory"], remembering(*given))
    feeds = dict(zip((*_FED, *net.states), (*stepped[:-1], *stepped[-1]), strict=True))
    _spoken.check(folder / STEP, feeds, after, stepping(*stepped))
    longer = torch.randn(1, net.n_mels, 57), torch.tensor([57])
    _spoken.check(folder / AFTER, dict(zip(("mel", "frames"), longer, strict=True)), ["refined"], net.refined(*longer))
