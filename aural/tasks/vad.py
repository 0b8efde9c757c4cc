"""When somebody speaks: the spans of speech in a recording"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.models.face import Scorer
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Question, Result, Span, clock, grid_span
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._gate import HOP, Rule, frame_spans, hear
from aural.tasks._task import Task


@dataclass(frozen=True)
class Options:
    """How sure the gate must be, and how spans are formed."""

    threshold: float = option(0.5, "probability at which speech begins; lower hears more and lets more noise pass", least=0, most=1)
    release: float = option(0.35, "probability below which speech ends; below the threshold, so that spans hold", least=0, most=1)
    min_speech: float = option(0.1, "shorter spans are dropped (a spoken digit lasts about 0.3 s)", unit="s", least=0)
    min_pause: float = option(0.2, "shorter pauses do not split a span", unit="s", least=0)
    pad: float = option(0.1, "added on both sides, so that soft beginnings are not clipped", unit="s", least=0)
    max_speech: float | None = option(None, "longer spans are cut at the deepest dip; not set = never", unit="s", least=0.1)


def run(source: Source, shelf: Shelf, options: Options, progress: Progress) -> Result:
    """The spans of speech, padded, apart from one another; memory does not grow with the samples."""
    rule = Rule(options.threshold, options.release, options.min_speech, options.min_pause, options.pad, options.max_speech)
    with shelf.open("vad") as gate:
        voice = _voice(source, gate, progress)
    recording = source.recording
    spans = [s for s in frame_spans(voice, rule) if s[0] * HOP < (recording.duration or s[1] * HOP)]
    speech = tuple(Span(*grid_span(a * HOP, b * HOP, recording.duration)) for a, b in spans)
    return Result(recording, dict(shelf.made_by), speech=speech)


def _voice(source: Source, gate: Scorer, progress: Progress) -> np.ndarray:
    """How likely somebody speaks in each 32 ms [F], by the gate or by a model for frames."""
    voices: list[np.ndarray] = [np.zeros(0, np.float32)]
    expected = source.encoding.promised
    for heard in hear(source, gate):
        voices.append(heard.voice)
        progress.step(heard.end, expected, "vad")
    return np.concatenate(voices)


def show(result: Result) -> str:
    """One line a span, or the sentence that there is none."""
    if not result.speech:
        return "No speech was found."
    return "\n".join(f"{clock(s.start)} - {clock(s.end)}" for s in result.speech)


TASK = Task(
    takes="source",
    options=Options,
    run=run,
    show=show,
    roles={"vad": "silero-vad"},
    main_role="vad",
    question=Question("frame", "class"),
)
