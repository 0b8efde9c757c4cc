"""cpWER and tcpWER against meeteval and by property."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.metrics.meetings import cp_errors, cpwer, speaker_errors, spread, tcp_errors, tcpwer
from aural.results import Word

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "meetings.json").read_text())["cases"]


def words(rows: list) -> list[Word]:
    return [Word(start, end, text, speaker=speaker) for start, end, text, speaker in rows]


@pytest.mark.parametrize("case", GOLDEN, ids=range(len(GOLDEN)))
def test_equal_to_meeteval(case: dict) -> None:
    reference, answer = words(case["reference"]), words(case["answer"])
    told = cp_errors(reference, answer)
    assert [told.errors, told.length] == case["cp"]
    for collar, expected in case["tcp"].items():
        timed = tcp_errors(reference, answer, float(collar))
        assert [timed.errors, timed.length] == expected


def test_speaker_names_do_not_matter_and_mixing_them_up_does() -> None:
    reference = spread("one two three", 0, 3, "A") + spread("four five six", 3, 6, "B")
    renamed = spread("one two three", 0, 3, "x") + spread("four five six", 3, 6, "y")
    assert cpwer(reference, renamed) == 0 == tcpwer(reference, renamed, 0.0)
    merged = spread("one two three", 0, 3, "x") + spread("four five six", 3, 6, "x")
    assert cpwer(reference, merged) == 1.0
    assert set(cp_errors(reference, merged).pairs) in ({("A", "x"), ("B", None)}, {("B", "x"), ("A", None)})


def test_a_word_at_the_wrong_time_counts_twice_once_time_matters() -> None:
    reference = [Word(1, 1.2, "yes", speaker="A")]
    late = [Word(9, 9.2, "yes", speaker="x")]
    assert cpwer(reference, late) == 0
    assert tcpwer(reference, late, 5.0) == 2
    assert tcpwer(reference, late, 8.0) == 0


def test_parts_of_pairs_sum_to_the_whole() -> None:
    case = GOLDEN[5]
    reference, answer = words(case["reference"]), words(case["answer"])
    assert sum(e.total for e in speaker_errors(reference, answer).values()) == case["cp"][0]


def test_spread_by_letters() -> None:
    spans = [(w.start, w.end) for w in spread("a bbb", 2, 4, "A")]
    assert spans == [(2.0, 2.5), (2.5, 4.0)]
    (point,) = spread("word", 1, 3, "A", points=True)
    assert point.start == pytest.approx(1.9995) and point.end == pytest.approx(2.0005)
    assert spread("", 0, 1, "A") == []


def test_empty_sides() -> None:
    some = spread("one two", 0, 1, "A")
    assert cpwer([], []) == 0
    assert cpwer(some, []) == 1
    assert cpwer([], some) == 2


def test_a_word_without_speaker_is_refused() -> None:
    with pytest.raises(UsageError, match="has no speaker"):
        cpwer([Word(0, 1, "hi")], [])
    with pytest.raises(UsageError, match="collar"):
        tcpwer([], [], -1)
