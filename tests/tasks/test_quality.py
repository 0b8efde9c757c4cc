"""How marks are asked for: which stretches are heard, and what is told of them."""

from __future__ import annotations

import numpy as np
import pytest

from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.results import Curve, Question, Recording, Result
from aural.tasks import quality

RATE = 16_000
WINDOW = 144_160


class Mean(Scorer):
    """The mean of each row, under two names."""

    def __init__(self) -> None:
        self.card = Card("mean", "quality", "test", Licences("", "", "", True, ""), "", question=Question("clip", "number"),
                         labels=("overall", "speech"), unit="MOS", window=9.01)  # fmt: skip
        self.rows: list[int] = []

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        self.rows.append(len(samples))
        return np.stack([samples.mean(1), samples.mean(1) + 1], axis=1)

    def close(self) -> None:
        return


def count(seconds: float, block: int = 30 * RATE) -> int:
    sound = np.ones(round(seconds * RATE), np.float32)
    return sum(
        len(s) == WINDOW for s in quality.stretches((sound[i : i + block] for i in range(0, len(sound), block)), WINDOW, RATE)
    )


@pytest.mark.parametrize(
    ("seconds", "stretches"), [(9.01, 1), (9.99, 1), (10.0, 1), (10.99, 1), (11.0, 2), (60.0, 51), (9.0, 9), (5.0, 1), (4.0, 7)]
)
def test_a_stretch_begins_at_each_second_that_ten_follow(seconds: float, stretches: int) -> None:
    assert count(seconds) == stretches


def test_where_blocks_are_cut_does_not_matter() -> None:
    sound = np.random.default_rng(0).standard_normal(13 * RATE).astype(np.float32)
    whole = list(quality.stretches([sound], WINDOW, RATE))
    for block in (777, RATE, 50_001):
        cut = list(quality.stretches((sound[i : i + block] for i in range(0, len(sound), block)), WINDOW, RATE))
        assert len(cut) == len(whole) and all(np.array_equal(a, b) for a, b in zip(cut, whole, strict=True))


def test_stretches_are_heard_some_at_a_time_and_in_order() -> None:
    model = Mean()
    pieces = [np.full(WINDOW, k, np.float32) for k in range(6)]
    assert quality._marked(model, iter(pieces))[:, 0] == pytest.approx(range(6))
    assert model.rows == [4, 2]


def test_marks_are_shown_a_line_each_and_then_over_time() -> None:
    recording = Recording("a", 12.0, RATE, 1)
    result = Result(recording, {}, curves=(
        Curve("overall", "MOS", 0.0, 12.0, np.array([3.256])), Curve("overall over time", "MOS", 4.505, 1.0, np.array([3.0, 3.5])),
    ))  # fmt: skip
    assert quality.show(result).split("\n") == [
        "3.26  overall", "      from  overall", "  0:00.000     3.00", "  0:01.000     3.50",
    ]  # fmt: skip
