"""DER and JER against pyannote.metrics and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.metrics.diarization import der, jer, mapping, parts, speaker_count_error
from aural.results import Span, Turn

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "diarization.json").read_text())["cases"]


def turns(rows: list) -> list[Turn]:
    return [Turn(start, end, speaker) for start, end, speaker in rows]


@pytest.mark.parametrize("case", GOLDEN, ids=range(len(GOLDEN)))
def test_equal_to_pyannote(case: dict) -> None:
    reference, answer = turns(case["reference"]), turns(case["answer"])
    for collar, skip, scored, (missed, false, confused, total, rate), jaccard in case["told"]:
        uem = [Span(*u) for u in case["uem"]] if scored else None
        told = parts(reference, answer, uem, collar, skip)
        assert [told.missed, told.false, told.confused, told.total] == pytest.approx([missed, false, confused, total], abs=1e-9)
        assert told.rate == pytest.approx(rate, abs=1e-9)
        assert jer(reference, answer, uem, collar, skip) == pytest.approx(jaccard, abs=1e-9)


def test_by_hand() -> None:
    reference = turns([(0, 10, "A"), (8, 12, "B")])
    assert der(reference, reference) == 0 == jer(reference, reference)
    alone = turns([(0, 12, "x")])
    told = parts(reference, alone)
    # two seconds of overlap have a speaker too few, and the last two are B's, not A's
    assert (told.missed, told.false, told.confused, told.total) == pytest.approx((2, 0, 2, 14))
    assert mapping(reference, alone) == {"x": "A"}
    assert parts(reference, alone, skip_overlap=True).missed == 0
    assert der(reference, []) == 1


def test_a_collar_forgives_edges_only() -> None:
    reference, answer = turns([(1, 5, "A")]), turns([(1.2, 5.2, "x")])
    assert der(reference, answer) == pytest.approx(0.4 / 4)
    assert der(reference, answer, collar=0.25) == 0
    assert der(reference, answer, collar=0.1) == pytest.approx(0.2 / 3.8)


def test_only_the_scored_part_counts() -> None:
    reference, answer = turns([(0, 4, "A")]), turns([(0, 4, "x"), (6, 9, "y")])
    assert parts(reference, answer).false == 3
    assert parts(reference, answer, [Span(0, 5)]).false == 0


def test_names_change_nothing_and_doubled_turns_count_once() -> None:
    reference = turns([(0, 4, "A"), (3, 6, "B")])
    assert der(reference, turns([(0, 4, "B"), (3, 6, "A")])) == 0
    assert der(reference, turns([(0, 3, "p"), (2, 4, "p"), (3, 6, "q")])) == 0


def test_nothing_to_find() -> None:
    assert der([], []) == 0 == jer([], [])
    assert der([], turns([(0, 1, "x")])) == 1 == jer([], turns([(0, 1, "x")]))


def test_speaker_count() -> None:
    reference = turns([(0, 1, "A"), (1, 2, "B")])
    assert speaker_count_error(reference, turns([(0, 2, "x")])) == -1
    assert speaker_count_error(reference, turns([(0, 1, "x"), (1, 2, "y"), (2, 3, "z")])) == 1


def test_a_negative_collar_is_refused() -> None:
    with pytest.raises(UsageError, match="collar"):
        der([], [], collar=-0.1)
