"""Draw where a recognizer looks in the sound for each unit that it writes"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.models.face import Attending, Decoding, Looks
from aural.models.shelf import Shelf
from aural.pictures import colors
from aural.pictures.layout import stack
from aural.pictures.panels import HeatMap, Wave
from aural.pictures.picture import FORMATS, Picture, Table
from aural.pictures.ticks import Axis
from aural.progress import Progress
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._task import Task
from aural.text.languages import code_of

_LONGEST = 30.0  # s: more than this no model hears at once
_FEW, _ROW = 12, 15  # units, and pixels that a unit takes
_SPACE = "\u2581"


@dataclass(frozen=True)
class Options:
    """Which part is written down, how, and how it is drawn."""

    start: float = option(0.0, "where the part begins", unit="s", least=0)
    end: float | None = option(None, "where it ends (default: what the model hears at once, 30 s at most)", unit="s", least=0)
    language: str | None = option(None, "language spoken, as a code or a name, for models that know several", also=("--lang",))
    beam: int = option(1, "readings kept at once", also=("--beam-size",), least=1, most=32)
    colors: str = option("ember", "color scale", choices=colors.NAMES)
    width: int = option(1200, "width of the picture", unit="pixels", least=80, most=20_000)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Picture:
    """The attention matrix under the wave: a row a unit, from the bottom up, a column a frame.

    Raises: UsageError for a recognizer that does not write unit after unit.
    """
    with shelf.open("recognizer") as model:
        if not isinstance(model, Attending):
            fix = "Use one that was trained with --method attention, or a published encoder and decoder (moonshine-base)"
            raise UsageError(f"{model.card.name} does not write one unit after the other, so it looks nowhere", where="-m", fix=fix)
        rate = model.card.sample_rate
        last = options.start + min(model.card.longest_input or _LONGEST, _LONGEST)
        end = last if options.end is None else min(options.end, last)
        samples = source.load(rate=rate, mono=True, start=options.start, end=end).samples[0]
        told = model.looks(samples, Decoding(code_of(options.language), beam=options.beam))
    progress.close()
    return _drawn(source.name, samples, rate, told, options)


def _drawn(name: str, samples: np.ndarray, rate: int, told: Looks, options: Options) -> Picture:
    seconds = len(samples) / rate
    frames = max(1, min(told.weights.shape[1], round(seconds / told.hop)))
    weights = told.weights[:, :frames] if len(told.units) else np.zeros((1, frames))
    units = [unit.replace(_SPACE, "_") for unit in told.units] or ["(nothing)"]
    step = -(-len(units) // 60)  # more names than that would stand on each other
    marks = tuple((k + 0.5, units[k]) for k in range(0, len(units), step))
    heat = HeatMap(weights, Axis(0, len(units), "written", marks), colors.scale(options.colors), (0.0, _bright(weights)), "looked")
    panels = [("wave", Wave.of(samples, options.width)), ("where each unit was looked for", heat)]
    axis = Axis(options.start, options.start + seconds, "time (s)")
    height = 40 + 200 + max(_FEW, len(units)) * _ROW * 8 // 5
    numbers = {"attention": _table(units, weights, told.hop, options.start)}
    text = " ".join("".join(told.units).replace(_SPACE, " ").split()) or "no word is written"
    return stack(panels, x=axis, title=f"{name}: {text}", width=options.width, height=height, numbers=numbers)


def _bright(weights: np.ndarray) -> float:
    """The weight that is drawn brightest: that of a usual unit's best frame, so that one sharp look does not hide the others."""
    return max(float(np.median(weights.max(axis=1))), 1e-3)


def _table(units: Sequence[str], weights: np.ndarray, hop: float, start: float) -> Table:
    times = start + np.arange(weights.shape[1]) * hop
    return Table(("time (s)", *(f"{k + 1} {unit}" for k, unit in enumerate(units))), np.column_stack([times, weights.T]))


def show(answer: Picture) -> str:
    """What a terminal prints of a picture that was not asked for as a file."""
    return f"{answer.title}; -o map.png draws where each was looked for"


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    roles={"recognizer": "moonshine-base"},
    main_role="recognizer",
    writes=FORMATS,
)
