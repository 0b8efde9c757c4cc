"""Hears each channel of a recording on its own and lays the answers into one result."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress
from aural.results import Recording, Result, Segment, Span
from aural.sound.source import Source
from aural.tasks._task import Task

_SPANS = ("speech", "segments", "turns", "events")


def run_split(task: Task, source: Source, options: Any, shelf: Shelf, progress: Progress) -> Result:
    """One result for all channels: spans carry their channel, speakers their channel's name.

    Raises: UsageError when the task's answer is not a Result.
    """
    recording = source.recording
    results = [task.run(source.channel(c), shelf, options, progress) for c in range(recording.channels)]
    if not all(isinstance(r, Result) for r in results):
        raise UsageError("this verb hears all channels together", where="--channels split")
    return joined(recording, results)


def joined(recording: Recording, results: Sequence[Result]) -> Result:
    """Results of channels 0, 1, ... of one recording as one result, sorted by time."""
    many = len(results) > 1
    merged: dict[str, Any] = {}
    for field in dataclasses.fields(Result):
        values = [getattr(r, field.name) for r in results]
        if field.name in ("recording", "version", "made_by") or all(v is None for v in values):
            continue
        if field.name == "language":
            merged[field.name] = next(v for v in values if v is not None)  # a silent channel tells none
        elif field.name in _SPANS:
            spans = [on_channel(s, c, many) for c, v in enumerate(values) for s in v or ()]
            merged[field.name] = tuple(sorted(spans, key=lambda s: (s.start, s.channel or 0)))
        elif field.name == "speakers":
            merged[field.name] = tuple(
                dataclasses.replace(s, label=_voice(s.label, c, many)) for c, v in enumerate(values) for s in v or ()
            )
        else:
            merged[field.name] = tuple(x for v in values for x in v or ())
    made_by = {role: name for r in results for role, name in r.made_by.items()}
    return Result(recording, made_by, **merged)


def on_channel(span: Span, channel: int, many: bool) -> Any:
    """The span (and a segment's words) marked with its channel and its channel's speaker."""
    changes: dict[str, Any] = {"channel": channel}
    speaker = getattr(span, "speaker", None)
    if speaker is not None:
        changes["speaker"] = _voice(speaker, channel, many)
    if isinstance(span, Segment) and span.words is not None:
        changes["words"] = tuple(on_channel(w, channel, many) for w in span.words)
    return dataclasses.replace(span, **changes)


def _voice(label: str, channel: int, many: bool) -> str:
    return f"CHANNEL_{channel}_{label}" if many else label
