"""Speech to text by an encoder and a decoder that writes one unit after the other, looking where in the sound the next is said.

The decoder is a page of nets/decoders: `--decoder recurrent` (listen, attend and spell) or transformer; `--ctc 0.3` is the
weight of a CTC head that hears along, in training and in the beam. Units are found as by `--method ctc`.
"""

from __future__ import annotations

import torch

from aural import find
from aural.errors import UsageError
from aural.files import sha256_of
from aural.learn.job import Job, Method
from aural.learn.losses._face import Loss
from aural.learn.methods._parts import data_of, fitted, licences_of, measure, onward, seconds_of
from aural.learn.methods._spelled import Spelled, refuse_parting, told_units
from aural.learn.nets import Choice, choice_of, device_of, loss_of, net_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import METRICS
from aural.learn.written.export import to_onnx
from aural.learn.written.trainee import Writing
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.engines._fused import CTC
from aural.models.engines.attention import ENCODER, STEP, UNITS
from aural.nets.writer import Writer
from aural.text import units as text_units
from aural.text.units import Units

_LOSS = "written"
_LEAST = 6.0  # s: recordings up to this length are heard whole, however short the clips of the training were


def read(job: Job) -> Choice:
    """What was given, read and checked. Raises: UsageError for what would part a clip from its text."""
    choice = choice_of(job, loss=_LOSS, also="decoder")
    refuse_parting(choice.options)
    if choice.options.int8:
        raise UsageError("a model that writes is not written in int8", where="--int8", fix="Leave it out")
    if choice.options.ctc == 1:
        raise UsageError("with --ctc 1 the decoder learns nothing", where="--ctc", fix="Use --method ctc")
    return choice


def run(job: Job) -> Card:
    """Find units, train, export; the model folder is whole when this returns."""
    choice = read(job)
    options = choice.options
    use_threads(options.threads)
    units = told_units(job, options)
    net = net_of(job, choice, len(units.pieces))
    torch.manual_seed(options.seed + 1)
    writer = Writer(net, options.decoder, choice.parts["decoder"], len(units.pieces) + 1)
    onward(job, {"net.head": net.head, "decoder": writer.decoder}, options.start, units.labels)
    truth = Spelled(units)
    data = data_of(job, choice, (truth, truth), None, None)
    measure(net, data.train, job, choice)
    trainee = Writing(writer, loss_of(choice, len(units.pieces)), _ctc(len(units.pieces)), options, device_of(options.device))
    size = sum(p.numel() for p in writer.decoder.parameters())
    fitted(
        job,
        choice,
        trainee,
        data,
        METRICS["written"],
        f"{size:,} of them in a {options.decoder} decoder; {len(units.pieces)} units",
    )
    return _exported(job, choice, writer, units)


def _ctc(outputs: int) -> Loss:
    page = find.page("learn/losses", "ctc")
    made: Loss = page.Made(page.Config(), outputs)
    return made


def _exported(job: Job, choice: Choice, writer: Writer, units: Units) -> Card:
    """The model folder: both graphs, units and card."""
    job.model.mkdir(parents=True, exist_ok=True)
    to_onnx(writer, job.model)
    text_units.write(units, job.model / UNITS)
    net, options = writer.net, choice.options
    lengths = [seconds_of(c) for c in job.clips["train"]]
    card = Card(
        name=job.name, role=job.role, kind="attention", licences=licences_of(job), source="trained with aural",
        question=job.question, sample_rate=options.sample_rate, labels=units.labels, batch="exact",
        hop=net.hop / options.sample_rate,
        # What is longer than all that was learned from is cut: a decoder that never saw it skips and repeats.
        longest_input=round(max(_LEAST, max(lengths)), 1), calibration={CTC: options.ctc},
        files={name: sha256_of(job.model / name) for name in (ENCODER, STEP, UNITS)}, seed=options.seed,
        trained_on=f"{len(lengths)} clips, {sum(lengths) / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("sequence", "class")}))
