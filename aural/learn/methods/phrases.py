"""Learning to spot phrases: a small net that hears phones is at hand, two layers over its last second are learned.

What real speech without the phrases sounds like to that net comes with aural, so clips of the phrases are all that is needed:
recordings, or readings by synthetic voices (`aural train spot --phrase "hey juno"`). The parts stand in `learn/spotting`.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aural import settings
from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.files import sha256_of, write_text
from aural.learn import c_arrays
from aural.learn.job import Job, Method
from aural.learn.methods._parts import licences_of, seconds_of
from aural.learn.nets import use_threads
from aural.learn.report import ALARMS
from aural.learn.spotting.again import borders_again
from aural.learn.spotting.borders import left_out
from aural.learn.spotting.hearing import LISTENER, RATE, Ear, against, hear
from aural.learn.spotting.layers import fitted
from aural.learn.spotting.options import Options
from aural.learn.spotting.windows import Store, joined, unsaid
from aural.metrics.spotting import alarms_per_hour, border, peaks
from aural.models import tensors
from aural.models.card import Card
from aural.models.card import write as write_card
from aural.models.engines import _stepping, phrases
from aural.models.engines.phrases import FILE, Layers
from aural.models.runtime import Runtime
from aural.models.store import shipped
from aural.tasks._heard_again import WIDE
from aural.tasks._spotting import NOTHING

C_FILE = "spotter.h"  # in the run folder, for microcontrollers
BACKGROUND = "background.safetensors"  # of the listener's folder
# An hour of speech: what a recognizer may be asked to hear again (`aural spot --confirm`). In noise a small model that may ask 240
# times misses a tenth of the phrases for good, one that may ask 1,200 none, for one per cent of a core more.
_CANDIDATES = 1200.0


def read(job: Job) -> Options:
    """The options that were given. Raises: UsageError."""
    return settings.build(Options, job.given, where="--method phrases")


def run(job: Job) -> Card:
    """Hear the clips, learn the layers, set the border on speech that was left out, write the model folder."""
    options = read(job)
    use_threads(options.threads)
    labels = phrases_of(job.clips["train"])
    home = shipped(LISTENER)
    known = tensors.read(home / BACKGROUND)
    every = int(known["every"][0])
    ear, hop = Ear(home, Runtime(threads=options.threads), every), every * _stepping.hop_of(home)
    background = (known["frames"].astype(np.float32) - 128) * known["scale"]
    mean, spread = background.mean(0), 1.0 / np.maximum(background.std(0), 1e-3)
    width = round(options.window / hop)
    stores = [hear(ear, job, labels, options, hop)]
    if options.against:
        stores.append(against(ear, Path(options.against), job, width))
    said = joined(stores)
    said.frames = (said.frames - mean) * spread
    background = (background - mean) * spread
    told = left_out(said, background, known["ends"], hop, options, job)
    hours = len(told) * hop / 3600
    borders = {label: border(told[:, k], hop, options.false_alarms) for k, label in enumerate(labels)}
    wide = {f"{WIDE} {label}": border(told[:, k], hop, _CANDIDATES, 0.001) for k, label in enumerate(labels)}
    for k, label in enumerate(labels):
        found = alarms_per_hour(peaks(told[:, k], hop), borders[label], hours)
        job.say(f"{label}: border {borders[label]:.3f}, {found:.2f} false alarms an hour on {hours:.1f} hours of speech, each "
                "part of which was left out in turn")  # fmt: skip
    alarms = {"hours": hours, "peaks": [round(score, 5) for k in range(len(labels)) for _, score in peaks(told[:, k], hop)]}
    write_text(job.folder / ALARMS, json.dumps(alarms) + "\n")
    net = fitted(joined([said, Store(background, *unsaid(len(background), width))]), len(labels), width, options, job)
    model = Layers(mean=mean, scale=spread, sizes=np.array([every, width]), **net.arrays())
    write_text(job.folder / "options.json", json.dumps(settings.as_dict(options), indent=1, sort_keys=True) + "\n")
    card = _written(job, model, options, borders, wide, hours, hop)
    card = dataclasses.replace(card, calibration={**card.calibration, **borders_again(job, card, options)})
    write_card(card, job.model / "card.json")
    c_arrays.write(job.model, job.folder / C_FILE)
    return card


def phrases_of(clips: Sequence[Clip]) -> tuple[str, ...]:
    """The phrases that clips are labeled with. Raises: LearningError when there is none."""
    labels = tuple(sorted({c.label for c in clips if c.label and c.label.casefold() not in NOTHING}))
    if not labels:
        raise LearningError("no clip holds a phrase", fix='Label clips with the phrase, or give --phrase "hey juno"')
    return labels


def _written(
    job: Job, model: Layers, options: Options, borders: dict[str, float], wide: dict[str, float], hours: float, hop: float
) -> Card:
    """The files of the model folder, the listener once more and the layers; its card, which is not written yet."""
    home, clips = shipped(LISTENER), job.clips["train"]
    job.model.mkdir(parents=True, exist_ok=True)
    for name in (_stepping.GRAPH, _stepping.SIZES):
        shutil.copyfile(home / name, job.model / name)
    phrases.write(job.model, model)
    labels = tuple(borders)
    lengths = {label: [e - s for s, e in map(_span, (c for c in clips if c.label == label))] for label in labels}
    files = (FILE, _stepping.GRAPH, _stepping.SIZES)
    told = (
        f"{sum(c.label in labels for c in clips)} clips of {len(labels)} phrases, {len(clips)} clips in all, "
        f"{sum(map(seconds_of, clips)) / 3600:.2f} hours, and {hours:.1f} hours of other speech"
    )
    return Card(
        name=job.name, role=job.role, kind="phrases", source="trained with aural", question=job.question, labels=labels,
        licences=licences_of(job), sample_rate=RATE, hop=hop, window=options.window, causal=True, latency=hop, batch="exact",
        operating_points=borders,
        calibration=wide | {f"seconds {k}": round(float(np.median(v)), 3) for k, v in lengths.items() if v},
        files={name: sha256_of(job.model / name) for name in files}, seed=options.seed, trained_on=told,
    )  # fmt: skip


def _span(clip: Clip) -> tuple[float, float]:
    if clip.events:
        return min(e.start for e in clip.events), max(e.end for e in clip.events)
    return 0.0, min(seconds_of(clip), 1.0)


METHOD = Method(Options, read, run, frozenset({("clip", "class")}), any_labels=True)
