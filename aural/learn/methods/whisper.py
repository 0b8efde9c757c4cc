"""Speech to text by one Transformer encoder and decoder that marks tell what is asked: language, task, times, nobody speaks.

Rows may carry `language` (de), `task` (translate: the text is the English of what is said) and `words` with times; an empty text
says that nobody speaks. What comes out is read as the published checkpoints are: window after window, by its own timestamps.
"""

from __future__ import annotations

import dataclasses

import torch

from aural import find
from aural.errors import UsageError
from aural.files import sha256_of
from aural.learn import transfer
from aural.learn.job import Job, Method
from aural.learn.methods._parts import data_of, fitted, licences_of, measure, onward, seconds_of
from aural.learn.methods._spelled import described, refuse_parting, units_of
from aural.learn.nets import Choice, choice_of, device_of, net_of, use_threads
from aural.learn.options import Options
from aural.learn.scores import Metric
from aural.learn.targets._text import text_of
from aural.learn.written.marked import Marked, Marking, language_of, stretches, to_onnx
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.engines._fused import CTC
from aural.models.engines._whisper import marks_behind
from aural.models.engines.marked import DECODER, ENCODER, NOBODY, TIMED, UNITS
from aural.nets.writer import Writer
from aural.text import units as text_units

_DECODER = "transformer"
_LEAST = 6.0  # s of a window, however short the clips of the training were
_QUIET = 0.6  # chance of nobody above which nothing is written


def read(job: Job) -> Choice:
    """What was given, read and checked. Raises: UsageError."""
    usual = {"decoder": _DECODER} | ({} if job.given.get("start") else {"encoder": "transformer"})
    choice = choice_of(dataclasses.replace(job, given={**usual, **job.given}), loss="written", also="decoder")
    refuse_parting(choice.options)
    if choice.options.decoder != _DECODER:
        raise UsageError("the marks are read by a Transformer", where="--decoder", fix="Leave it out, or use --method attention")
    if choice.options.int8:
        raise UsageError("a model that writes is not written in int8", where="--int8", fix="Leave it out")
    return choice


def run(job: Job) -> Card:
    """Find units and languages, train, export; the model folder is whole when this returns."""
    choice = read(job)
    options, clips = choice.options, job.clips["train"]
    use_threads(options.threads)
    spoken = [c for c in clips if text_of(c)]
    units = units_of(spoken, options)
    languages = tuple(sorted({language_of(c) for c in spoken} | {language_of(c) for c in job.clips["valid"] if text_of(c)}))
    net = net_of(job, choice, len(units.pieces))
    begun = transfer.card(options.start)
    # Marks of time up to the longest clip; a decoder that comes along brings its own.
    hop, window = net.hop / options.sample_rate, max(_LEAST, *map(seconds_of, clips), (begun and begun.longest_input) or 0.0)
    many = languages if len(languages) > 1 else ()
    marking = Marking(units, marks_behind(len(units.pieces), many), many, hop, round(window / hop) + 1)
    timed = any(stretches(c, text_of(c)) is not None for c in spoken)
    job.say(f"{described(units, text_of(spoken[0]))} ...; languages: {', '.join(languages)}; "
            f"{'with' if timed else 'without'} times")  # fmt: skip
    torch.manual_seed(options.seed + 1)
    writer = Writer(net, options.decoder, choice.parts["decoder"], marking.classes)
    onward(job, {"net.head": net.head, "decoder": writer.decoder}, options.start, units.labels)
    data = data_of(job, choice, (marking, marking), None, None)
    measure(net, data.train, job, choice)
    page = find.page("learn/losses", "ctc")
    ctc = page.Made(page.Config(), len(units.pieces))
    trainee = Marked(writer, marking, ctc, float(choice.parts["loss"]["smoothing"]), options, device_of(options.device))
    size = sum(p.numel() for p in writer.decoder.parameters())
    told = f"{size:,} of them in the decoder; {marking.classes} units and marks"
    fitted(job, choice, trainee, data, Metric("ter", False, marking.errors), told)
    return _exported(job, choice, writer, marking, languages, timed)


def _exported(job: Job, choice: Choice, writer: Writer, marking: Marking, languages: tuple[str, ...], timed: bool) -> Card:
    """The model folder: both graphs, units and card."""
    job.model.mkdir(parents=True, exist_ok=True)
    to_onnx(writer, job.model)
    text_units.write(marking.units, job.model / UNITS)
    seconds = sum(seconds_of(c) for c in job.clips["train"])
    card = Card(
        name=job.name, role=job.role, kind="marked", licences=licences_of(job), source="trained with aural",
        question=job.question, sample_rate=choice.options.sample_rate, labels=marking.units.labels, languages=languages,
        batch="one", hop=marking.hop, longest_input=round((marking.steps - 1) * marking.hop, 2),
        # Word times are read from the looks as they are; a frame without a voice gives as much as a weak look.
        calibration={TIMED: float(timed), NOBODY: _QUIET, CTC: choice.options.ctc, "start": 0.0, "end": 0.0, "silence": 0.05},
        files={name: sha256_of(job.model / name) for name in (ENCODER, DECODER, UNITS)}, seed=choice.options.seed,
        trained_on=f"{len(job.clips['train'])} clips, {seconds / 3600:.2f} hours",
    )  # fmt: skip
    write_card(card, job.model / "card.json")
    return card


METHOD = Method(Options, read, run, frozenset({("sequence", "class")}))
