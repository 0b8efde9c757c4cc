"""Pitch, moments and notes against mir_eval, PSDS against psds_eval, and by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.errors import UsageError
from aural.metrics import notes as found
from aural.metrics import pitch, psds
from aural.metrics.labels import map_at_k
from aural.results import Event, Note

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "found.json").read_text())


@pytest.mark.parametrize("case", GOLDEN["pitch"], ids=range(len(GOLDEN["pitch"])))
def test_pitch_equals_mir_eval(case: dict) -> None:
    told = pitch.counts(case["true"], case["told"])
    ours = [told.raw_pitch, told.raw_chroma, told.voicing_recall, told.voicing_false_alarm, told.overall]
    assert ours == pytest.approx(case["says"], abs=1e-9)


@pytest.mark.parametrize("case", GOLDEN["onsets"], ids=range(len(GOLDEN["onsets"])))
def test_moments_equal_mir_eval(case: dict) -> None:
    told = found.moments(case["true"], case["told"])
    assert [told.f1, told.precision, told.recall] == pytest.approx(case["says"], abs=1e-9)


@pytest.mark.parametrize("case", GOLDEN["notes"], ids=range(len(GOLDEN["notes"])))
def test_notes_equal_mir_eval(case: dict) -> None:
    true, told = ([Note(s, e, p) for s, e, p in case[side]] for side in ("true", "told"))
    ours = [x for ends in (False, True) for c in [found.notes(true, told, ends=ends)] for x in (c.precision, c.recall, c.f1)]
    assert ours == pytest.approx(case["says"], abs=1e-9)


def _events(rows: list) -> list[Event]:
    return [Event(s, e, k) for s, e, k in rows]


@pytest.mark.parametrize("case", GOLDEN["sounds"], ids=range(len(GOLDEN["sounds"])))
def test_psds_equals_psds_eval(case: dict) -> None:
    for dtc, gtc, cttc, ct, st, most, says in case["says"]:
        asked = psds.Scenario(dtc, gtc, cttc, ct, st, most)
        parts = [
            psds.counts(_events(rows), {float(t): _events(told[name]) for t, told in case["told"].items()}, case["labels"],
                        case["seconds"], asked)
            for name, rows in case["truth"].items()
        ]  # fmt: skip
        assert psds.psds(sum(parts[1:], parts[0]), asked) == pytest.approx(says, abs=1e-6), asked


def test_psds_at_its_ends() -> None:
    true = _events([[1, 2, "a"], [4, 5, "b"]])
    perfect = psds.counts(true, dict.fromkeys((0.3, 0.6), true), ("a", "b"), 10.0)
    silent = psds.counts(true, {0.5: []}, ("a", "b"), 10.0)
    assert psds.psds(perfect) == pytest.approx(1.0) and psds.psds(silent) == 0.0
    assert np.isnan(psds.psds(psds.counts([], {0.5: true}, ("a", "b"), 10.0)))


def test_pitch_by_hand() -> None:
    nothing = float("nan")
    told = pitch.counts([440, 440, nothing, 220], [440, 880, 100, nothing])
    assert (told.raw_pitch, told.raw_chroma, told.voicing_false_alarm, told.overall) == (1 / 3, 2 / 3, 1.0, 0.25)
    assert (
        pitch.raw_pitch_accuracy([440], [440 * 2 ** (49 / 1200)]) == 1
        and pitch.raw_pitch_accuracy([440], [440 * 2 ** (51 / 1200)]) == 0
    )
    with pytest.raises(UsageError, match="compared"):
        pitch.counts([1, 2], [1])


def test_moments_are_paired_one_to_one() -> None:
    told = found.moments([1.0, 1.04], [1.02])
    assert (told.hits, told.false_alarms, told.misses) == (1, 0, 1)
    assert found.moments([], []).f1 == 1


def test_map_at_3_is_one_over_the_rank() -> None:
    truth, scores = np.eye(4, dtype=bool), np.array([[4, 3, 2, 1]] * 4, float)
    assert map_at_k(truth, scores, 3) == pytest.approx((1 + 1 / 2 + 1 / 3 + 0) / 4)
    both = np.array([[True, True, False, False]])
    assert map_at_k(both, np.array([[1.0, 0.2, 0.5, 0.1]]), 3) == pytest.approx((1 + 2 / 3) / 2)
