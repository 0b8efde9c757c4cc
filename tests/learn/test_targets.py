"""The truth of a clip as arrays: names, places of frames, parts of recordings, and rows that lack it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural import find
from aural.corpora.manifest import Clip
from aural.errors import LearningError, ManifestError
from aural.learn.targets._face import Grid
from aural.learn.targets._text import text_of
from aural.nets.cells import CELLS
from aural.results import Event

GRID = Grid(80, 8000, 100)  # 10 ms, one second


def clip(**known: Any) -> Clip:
    own = {k: known.pop(k) for k in ("start", "duration", "text", "label", "labels", "events") if k in known}
    return Clip(Path("a.wav"), "a.wav", extra=known, **own)


def page(cell: str) -> Any:
    return find.page("learn/targets", cell)


def test_every_cell_has_its_page() -> None:
    """But for the text of a clip, which the method cuts into its own units."""
    assert {f"{over}_{answer}" for over, answer in CELLS} - {"sequence_class"} == set(find.names("learn/targets"))


@pytest.mark.parametrize("cell", sorted(f"{a}_{b}" for a, b in CELLS if (a, b) not in (("clip", "set"), ("sequence", "class"))))
def test_a_row_without_its_truth_is_named(cell: str) -> None:
    with pytest.raises(LearningError, match="this row has no"):
        page(cell).target(clip(), ("a",), GRID)


def test_classes_sets_and_numbers_of_clips() -> None:
    rows = [clip(label="b", labels=("b",)), clip(label="a", labels=("a", "c"))]
    assert page("clip_class").names(rows) == ("a", "b") and page("clip_set").names(rows) == ("a", "b", "c")
    assert page("clip_class").target(rows[0], ("a", "b"), GRID).tolist() == [0, 1]
    assert page("clip_set").target(rows[1], ("a", "b", "c"), GRID).tolist() == [1, 0, 1]
    assert page("clip_number").target(clip(label="12.5"), ("age",), GRID).tolist() == [12.5]
    with pytest.raises(LearningError, match="no number"):
        page("clip_number").target(clip(label="old"), ("age",), GRID)


def test_numbers_are_sorted_by_size() -> None:
    assert page("clip_set").names([clip(labels=("10", "9", "x"))]) == ("9", "10", "x")


def test_events_fill_the_frames_that_they_touch() -> None:
    row = clip(start=2.0, duration=1.0, events=(Event(2.1, 2.2, "dog"), Event(2.15, 2.3, "cat"), Event(5, 6, "dog")))
    truth = page("frame_set").target(row, ("cat", "dog"), GRID)
    assert np.flatnonzero(truth[:, 1]).tolist() == list(range(10, 20)) and np.flatnonzero(truth[:, 0]).tolist() == list(
        range(15, 30)
    )
    one = page("frame_class").target(row, ("none", "cat", "dog"), GRID)
    assert (one.sum(axis=1) == 1).all() and one[:, 0].sum() == 80


def test_pitch_is_told_on_a_scale_of_semitones() -> None:
    row = clip(pitch={"hop": 0.005, "values": [0] * 100 + [440.0] * 60 + [None] * 40})
    truth = page("frame_number").target(row, ("midi", "voiced"), GRID)
    assert truth[:, 1].tolist() == [0] * 50 + [1] * 30 + [0] * 20
    assert np.all(truth[50:80, 0] == 69) and np.isnan(truth[:50, 0]).all() and np.isnan(truth[80:, 0]).all()


def test_a_part_of_a_recording_has_its_own_clock() -> None:
    whole = {"pitch": {"hop": 0.01, "values": [None] * 100 + [440.0] * 200}, "times": [0.5, 1.25, 2.5],
             "notes": [{"start": 0.9, "end": 1.1, "pitch": 60}]}  # fmt: skip
    row = clip(start=1.0, duration=1.0, **whole)
    assert page("frame_number").target(row, ("midi", "voiced"), GRID)[:, 1].all()
    assert np.flatnonzero(page("sequence_number").target(row, ("onset",), GRID) == 1).tolist() == [25]
    roll = page("sequence_set").target(row, ("60", "60 begins"), GRID)
    assert roll[:, 0].sum() == 10 and roll[:, 1].sum() == 0, "the note began before the part"


def test_moments_are_bumps() -> None:
    truth = page("sequence_number").target(clip(times=[0.001, 0.5, 0.51, 7.0]), ("onset",), GRID)[:, 0]
    assert np.flatnonzero(truth == 1).tolist() == [0, 50, 51] and np.flatnonzero(truth).tolist() == [0, 1, 49, 50, 51, 52]


def test_notes_are_a_roll_with_beginnings() -> None:
    row = clip(
        notes=[
            {"start": 0.1, "end": 0.2, "pitch": 60},
            {"start": 0.2, "end": 0.3, "pitch": 60},
            {"start": 0, "end": 1, "pitch": 62},
        ]
    )
    names = page("sequence_set").names([row])
    assert names == ("60", "61", "62", "60 begins", "61 begins", "62 begins")
    truth = page("sequence_set").target(row, names, GRID)
    assert np.flatnonzero(truth[:, 0]).tolist() == list(range(10, 30)) and np.flatnonzero(truth[:, 3]).tolist() == [10, 20]
    assert truth[:, 2].all() and np.flatnonzero(truth[:, 5]).tolist() == [0]


def test_the_text_of_a_clip() -> None:
    told = text_of
    assert told(clip(text=" two one  two ")) == "two one two" and told(clip(labels=("three", "one"))) == "three one"
    with pytest.raises(LearningError, match="no text"):
        told(clip())


@pytest.mark.parametrize(
    "row", [{"pitch": {"hop": 0, "values": [1]}}, {"pitch": {"values": [1]}}, {"times": ["x"]}, {"notes": [{"start": 1}]}]
)
def test_rows_that_do_not_hold_are_named(row: dict[str, Any]) -> None:
    key = next(iter(row))
    cell = {"pitch": "frame_number", "times": "sequence_number", "notes": "sequence_set"}[key]
    with pytest.raises(ManifestError, match=key):
        page(cell).target(clip(**row), ("60",), GRID)
