"""Learning a Tacotron 2 voice: text to spectrogram by attention that finds by itself where each frame stands (Shen et al. 2017)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import LearningError
from aural.files import write_text
from aural.learn.export import CLOSE, write_program
from aural.learn.job import Job, Method
from aural.learn.loading import Batch
from aural.learn.log import Picture
from aural.learn.methods import _spoken
from aural.learn.methods._chosen import begun_from, chosen
from aural.learn.methods._parts import fitted
from aural.learn.methods._vocoders import mean
from aural.learn.nets import Choice, device_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.trainee import Trainee
from aural.learn.voicing import card as cards
from aural.learn.voicing.prepare import Terms, prepared
from aural.learn.weights import Weights
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.nets.acoustic import tacotron2 as page
from aural.nets.masks import mask_of
from aural.nets.voice_mel import VoiceMel
from aural.settings import option
from aural.sound.mel import MelOptions
from aural.sound.voice_mel import VOICE, at_rate

NAME = "tacotron2"
MEMORY, STEP, AFTER, SIZES = "memory.onnx", "step.onnx", "after.onnx", "sizes.json"
STATES = ("last_frame", "h1", "c1", "h2", "c2", "seen_text", "looks_now", "looks_summed")
DEFAULTS: Mapping[str, Any] = {
    "sample_rate": VOICE.sample_rate, "batch": 16, "rate": 1e-3, "decay": 1e-4, "warmup": 0.05, "epochs": 100, "patience": 0,
    "clip_norm": 1.0,
}  # fmt: skip
METRIC = Metric("mel_distance", False, mean)


@dataclass(frozen=True)
class Teaching:
    """What else is asked for."""

    line_weight: float = option(5.0, "weight of straying from the straight line through text and time", least=0)
    stop_weight: float = option(0.5, "weight of telling the end", least=0)


_PARTS = {"net": page.Config, "teaching": Teaching, "texts": _spoken.Texts}


@final
class Looking(Trainee):
    """A net that is told the true frame before each step; durations of phones are not used."""

    def __init__(self, net: page.Acoustic, options: Options, teaching: Teaching, mel: MelOptions, device: torch.device) -> None:
        self.net, self._teaching, self._device, self._mel = net, teaching, device, VoiceMel(mel).to(device)
        self._weights = Weights(net, options, device)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        told = _spoken.read(batch, self._device)
        true, made, refined, stops, looks = self._said(told, generator)
        steps = -(-told.frames // self.net.config.step)
        ends = 1 - mask_of(steps - 1, stops.shape[1]).to(stops.dtype)
        real = mask_of(steps, stops.shape[1]).to(stops.dtype)
        stop = nn.functional.binary_cross_entropy_with_logits(stops, ends, weight=real * (1 + 9 * ends), reduction="sum")
        losses = {
            "mel": apart(made, true, told.frames).mean(),
            "refined": apart(refined, true, told.frames).mean(),
            "stop": stop / real.sum() * self._teaching.stop_weight,
            "line": page.leaning(looks, told.lengths, steps) * self._teaching.line_weight,
        }
        loss = torch.stack(list(losses.values())).sum()
        self._weights.stepper.take(loss, share)
        return {name: float(value.detach()) for name, value in {"loss": loss, **losses}.items()}

    def _said(self, told: _spoken.Read, generator: torch.Generator) -> tuple[Tensor, ...]:
        true = self._mel(told.samples)[:, :, : int(told.frames.max())]
        steps, width = -(-true.shape[2] // self.net.config.step), self.net.config.before
        draws = torch.rand(len(true), steps, 2, width, generator=generator).to(self._device)
        return true, *self.net(told.symbols, told.lengths, true, told.frames, draws)

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with self._weights.answering():
            told = _spoken.read(batch, self._device)
            true, _, refined, _, looks = self._said(told, torch.Generator().manual_seed(0))
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


@final
class Remembering(nn.Module):
    """The part over symbols as a graph."""

    def __init__(self, net: page.Acoustic) -> None:
        super().__init__()
        self.net = net

    def forward(self, symbols: Tensor, lengths: Tensor) -> Tensor:
        return self.net.memory(symbols, lengths)


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
    remembering, stepping = Remembering(net), Stepping(net)
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
    _check(folder / MEMORY, dict(zip(("symbols", "lengths"), given, strict=True)), ["memory"], (remembering(*given),))
    feeds = dict(zip(("memory", "lengths", "draws", *STATES), (*stepped[:3], *stepped[3]), strict=True))
    _check(folder / STEP, feeds, ["frames", "stop", *states], stepping(*stepped))
    longer = torch.randn(1, net.n_mels, 57), torch.tensor([57])
    _check(folder / AFTER, dict(zip(("mel", "frames"), longer, strict=True)), ["refined"], (net.refined(*longer),))


def _check(path: Path, feeds: Mapping[str, Tensor], names: list[str], true: tuple[Tensor, ...]) -> None:
    """Raises: LearningError when a graph answers otherwise than torch."""
    told = Runtime("cpu", 1).session(path).run({n: x.numpy() for n, x in feeds.items()}, names)
    worst = max(float(np.abs(a - b.numpy()).max()) for a, b in zip(told, true, strict=True))
    if not worst <= CLOSE:
        what = f"the exported voice answers {worst:.2g} apart from the trained one"
        raise LearningError(what, where=str(path), fix="Please report it")


def read(job: Job) -> tuple[Choice, Mapping[str, Any]]:
    """What was given, read and checked. Raises: UsageError."""
    cards.consent_of(job)
    return chosen(job, NAME, DEFAULTS, _PARTS)


def run(job: Job) -> Card:
    """Prepare the clips, train, export; the model folder is whole when this returns."""
    choice, parts = read(job)
    options, mel = choice.options, at_rate(choice.options.sample_rate)
    use_threads(options.threads)
    said = prepared(job, Terms(language=parts["texts"].language, lexicon=parts["texts"].lexicon))
    spoken = _spoken.Spoken(said, mel)
    torch.manual_seed(options.seed)
    net = page.Acoustic(parts["net"], len(spoken.symbols), mel.n_mels)
    begun_from(net, options)
    trainee = Looking(net, options, parts["teaching"], mel, device_of(options.device))
    answers, targets = fitted(job, choice, trainee, spoken.data(choice), METRIC, f"{len(spoken.symbols)} symbols")
    job.model.mkdir(parents=True, exist_ok=True)
    export(net.cpu(), job.model)
    spoken.write(job)
    write_text(job.model / SIZES, json.dumps({name: getattr(net.config, name) for name in ("before", "decoder", "step")}) + "\n")
    figures = {"valid": {METRIC.name: round(METRIC.of(answers, targets), 4)}}
    return cards.write(job, said["train"], NAME, mel.sample_rate, parts["texts"].language, seed=options.seed, figures=figures)


METHOD = Method(Options, read, run, frozenset({("sequence", "number")}), any_labels=True, bare=None)
