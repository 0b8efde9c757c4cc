"""A number for a recording, such as an age or a tempo, by a model that you trained"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Curve, Question, Result, clock
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._clips import Wanted, choose, heard, over_clip
from aural.tasks._task import Task

_ROLE = "estimator"
_WANTED = Wanted("estimate", (), "numbers are yours to name, so there is no model for them yet")


@dataclass(frozen=True)
class Options:
    """What is told beside the number of the whole."""

    every: float | None = option(None, "also tell the number of each stretch of this length, as a curve", unit="s", least=0.05)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """A curve of one value for the whole, the mean of its windows; with `every` a second one with a value each stretch.

    Raises: ModelMissing when no model is named.
    """
    choose(shelf, _ROLE, _WANTED)
    with shelf.open(_ROLE) as model:
        parts, spans = heard(source, model, options.every, progress, "estimate")
        card = model.card
    recording = source.recording
    whole = over_clip(parts, spans)
    curves = [
        Curve(name, card.unit, 0.0, recording.duration or spans[-1][1], np.array([value]))
        for name, value in zip(card.labels, whole, strict=True)
    ]
    if options.every is not None:
        curves += [Curve(f"{name} over time", card.unit, 0.0, options.every, parts[:, k]) for k, name in enumerate(card.labels)]
    return Result(recording, dict(shelf.made_by), curves=tuple(curves))


def show(result: Result) -> str:
    """One line a number: name, value, unit; then the stretches."""
    lines = []
    for curve in result.curves or ():
        if len(curve.values) == 1:
            lines.append(f"{curve.name}: {curve.values[0]:.4g} {curve.unit}".rstrip())
        else:
            lines += [
                f"{clock(curve.start + k * curve.hop):>10}  {v:.4g} {curve.unit}".rstrip() for k, v in enumerate(curve.values)
            ]
    return "\n".join(lines)


TASK = Task("source", Options, run, show, {_ROLE: ""}, _ROLE, Question("clip", "number"))
