"""Which language is spoken, voted over several stretches of speech"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aural.errors import UsageError
from aural.models.face import LanguageGuesser
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Event, Label, Question, Result, Span, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks import vad
from aural.tasks._task import Task

LAYER = "language"


@dataclass(frozen=True)
class Options:
    """How much is heard, and how much is told."""

    windows: int = option(5, "stretches of speech to ask about, spread over the recording; each costs a second or two", least=1)
    length: float = option(30.0, "longest stretch asked about at once", unit="s", least=0.5, most=30)
    top: int = option(3, "how many languages are told, best first; 0 = all", also=("--top-k",), least=0)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """The language, labels with their share of the votes, and what each stretch sounded like (layer "language").

    No speech, no language.
    """
    if options.windows < 1 or not 0.5 <= options.length <= 30 or options.top < 0:
        raise UsageError("a language is told from at least one stretch of 0.5 to 30 s", where="--windows, --length, --top")
    speech = vad.TASK.run(source, shelf, vad.Options(), progress).speech or ()
    asked = stretches(speech, options.windows, options.length)
    told: list[dict[str, float]] = []
    if asked:
        with shelf.open("language") as model:
            for i, (span, _) in enumerate(asked, 1):
                told.append(guess(source, span, model))
                progress.step(i, len(asked), "language", "windows")
    votes = vote(told, [voiced for _, voiced in asked])
    best = sorted(votes, key=lambda code: (-votes[code], code))
    labels = tuple(Label(code, round(votes[code], 4)) for code in best[: options.top or None])
    return Result(
        source.recording, dict(shelf.made_by), language=best[0] if best else None, speech=speech, labels=labels,
        events=tuple(_event(span, one, source.recording.duration) for (span, _), one in zip(asked, told, strict=True)),
    )  # fmt: skip


def guess(source: Source, span: Span, model: LanguageGuesser) -> dict[str, float]:
    """Language code -> probability for one stretch of a recording."""
    sound = source.load(rate=model.card.sample_rate, mono=True, start=span.start, end=span.end)
    samples = np.asarray(sound.samples, np.float32)
    return model.languages(samples, np.array([samples.shape[1]]))[0]


def stretches(speech: Sequence[Span], count: int, length: float) -> list[tuple[Span, float]]:
    """Up to `count` stretches of at most `length` seconds and the seconds of speech in each.

    Each begins where somebody begins to speak; of all that could be taken those with most speech are,
    one from each of `count` equal parts of the recording's speech, so that no part is left out.
    """
    found: list[tuple[Span, float]] = []
    i = 0
    while i < len(speech):
        start, voiced = speech[i].start, 0.0
        while i < len(speech) and speech[i].start < start + length:
            voiced += min(speech[i].end, start + length) - speech[i].start
            end = min(speech[i].end, start + length)
            i += 1
        found.append((Span(start, end), voiced))
    if len(found) <= count:
        return found
    parts = np.array_split(np.arange(len(found)), count)
    return [found[max(part.tolist(), key=lambda k: (found[k][1], -k))] for part in parts]


def vote(told: Sequence[dict[str, float]], voiced: Sequence[float]) -> dict[str, float]:
    """The mean of the probabilities, weighted by the seconds of speech they were heard in."""
    total = sum(voiced)
    codes = {code for one in told for code in one}
    return {code: sum(v * one.get(code, 0.0) for one, v in zip(told, voiced, strict=True)) / total for code in codes}


def _event(span: Span, told: dict[str, float], duration: float | None) -> Event:
    best = max(told, key=lambda code: told[code])
    return Event(*grid_span(span.start, span.end, duration), best, score=round(min(1.0, told[best]), 4), layer=LAYER)


def show(result: Result) -> str:
    """One line a language: its share and its code."""
    return "\n".join(f"{label.score:.2f}  {label.label}" for label in result.labels or ()) or "No speech was found."


def score(clip: Any, result: Result) -> tuple[Any, Any]:
    """What `evaluate language` compares: the clip's language and the labels that were given."""
    return clip.label or clip.language, result.labels


ROLES = {"language": "whisper-base", "vad": "silero-vad"}
TASK = Task("source", Options, run, show, ROLES, "language", Question("clip", "class"), score=score)
