"""Times of a row on the clip's own clock: moved by its start, cut at its bounds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.corpora.manifest import Clip
from aural.corpora.truths import events_of, notes_of, pitch_of, times_of
from aural.errors import ManifestError
from aural.results import Event


def clip(**known: Any) -> Clip:
    return Clip(Path("a.wav"), "a.wav", start=1.0, duration=2.0, extra=known)


def test_events_are_moved_and_cut() -> None:
    row = Clip(
        Path("a.wav"),
        "a.wav",
        start=1.0,
        duration=2.0,
        events=(Event(0, 1, "a"), Event(0.5, 1.5, "b"), Event(2.5, 9, "c"), Event(3, 4, "d")),
    )
    assert [(e.start, e.end, e.label) for e in events_of(row) or ()] == [(0, 0.5, "b"), (1.5, 2.0, "c")]
    assert events_of(clip()) is None


def test_notes_moments_and_pitch() -> None:
    row = clip(
        notes=[{"start": 2.9, "end": 5, "pitch": 61}, {"start": 0, "end": 1.5, "pitch": 60}, {"start": 3.5, "end": 4, "pitch": 62}],
        times=[2.5, 0.2, 1.0, 3.0],
        pitch={"hop": 0.5, "values": [100, None, 0, 200.5]},
    )
    assert [(n.start, round(n.end, 6), n.pitch) for n in notes_of(row) or ()] == [(0, 0.5, 60), (1.9, 2.0, 61)]
    assert times_of(row).tolist() == [0.0, 1.5]  # type: ignore[union-attr]
    curve = pitch_of(row)
    assert curve is not None and (curve.start, curve.hop) == (-1.0, 0.5)
    assert np.array_equal(curve.values, [100, np.nan, np.nan, 200.5], equal_nan=True)
    assert notes_of(clip()) is None is times_of(clip()) and pitch_of(clip()) is None


@pytest.mark.parametrize(
    "known", [{"notes": [1]}, {"times": 3}, {"pitch": {"hop": -1, "values": [1]}}, {"pitch": {"hop": 1, "values": ["a"]}}]
)
def test_what_does_not_hold_is_named(known: dict[str, Any]) -> None:
    read = {"notes": notes_of, "times": times_of, "pitch": pitch_of}[next(iter(known))]
    with pytest.raises(ManifestError, match=next(iter(known))):
        read(clip(**known))
