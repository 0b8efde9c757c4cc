"""Sound events over time: segment-based and event-based F1, and the segment-based error rate.

Conventions: events are `Event` values in seconds; labels are told apart, layers are not. Segment-based:
time is cut into steps of `step` seconds; a class is on in every step that an event touches; hits, false
alarms and misses are summed over steps and classes (micro). Event-based: an answered event is right when
its label agrees, its start is within `collar` seconds and its end within `collar` seconds or `share` of
the true length, whichever is longer; events are paired one to one so that most are right. Several
recordings are summed before dividing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from aural.errors import UsageError
from aural.metrics._assignment import assign
from aural.metrics._counts import Counts
from aural.results import Event


def validate(reference: Sequence[Event], answer: Sequence[Event]) -> None:
    """Raises: UsageError for an event without a label."""
    for event in (*reference, *answer):
        if not event.label:
            raise UsageError(f"the event at {event.start} s has no label")


def segment_f1(reference: Sequence[Event], answer: Sequence[Event], step: float = 1.0) -> float:
    """Segment-based F1 over all classes."""
    return segment_counts(reference, answer, step).f1


def event_f1(reference: Sequence[Event], answer: Sequence[Event], collar: float = 0.2, share: float = 0.5) -> float:
    """Event-based F1 over all classes, with starts and ends."""
    return event_counts(reference, answer, collar, share).f1


def segment_counts(reference: Sequence[Event], answer: Sequence[Event], step: float = 1.0) -> Counts:
    """Hits, false alarms and misses per step of `step` seconds and class."""
    validate(reference, answer)
    if step <= 0:
        raise UsageError(f"a step is longer than 0 s, not {step}")
    names = sorted({e.label for e in (*reference, *answer)})
    steps = max((math.ceil(e.end / step) for e in (*reference, *answer)), default=0)
    true, told = _roll(reference, names, steps, step), _roll(answer, names, steps, step)
    missed, false = (true & ~told).sum(axis=1), (told & ~true).sum(axis=1)
    swapped = np.minimum(missed, false).sum()
    return Counts(int((true & told).sum()), int(false.sum()), int(missed.sum()), int(swapped))


def event_counts(
    reference: Sequence[Event], answer: Sequence[Event], collar: float = 0.2, share: float = 0.5, ends: bool = True
) -> Counts:
    """Right, false and missed events; `ends` = False judges labels and starts only."""
    validate(reference, answer)
    fits = np.zeros((len(reference), len(answer)))
    for i, true in enumerate(reference):
        for j, told in enumerate(answer):
            near = abs(true.start - told.start) <= collar
            if ends:
                near = near and abs(true.end - told.end) <= max(collar, share * (true.end - true.start))
            fits[i, j] = true.label == told.label and near
    pairs = [(i, j) for i, j in assign(-fits) if fits[i, j]]
    false, missed = len(answer) - len(pairs), len(reference) - len(pairs)
    used, found = {j for _, j in pairs}, {i for i, _ in pairs}
    return Counts(len(pairs), false, missed, _swapped(reference, answer, found, used, collar, share, ends))


def per_class(reference: Sequence[Event], answer: Sequence[Event], collar: float = 0.2, share: float = 0.5) -> dict[str, Counts]:
    """Event-based counts of each label."""
    names = sorted({e.label for e in (*reference, *answer)})
    return {
        name: event_counts([e for e in reference if e.label == name], [e for e in answer if e.label == name], collar, share)
        for name in names
    }


def _swapped(
    reference: Sequence[Event], answer: Sequence[Event], found: set[int], used: set[int], collar: float, share: float, ends: bool
) -> int:
    """Missed events whose place is right but whose label is not, each answer counted once in order."""
    count, free = 0, [j for j in range(len(answer)) if j not in used]
    for i, true in enumerate(reference):
        if i in found:
            continue
        for j in free:
            told = answer[j]
            near = abs(true.start - told.start) <= collar
            if ends:
                near = near and abs(true.end - told.end) <= max(collar, share * (true.end - true.start))
            if near and true.label != told.label:
                free.remove(j)
                count += 1
                break
    return count


def _roll(events: Sequence[Event], names: list[str], steps: int, step: float) -> np.ndarray:
    roll = np.zeros((steps, len(names)), dtype=bool)
    for event in events:
        roll[math.floor(event.start / step) : math.ceil(event.end / step), names.index(event.label)] = True
    return roll
