"""Slices, the worst one, and the gap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aural.errors import UsageError
from aural.judge import slices


def record(number: int, errors: int, **keys: Any) -> dict[str, Any]:
    words = {
        "errors": errors, "substituted": errors, "inserted": 0, "deleted": 0, "words": 10, "letter_errors": errors, "letters": 50,
    }  # fmt: skip
    return {"id": f"{number}.wav", "condition": "clean", "group": f"s{number}", "slices": keys, "words": words}


RECORDS = [record(n, 3 if n % 2 else 1, gender="m" if n % 2 else "f", age=n) for n in range(20)]


def test_metrics_with_intervals() -> None:
    told = slices.metrics(RECORDS, ["words"])
    assert told["wer"].value == pytest.approx(0.2) and told["wer"].n == 20
    assert told["wer"].low < 0.2 < told["wer"].high
    assert told["wer"] == slices.metrics(RECORDS, ["words"])["wer"]


def test_worst_and_gap() -> None:
    table = slices.sliced(RECORDS, ["gender"])
    (gap,) = slices.gaps(table, ["words"])
    assert (gap.worst, gap.best, gap.metric) == ("m", "f", "wer")
    assert gap.value == pytest.approx(0.2) and gap.low == pytest.approx(0.2) == gap.high


def test_many_numbers_are_cut_into_bins_of_equal_size() -> None:
    bins = slices.sliced(RECORDS, ["age"])["age"]
    assert [len(rows) for rows in bins.values()] == [5, 5, 5, 5]
    assert next(iter(bins)).startswith("0 to ")


def test_few_numbers_and_texts_stay_as_they_are_and_unknown_comes_last() -> None:
    rows = [record(n, 1, snr=v) for n, v in enumerate([10, 0, None, 20, 0])]
    assert list(slices.sliced(rows, ["snr"])["snr"]) == ["0", "10", "20", "unknown"]
    with pytest.raises(UsageError, match="accent"):
        slices.sliced(rows, ["accent"])


def test_no_gap_without_two_groups_of_two() -> None:
    assert slices.gaps(slices.sliced(RECORDS[:3], ["gender"]), ["words"]) == []


def test_where_more_is_better_the_lowest_is_the_worst() -> None:
    rows = [
        {
            **record(n, 0, kind="a" if n < 4 else "b"),
            "labels": {"right": int(n < 4), "true": ["x"], "told": "x", "scores": {"x": 1.0}},
        }
        for n in range(8)
    ]
    (gap,) = slices.gaps(slices.sliced(rows, ["kind"]), ["labels"])
    assert (gap.worst, gap.best, gap.value) == ("b", "a", 1.0)


def shuffled(seed: int, gap: int, speakers: int = 12) -> list[dict[str, Any]]:
    """Six clips of each speaker, a gap of so many errors between two groups, and noise that belongs to the speaker."""
    rng = np.random.default_rng(seed)
    own = rng.integers(0, 3, speakers)
    return [
        {**record(6 * s + k, int(own[s]) + gap * (s % 2), gender="m" if s % 2 else "f"), "group": f"s{s}"}
        for s in range(speakers)
        for k in range(6)
    ]


def test_a_gap_is_held_against_chance_over_speakers() -> None:
    (large,) = slices.gaps(slices.sliced(shuffled(0, 3), ["gender"]), ["words"])
    assert large.real and large.p is not None and large.p < 0.02
    assert large.chance is not None and 0 < large.chance < large.value
    told = [slices.gaps(slices.sliced(shuffled(n, 0), ["gender"]), ["words"])[0] for n in range(40)]
    assert sum(g.real for g in told) <= 6, "a gap that is none may pass for one in about 1 of 20 draws"


def test_clips_are_drawn_where_a_speaker_lies_in_several_slices() -> None:
    rows = [{**record(n, n % 2, style="read" if n % 2 else "free"), "group": f"s{n % 3}"} for n in range(24)]
    (gap,) = slices.gaps(slices.sliced(rows, ["style"]), ["words"])
    assert gap.real
    (few,) = slices.gaps(slices.sliced([{**r, "group": r["slices"]["style"]} for r in rows], ["style"]), ["words"])
    assert few.chance is None and not few.real, "two speakers are too few to draw"
