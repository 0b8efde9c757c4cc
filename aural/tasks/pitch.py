"""The pitch of a voice or a melody over time, in Hz"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import UsageError
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Curve, Question, Result, clock
from aural.settings import option
from aural.sound import pitch as by_hand
from aural.sound.source import Source
from aural.tasks._frames import frames_of
from aural.tasks._task import Task

_ROLE = "pitch"
_RATE = 16000  # Hz at which the method without a model hears
_VOICED = 0.5
_LINES = 40  # a terminal gets at most so many lines


@dataclass(frozen=True)
class Options:
    """How pitch is followed without a model, and how often it is told."""

    low: float = option(50.0, "the lowest pitch", unit="Hz", least=10, most=4000)
    high: float = option(1000.0, "the highest pitch", unit="Hz", least=20, most=4000)
    hop: float = option(0.010, "from one value to the next; a model has a hop of its own", unit="s", least=0.001, most=1)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """The curve "pitch" in Hz, NaN where there is none. Without a model by the difference function of `sound/pitch.py`."""
    if shelf.choices.get(_ROLE):
        with shelf.open(_ROLE) as model:
            curve = _by_model(source, model, progress)
    else:
        curve = _by_hand(source, options, progress)
    return Result(source.recording, dict(shelf.made_by), curves=(curve,))


def _by_model(source: Source, model: Scorer, progress: Progress) -> Curve:
    labels = model.card.labels
    if "midi" not in labels:
        raise UsageError(f"{model.card.name} does not tell pitch", where="--model", fix="Train one: aural train pitch ROWS")
    heard = frames_of(source, model, progress, "pitch")
    hz = 440.0 * 2 ** ((heard.values[:, labels.index("midi")].astype(np.float64) - 69) / 12)
    if "voiced" in labels:
        hz = np.where(heard.values[:, labels.index("voiced")] >= _VOICED, hz, np.nan)
    return Curve("pitch", "Hz", heard.hop / 2, heard.hop, hz)


def _by_hand(source: Source, options: Options, progress: Progress) -> Curve:
    step = max(1, round(options.hop * _RATE))
    total = source.encoding.promised
    found = []
    for block in source.blocks(round(30.0 * _RATE / step) * step / _RATE, _RATE, True):
        samples = block.samples[0]
        track = by_hand.pitch(samples, sample_rate=_RATE, low=options.low, high=options.high, hop=step / _RATE)
        found.append(track.frequency[: max(1, len(samples) // step)])
        progress.step(block.end, total, "pitch")
    return Curve("pitch", "Hz", 0.0, step / _RATE, np.concatenate(found))


def show(result: Result) -> str:
    """The range and the middle, then the pitch of evenly spaced moments with the note next to it."""
    curve = (result.curves or ())[0]
    known = curve.values[np.isfinite(curve.values)]
    if not len(known):
        return "No pitch was found."
    low, middle, high = np.quantile(known, [0.05, 0.5, 0.95])
    share = 100 * len(known) / len(curve.values)
    head = f"{middle:.1f} Hz in the middle, {low:.1f} to {high:.1f} Hz; pitched {share:.0f} % of the time"
    every = max(1, -(-len(curve.values) // _LINES))
    told = [(curve.start + k * curve.hop, curve.values[k]) for k in range(0, len(curve.values), every)]
    return "\n".join(
        [head, *(f"{clock(t):>10}  {v:7.1f} Hz  {note(v)}" if np.isfinite(v) else f"{clock(t):>10}  -" for t, v in told)]
    )


def note(hz: float) -> str:
    """The name of the nearest note and how far it is off in cents: A4 +3."""
    midi = 69 + 12 * np.log2(hz / 440.0)
    nearest = round(float(midi))
    names = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
    return f"{names[nearest % 12]}{nearest // 12 - 1} {100 * (midi - nearest):+.0f}"


TASK = Task("source", Options, run, show, {_ROLE: ""}, _ROLE, Question("frame", "number"))
