"""Which of the classes that a model learned a recording belongs to"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.errors import ModelMissing
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Label, Question, Result, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._hearing import mono_blocks
from aural.tasks._kinds import strongest
from aural.tasks._task import Task

LAYER = "class"


@dataclass(frozen=True)
class Options:
    """What is told beside the class."""

    top: int = option(5, "how many classes, likeliest first; 0 = all", also=("--top-k",), least=0)
    every: float | None = option(None, "also tell the class of each stretch of this length, as events", unit="s", least=0.05)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Labels of a recording, likeliest first. Raises: ModelMissing when no model is named."""
    role = TASK.main_role
    assert role is not None
    if not shelf.choices.get(role):
        raise ModelMissing("classes are yours to name, so there is no model for them yet",
                           fix="Train one: aural train classify FOLDER -o runs/mine; then add --model runs/mine")  # fmt: skip
    with shelf.open(role) as model:
        parts, spans = heard(source, model, options.every, progress)
        labels = model.card.labels
    total = over_clip(parts, spans)
    best = strongest(total, options.top or len(labels))
    told = tuple(Label(labels[k], round(float(total[k]), 6)) for k in best)
    events = None
    if options.every is not None:
        limit = source.recording.duration
        events = tuple(
            Event(*grid_span(*span, limit), labels[int(p.argmax())], score=round(float(p.max()), 6), layer=LAYER)
            for p, span in zip(parts, spans, strict=True)
        )
    return Result(source.recording, dict(shelf.made_by), labels=told, events=events)


def heard(source: Source, model: Scorer, every: float | None, progress: Progress) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Answers [N, K] of a model for clips, window by window, and the windows' spans (s).

    A recording up to twice the clips that the model learned from is heard whole; a longer one in windows of that
    length (or of `every`), each of which is told.
    """
    card = model.card
    size = round((every or 2 * (card.window or 5.0)) * card.sample_rate)
    held = np.zeros(0, np.float32)
    parts: list[np.ndarray] = []
    spans: list[tuple[float, float]] = []
    at = 0
    for block in mono_blocks(source, card.sample_rate, progress, "classify"):
        held = np.concatenate([held, block])
        while len(held) > size:
            piece = size if every is not None else size // 2
            parts.append(model.score(held[None, :piece], np.array([piece]))[0])
            spans.append((at / card.sample_rate, (at + piece) / card.sample_rate))
            held, at = held[piece:], at + piece
    if len(held):
        parts.append(model.score(held[None], np.array([len(held)]))[0])
        spans.append((at / card.sample_rate, (at + len(held)) / card.sample_rate))
    return np.stack(parts), spans


def over_clip(parts: np.ndarray, spans: list[tuple[float, float]]) -> np.ndarray:
    """Answers of windows [N, K] to one for all [K], each by its length."""
    lengths = np.array([end - start for start, end in spans])
    return np.asarray((parts * (lengths / lengths.sum())[:, None]).sum(0))


def show(result: Result) -> str:
    """One line a class: score and name; then the stretches."""
    from aural.results import clock

    lines = [f"{label.score:.2f}  {label.label}" for label in result.labels or ()]
    return "\n".join(lines + [f"{clock(e.start):>10} - {clock(e.end):>10}  {e.label}  {e.score:.2f}" for e in result.events or ()])


TASK = Task("source", Options, run, show, {"classifier": ""}, "classifier", Question("clip", "class"))
