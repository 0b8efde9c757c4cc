"""The marks, 1 to 5, that listeners would give to a recording of speech: speech, background, and all of it"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Curve, Question, Result, clock
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._hearing import mono_blocks
from aural.tasks._task import Task

_ROLE = "quality"
_HOP = 1.0  # s from one stretch to the next
_BATCH = 4  # stretches heard at once


@dataclass(frozen=True)
class Options:
    """What is told beside the marks of the whole."""

    over_time: bool = option(False, "also tell the marks of each stretch of 9 s, a second apart, as curves")


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """A curve of one value for each mark, the mean over stretches a second apart; with `over_time` their values too."""
    with shelf.open(_ROLE) as model:
        card = model.card
        window = round((card.window or 2 * _HOP) * card.sample_rate)
        blocks = mono_blocks(source, card.sample_rate, progress, "quality")
        marks = _marked(model, stretches(blocks, window, round(_HOP * card.sample_rate)))
    recording = source.recording
    length = recording.duration or len(marks) * _HOP
    whole = marks.mean(0, dtype=np.float64)
    curves = [Curve(name, card.unit, 0.0, length, np.array([value])) for name, value in zip(card.labels, whole, strict=True)]
    if options.over_time:
        middle = round(window / card.sample_rate / 2, 3)
        curves += [Curve(f"{name} over time", card.unit, middle, _HOP, marks[:, k]) for k, name in enumerate(card.labels)]
    return Result(recording, dict(shelf.made_by), curves=tuple(curves))


def stretches(blocks: Iterable[np.ndarray], window: int, hop: int) -> Iterator[np.ndarray]:
    """Blocks of samples [t] -> samples [window] every `hop`, the last where a whole `hop` more than the window's lies behind.

    What is shorter than the window is repeated, doubled as often as it takes. Where blocks are cut does not matter. This
    is how speechmos 0.0.1.1 walks (a stretch of 9.01 s begins at each second that 10 s follow).
    """
    held, told = np.zeros(0, np.float32), False
    reach = -(-window // hop) * hop  # a stretch is heard where so much is there, so that whole seconds count
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= reach:
            yield held[:window]
            held, told = held[hop:], True
    if told:
        return
    short = held if len(held) else np.zeros(window, np.float32)
    while len(short) < window:
        short = np.concatenate([short, short])
    if len(short) < reach:
        yield short[:window]
        return
    yield from stretches([short], window, hop)


def _marked(model: Scorer, pieces: Iterator[np.ndarray]) -> np.ndarray:
    """The marks [N, K] of stretches, some at a time."""
    answers: list[np.ndarray] = []
    batch: list[np.ndarray] = []
    for piece in pieces:
        batch.append(piece)
        if len(batch) == _BATCH:
            answers.append(_scored(model, batch))
            batch = []
    return np.concatenate([*answers, *([_scored(model, batch)] if batch else [])])


def _scored(model: Scorer, batch: list[np.ndarray]) -> np.ndarray:
    return model.score(np.stack(batch), np.array([len(piece) for piece in batch]))


def show(result: Result) -> str:
    """A line a mark; then, over time, a line a stretch."""
    curves = result.curves or ()
    lines = [f"{c.values[0]:.2f}  {c.name}" for c in curves if not c.name.endswith(" over time")]
    moving = [c for c in curves if c.name.endswith(" over time")]
    if moving:
        lines.append("      from  " + "  ".join(c.name.removesuffix(" over time") for c in moving))
        for k in range(len(moving[0].values)):
            told = "  ".join(f"{c.values[k]:{len(c.name) - len(' over time')}.2f}" for c in moving)
            lines.append(f"{clock(k * moving[0].hop):>10}  {told}")
    return "\n".join(lines)


TASK = Task("source", Options, run, show, {_ROLE: "dnsmos"}, _ROLE, Question("clip", "number"))
