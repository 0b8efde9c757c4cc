"""Voices: only speech answers, spans, nothing without speech; and real voices."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.models.card import Card, Licences
from aural.models.face import Scorer
from aural.results import Question, Span
from aural.sound.source import Source
from aural.tasks import gender

RATE = 16_000


class Sign(Scorer):
    """Female where the window's mean is positive, else male; 0.6 s windows each 0.3 s."""

    def __init__(self) -> None:
        self.card = Card("sign", "gender", "test", Licences("", "", "", True, ""), "", question=Question("frame", "class"),
                         labels=("female", "male"), window=0.6, hop=0.3)  # fmt: skip

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        window, hop = int(0.6 * RATE), int(0.3 * RATE)
        count = 1 + max(0, -(-(samples.shape[1] - window) // hop))
        female = np.array([float(samples[0, i * hop : i * hop + window].mean() > 0) for i in range(count)])
        return np.stack([female, 1 - female], axis=1)[None]

    def close(self) -> None:
        return


@pytest.fixture
def voices() -> gender.Voices:
    heard = gender.Voices(Sign())
    for value in (0.1, 0.1, 0.1, -0.1, -0.1, -0.1):
        heard.push(np.full(RATE, value, np.float32))
    heard.finish()
    return heard


def test_each_span_gets_the_answer_of_its_own_frames(voices: gender.Voices) -> None:
    first, second = voices.over([Span(0.0, 2.5)]), voices.over([Span(3.5, 6.0)])
    assert first is not None and (first[0].label, first[0].score) == ("female", 1.0)
    assert second is not None and second[0].label == "male"
    both = voices.over([Span(0.0, 2.5), Span(3.5, 6.0)])
    assert both is not None and sum(label.score or 0 for label in both) == pytest.approx(1.0)


def test_a_span_between_frames_asks_the_nearest(voices: gender.Voices) -> None:
    answer = voices.over([Span(5.31, 5.35)])
    assert answer is not None and answer[0].label == "male"


def test_without_spans_there_is_no_answer(voices: gender.Voices) -> None:
    assert voices.over([]) is None


@pytest.mark.weights
def test_no_speech_no_answer() -> None:
    result = aural.gender(Source.from_samples(np.zeros(2 * RATE), RATE))
    assert result.labels == () and result.events == ()
    assert gender.show(result) == "No speech was found."


@pytest.mark.weights
def test_real_voices(data: Path) -> None:
    folder = data / "librispeech_mini"
    rows = [json.loads(line) for line in (folder / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    chosen = [next(r for r in rows if r["gender"] == g and 4 < r["duration"] < 9) for g in ("female", "male")]
    for row in chosen:
        result = aural.gender(folder / row["audio"])
        assert result.labels[0].label == row["gender"]
        assert result.events and all(e.layer == "gender" for e in result.events)
