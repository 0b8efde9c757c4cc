"""Speech to text by a transducer: a net hears, another reads what was written, and both say in each frame what comes next.

It writes while it hears where its encoder can be streamed: `--encoder chunked_conformer`, whose lookahead is chosen on asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import final

import numpy as np
import torch
from torch import Tensor, nn

from aural.errors import UsageError
from aural.files import sha256_of
from aural.learn import augment, stepping
from aural.learn.export import to_onnx
from aural.learn.job import Job, Method
from aural.learn.loading import Batch
from aural.learn.losses.ctc import Config as SideConfig
from aural.learn.losses.ctc import Made as Side
from aural.learn.losses.transducer import Made
from aural.learn.methods._parts import data_of, fitted, licences_of, measure, onward, seconds_of
from aural.learn.methods._spelled import Spelled, refuse_parting, told_units
from aural.learn.nets import Choice, choice_of, device_of, loss_of, net_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import METRICS
from aural.learn.trainee import Trainee
from aural.learn.weights import Weights
from aural.models import tensors
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.engines.transducer import ONE
from aural.nets.heads.transducer import Head
from aural.nets.masks import masked
from aural.nets.net import Net
from aural.text import units as text_units
from aural.text.units import Units

GRAPH, JOINT, UNITS = "model.onnx", "joint.safetensors", "units.json"
_MOST = 5  # tokens that a frame may write where validation reads greedily


@final
class Transduced(Trainee):
    """A net with a transducer's head, its loss, and a CTC loss beside it."""

    net: Net

    def __init__(self, net: Net, loss: Made, options: Options, device: torch.device) -> None:
        assert isinstance(net.head, Head)
        self.net, self._head, self._loss, self._device = net, net.head, loss, device
        self._side = Side(SideConfig(), net.plan.outputs)
        self._mixes = augment.Mixes.of(options.augment)
        self._weights = Weights(nn.ModuleDict({"net": net, "loss": loss}), options, device, net.brought)
        self.parts = {"net": self._weights}

    def learn(self, batch: Batch, share: float) -> Mapping[str, float]:
        generator = self._weights.begin(share)
        batch = batch.to(self._device)
        features, frames = self._mixes.masked(*self.net.features(batch.samples, batch.lengths), generator)
        tokens = batch.targets.long()
        with self._weights.stepper.precision():
            x, frames = self.net.encoder(features, frames)
            x = masked(x, frames)
            written = self._head.written(tokens)
            logits = self._head.joined(self._head(x, frames)[:, :, None], written[:, None])
            each = self._loss(logits, tokens, frames, batch.target_lengths)
            side = self._side(self._head.units(x), tokens, frames, batch.target_lengths) if self._loss.side else each * 0
        parts = [(one * batch.weights).sum() / batch.weights.sum().clamp(min=1e-6) for one in (each, side)]
        self._weights.stepper.take(parts[0] + self._loss.side * parts[1], share)
        return {"loss": float(parts[0].detach()), "ctc": float(parts[1].detach())}

    @torch.no_grad()
    def answers(self, batch: Batch) -> tuple[Tensor, Tensor]:
        with self._weights.answering():
            frames, real = self.net(batch.samples.to(self._device), batch.lengths.to(self._device))
            return written(self._head, frames, real, 1 if self._loss.one else _MOST)


def written(head: Head, frames: Tensor, real: Tensor, most: int = _MOST) -> tuple[Tensor, Tensor]:
    """What the best token at every turn writes, `most` in a frame: tokens [B, L], 0 behind the last, how many [B]; on the CPU."""
    rows = torch.arange(len(frames), device=frames.device)
    tokens = torch.zeros(len(frames), 1, dtype=torch.int64, device=frames.device)
    counts = torch.zeros_like(rows)
    read = head.written(tokens)[rows, counts]
    for f in range(frames.shape[1]):
        going = f < real
        for _ in range(most):
            best = head.joined(frames[:, f], read).argmax(-1)
            going = going & (best > 0)
            if not bool(going.any()):
                break
            if int(counts.max()) == tokens.shape[1]:
                tokens = nn.functional.pad(tokens, (0, tokens.shape[1]))
            tokens[rows[going], counts[going]] = best[going]
            counts = counts + going
            read = head.written(tokens[:, : int(counts.max())])[rows, counts]
    return tokens.float().cpu(), counts.cpu()


def read(job: Job) -> Choice:
    """What was given, read and checked. Raises: UsageError for what would part a clip from its text."""
    choice = choice_of(job, "transducer", "transducer")
    refuse_parting(choice.options)
    if choice.options.int8:
        raise UsageError("a transducer is not written in int8", where="--int8", fix="Leave it out")
    return choice


def run(job: Job) -> Card:
    """Find units, train, export; the model folder is whole when this returns."""
    choice = read(job)
    use_threads(choice.options.threads)
    units = told_units(job, choice.options)
    net = net_of(job, choice, len(units.pieces))
    onward(job, {"net.head": net.head}, choice.options.start, units.labels)
    truth = Spelled(units)
    data = data_of(job, choice, (truth, truth), None, None)
    measure(net, data.train, job, choice)
    loss = loss_of(choice, len(units.pieces))
    assert isinstance(loss, Made)
    trainee = Transduced(net, loss, choice.options, device_of(choice.options.device))
    fitted(job, choice, trainee, data, METRICS["written"], f"{len(units.pieces)} units")
    return _exported(job, choice, net, units, loss.one)


def _exported(job: Job, choice: Choice, net: Net, units: Units, one: bool) -> Card:
    """The model folder: graphs, the joint net, units and card."""
    job.model.mkdir(parents=True, exist_ok=True)
    to_onnx(net, job.model / GRAPH)
    assert isinstance(net.head, Head)
    arrays = {name: np.ascontiguousarray(value.cpu().numpy(), np.float32) for name, value in net.head.arrays().items()}
    tensors.write(job.model / JOINT, arrays)
    text_units.write(units, job.model / UNITS)
    live = stepping.to_stream(net, job.model) if stepping.streams(net) else ()
    seconds = sum(seconds_of(c) for c in job.clips["train"])
    card = Card(
        name=job.name, role=job.role, kind="transducer", licences=licences_of(job), source="trained with aural",
        question=job.question, sample_rate=choice.options.sample_rate, labels=units.labels, batch="exact",
        hop=net.hop / choice.options.sample_rate, causal=net.encoder.causal, latency=stepping.latency(net) if live else None,
        files={name: sha256_of(job.model / name) for name in (GRAPH, JOINT, UNITS, *(path.name for path in live))},
        calibration={ONE: 1.0} if one else {}, seed=choice.options.seed,
        trained_on=f"{len(job.clips['train'])} clips, {seconds / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("sequence", "class")}))
