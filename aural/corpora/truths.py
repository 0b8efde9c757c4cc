"""What a row tells of times: events, notes, moments and a pitch curve, on the clip's own clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import ManifestError
from aural.results import Curve, Event, Note


def events_of(clip: Clip) -> tuple[Event, ...] | None:
    """The row's events in seconds from the clip's start, cut at its bounds; None when not known."""
    if clip.events is None:
        return None
    last = np.inf if clip.duration is None else clip.duration
    moved = (replace(e, start=max(e.start - clip.start, 0.0), end=min(e.end - clip.start, last)) for e in _touching(clip, last))
    return tuple(moved)


def _touching(clip: Clip, last: float) -> list[Event]:
    return [e for e in clip.events or () if e.end > clip.start and e.start - clip.start < last]


def notes_of(clip: Clip) -> tuple[Note, ...] | None:
    """The key `notes`: [{"start": 0.5, "end": 1.2, "pitch": 60}, ...] in seconds of the recording, cut at the clip's bounds;
    None when not known. Raises: ManifestError."""
    given = clip.extra.get("notes")
    if given is None:
        return None
    last = np.inf if clip.duration is None else clip.duration
    found = []
    try:
        for row in given:
            start, end = float(row["start"]) - clip.start, float(row["end"]) - clip.start
            if end > max(start, 0.0) and start < last:
                found.append(Note(max(start, 0.0), min(end, last), float(row["pitch"]), velocity=int(row.get("velocity", 64))))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise _odd(clip, "notes", 'Write [{"start": 0.5, "end": 1.2, "pitch": 60}, ...]') from error
    return tuple(sorted(found, key=lambda n: (n.start, n.pitch)))


def times_of(clip: Clip) -> np.ndarray | None:
    """The key `times`: moments in seconds of the recording, sorted, those inside the clip; None when not known.

    Raises: ManifestError.
    """
    given = clip.extra.get("times")
    if given is None:
        return None
    try:
        found = np.sort(np.array([float(t) for t in given])) - clip.start
    except (TypeError, ValueError) as error:
        raise _odd(clip, "times", 'Write "times": [0.5, 1.25, ...]') from error
    return np.asarray(found[(found >= 0) & (found < (np.inf if clip.duration is None else clip.duration))])


def pitch_of(clip: Clip) -> Curve | None:
    """The key `pitch`: {"hop": 0.01, "values": [220.0, null, ...]} in Hz, value k at k * hop of the recording; null or 0
    is no pitch and becomes NaN; None when not known. Raises: ManifestError."""
    given = clip.extra.get("pitch")
    if not isinstance(given, Mapping):
        return None
    try:
        hop, values = float(given["hop"]), np.array([_hertz(v) for v in given["values"]])
    except (TypeError, KeyError, ValueError) as error:
        raise _odd(clip, "pitch", 'Write {"hop": 0.01, "values": [220.0, null, ...]}') from error
    if hop <= 0 or not len(values):
        raise _odd(clip, "pitch", "It needs a hop above 0 and values")
    return Curve("pitch", "Hz", -clip.start, hop, values)


def _hertz(value: Any) -> float:
    found = float("nan") if value is None else float(value)
    return found if found > 0 else float("nan")


def _odd(clip: Clip, key: str, fix: str) -> ManifestError:
    return ManifestError(f"this row's {key} do not hold", where=clip.where or clip.id, fix=fix)
