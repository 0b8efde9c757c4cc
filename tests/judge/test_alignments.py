"""Pictures of errors: word under word, marks below, long texts in rows, the worst clips first."""

from __future__ import annotations

from aural.judge.alignments import picture, report


def test_words_stand_under_words() -> None:
    told = picture("the cat sat on mats".split(), "the bat on mats now".split())
    assert told.splitlines() == [
        "said   the cat sat on mats ***",
        "heard  the bat *** on mats now",
        "           S   D           I",
    ]
    assert picture([], []) == "said\nheard"
    assert picture(["a"], []).splitlines() == ["said   a", "heard  *", "       D"]


def test_long_texts_are_cut_in_rows() -> None:
    words = [f"word{i}" for i in range(40)]
    rows = picture(words, words, width=60).splitlines()
    assert len(rows) > 4 and all(len(r) <= 60 for r in rows)
    assert " ".join(r[7:] for r in rows if r.startswith("said")).split() == words


def record(name: str, said: str, heard: str, errors: int) -> dict[str, object]:
    words = {"reference": said, "answer": heard, "errors": errors, "words": len(said.split())}
    return {"id": name, "condition": "clean", "words": words}


def test_the_worst_come_first_and_confusions_are_counted() -> None:
    told = report([record("a", "x y", "x y", 0), record("b", "x y", "x z", 1), record("c", "x y", "z z", 2)], 1)
    assert told.startswith("2 of 3 clips have errors; the 1 with most:")
    assert "c: 100.0 %, 2 of 2 words" in told and "\nb:" not in told
    assert "   2 x  y -> z" in told and "   1 x  x -> z" in told
    assert report([], 5) == "0 of 0 clips have errors:"
