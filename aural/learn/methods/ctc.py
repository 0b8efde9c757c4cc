"""Speech to text without alignments: the chance of a text is summed over all ways to spread its units over the frames.

What is written with are words, characters or pieces of words (`units`, `vocabulary`), found in the texts of the training clips.
"""

from __future__ import annotations

from aural.errors import LearningError
from aural.files import sha256_of
from aural.learn import compact, drawn, stepping
from aural.learn.export import to_onnx
from aural.learn.job import Job, Method
from aural.learn.methods._parts import data_of, fitted, licences_of, measure, onward, seconds_of
from aural.learn.methods._spelled import Spelled, refuse_parting, told_units
from aural.learn.methods._taught import Taught
from aural.learn.nets import Choice, choice_of, device_of, loss_of, net_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import METRICS
from aural.learn.targets._text import text_of
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.nets.cells import cell_of
from aural.nets.net import Net
from aural.text import units as text_units
from aural.text.units import Units

GRAPH, UNITS = "model.onnx", "units.json"


def read(job: Job) -> Choice:
    """What was given, read and checked. Raises: UsageError for what would part a clip from its text."""
    choice = choice_of(job)
    refuse_parting(choice.options)
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
    drawn.write(net, data.train.sound(0).samples[0], choice.options.augment, job.folder / "net.svg")
    _check(job, units, net.hop / choice.options.sample_rate)
    trainee = Taught(net, loss_of(choice, len(units.pieces)), choice.options, device_of(choice.options.device))
    fitted(job, choice, trainee, data, METRICS[cell_of(job.question).metric], f"{len(units.pieces)} units")
    card = _exported(job, choice, net, units)
    if choice.options.int8:
        compact.write(job, card, data)
    return card


def _check(job: Job, units: Units, hop: float) -> None:
    """Say how many clips have fewer frames than units. Raises: LearningError when that is most of them."""
    clips = job.clips["train"]
    short = sum(len(units.encode(text_of(c))) > seconds_of(c) / hop for c in clips)
    if short > len(clips) / 2:
        what = f"{short} of {len(clips)} clips have more units than frames of {1000 * hop:.0f} ms"
        raise LearningError(what, fix="Take larger units (--units bpe) or an encoder with a smaller step")
    if short:
        job.say(f"note: {short} clips have more units than frames of {1000 * hop:.0f} ms; nothing is learned from them")


def _exported(job: Job, choice: Choice, net: Net, units: Units) -> Card:
    """The model folder: graph, units and card."""
    job.model.mkdir(parents=True, exist_ok=True)
    to_onnx(net, job.model / GRAPH)
    text_units.write(units, job.model / UNITS)
    live = stepping.to_stream(net, job.model) if stepping.streams(net) else ()
    seconds = sum(seconds_of(c) for c in job.clips["train"])
    card = Card(
        name=job.name, role=job.role, kind="ctc", licences=licences_of(job), source="trained with aural", question=job.question,
        sample_rate=choice.options.sample_rate, labels=units.labels, batch="exact", hop=net.hop / choice.options.sample_rate,
        causal=net.encoder.causal, latency=stepping.latency(net) if live else None,
        files={name: sha256_of(job.model / name) for name in (GRAPH, UNITS, *(path.name for path in live))},
        seed=choice.options.seed, trained_on=f"{len(job.clips['train'])} clips, {seconds / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("sequence", "class")}))
