"""Event F1 against sed_eval and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.metrics._counts import Counts
from aural.metrics.events import event_counts, event_f1, per_class, segment_counts, segment_f1
from aural.results import Event

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "events.json").read_text())["cases"]


def events(rows: list) -> list[Event]:
    return [Event(start, end, label) for start, end, label in rows]


@pytest.mark.parametrize("case", GOLDEN, ids=range(len(GOLDEN)))
def test_equal_to_sed_eval(case: dict) -> None:
    reference, answer = events(case["reference"]), events(case["answer"])
    for counts, name in (
        (segment_counts(reference, answer), "segment"),
        (event_counts(reference, answer), "event"),
        (event_counts(reference, answer, ends=False), "onset"),
    ):
        assert [counts.f1, counts.error_rate] == pytest.approx(case[name], abs=1e-9), name


def test_starts_ends_and_labels_decide() -> None:
    true = events([(1, 3, "dog")])
    assert event_f1(true, events([(1.15, 3.9, "dog")])) == 1
    assert event_f1(true, events([(1.25, 3.0, "dog")])) == 0
    assert event_f1(true, events([(1, 4.1, "dog")])) == 0
    assert event_f1(true, events([(1, 3, "cat")])) == 0
    assert event_counts(true, events([(1, 3, "cat")])).error_rate == 1


def test_segments() -> None:
    told = segment_counts(events([(0, 2, "dog")]), events([(1, 3, "dog")]))
    assert (told.hits, told.false_alarms, told.misses) == (1, 1, 1)
    assert segment_f1(events([(0, 2, "dog")]), events([(1, 3, "dog")])) == pytest.approx(0.5)


def test_nothing_and_sums() -> None:
    assert event_f1([], []) == 1 == segment_f1([], [])
    some = events([(0, 1, "dog")])
    assert event_f1(some, []) == 0 == event_f1([], some)
    assert event_counts(some, some) + event_counts(some, []) == Counts(1, 0, 1, 0)
    assert set(per_class(some, events([(0, 1, "cat")]))) == {"dog", "cat"}


def test_what_cannot_be_judged_is_refused() -> None:
    with pytest.raises(UsageError, match="no label"):
        event_f1(events([(0, 1, "")]), [])
    with pytest.raises(UsageError, match="step"):
        segment_f1([], [], step=0)
