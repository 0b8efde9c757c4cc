"""Answers for whole clips: recordings of any length heard by a model for clips, and the short pages that name one class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from aural.errors import ModelMissing
from aural.models import store
from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Label, Question, Result, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._hearing import mono_blocks
from aural.tasks._kinds import strongest
from aural.tasks._task import Task

LAYER = "class"
ROLE = "classifier"  # one role for every page of classes, so that a model answers each of them by -m
Spans = list[tuple[float, float]]


@dataclass(frozen=True)
class Options:
    """What is told beside the class."""

    top: int = option(5, "how many classes, likeliest first; 0 = all", also=("--top-k",), least=0)
    every: float | None = option(None, "also tell the class of each stretch of this length, as events", unit="s", least=0.05)


@dataclass(frozen=True)
class Wanted:
    """Which classes a page is about: `verb` names it, `names` are the models that become its default by being there,
    and `why` says what a user has when there is none."""

    verb: str
    names: tuple[str, ...]
    why: str


def page(wanted: Wanted) -> Task:
    """The task of a page of classes."""
    return Task("source", Options, partial(run, wanted), show, {ROLE: ""}, ROLE, Question("clip", "class"))


def run(wanted: Wanted, source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """Labels of a recording, likeliest first. Raises: ModelMissing when no model is named and none is there."""
    choose(shelf, ROLE, wanted)
    with shelf.open(ROLE) as model:
        parts, spans = heard(source, model, options.every, progress, wanted.verb)
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


def choose(shelf: Shelf, role: str, wanted: Wanted) -> None:
    """Take the first of the wanted models that is there, where none was named. Raises: ModelMissing with the way to one."""
    if shelf.choices.get(role):
        return
    there = store.names() if wanted.names else ()
    found = next((name for name in wanted.names if name in there), None)
    if found is None:
        fix = f"Train one: aural train {wanted.verb} RECORDINGS -o runs/mine; then add --model runs/mine"
        raise ModelMissing(wanted.why, fix=fix)
    shelf.choices[role] = found


def heard(source: Source, model: Scorer, every: float | None, progress: Progress, stage: str) -> tuple[np.ndarray, Spans]:
    """Answers [N, K] of a model for clips, window by window, and the windows' spans (s).

    A recording up to twice the clips that the model learned from is heard whole; a longer one in windows of that
    length (or of `every`), each of which is told.
    """
    card = model.card
    size = round((every or 2 * (card.window or 5.0)) * card.sample_rate)
    held = np.zeros(0, np.float32)
    parts: list[np.ndarray] = []
    spans: Spans = []
    at = 0
    for block in mono_blocks(source, card.sample_rate, progress, stage):
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


def over_clip(parts: np.ndarray, spans: Sequence[tuple[float, float]]) -> np.ndarray:
    """Answers of windows [N, K] to one for all [K], each by its length."""
    lengths = np.array([end - start for start, end in spans])
    return np.asarray((parts * (lengths / lengths.sum())[:, None]).sum(0))


def show(result: Result) -> str:
    """One line a class: score and name; then the stretches."""
    lines = [f"{label.score:.2f}  {label.label}" for label in result.labels or ()]
    return "\n".join(lines + [f"{clock(e.start):>10} - {clock(e.end):>10}  {e.label}  {e.score:.2f}" for e in result.events or ()])
