"""Language: which stretches are asked about, how they vote, and the answer on real clips."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aural
from aural.errors import UsageError
from aural.results import Span
from aural.sound.source import Source
from aural.tasks import language


def spans(lengths: list[tuple[float, float]]) -> list[Span]:
    found, at = [], 0.0
    for pause, length in lengths:
        found.append(Span(at + pause, at + pause + length))
        at += pause + length
    return found


@given(st.lists(st.tuples(st.floats(0.1, 20), st.floats(0.2, 70)), max_size=30), st.integers(1, 6))
def test_stretches_begin_with_speech_and_are_not_too_long(lengths: list[tuple[float, float]], count: int) -> None:
    speech = spans(lengths)
    found = language.stretches(speech, count, 30.0)
    assert len(found) <= count and bool(found) == bool(speech)
    starts = {s.start for s in speech}
    for span, voiced in found:
        assert span.start in starts and span.duration <= 30.0 + 1e-6 and 0 < voiced <= span.duration + 1e-6
    assert [s.start for s, _ in found] == sorted(s.start for s, _ in found)


def test_each_part_of_a_long_recording_is_asked() -> None:
    speech = spans([(1.0, 29.0)] * 20)
    found = language.stretches(speech, 4, 30.0)
    assert [int(s.start // 150) for s, _ in found] == [0, 1, 2, 3]


def test_long_stretches_weigh_more() -> None:
    told = [{"de": 0.9, "en": 0.1}, {"de": 0.2, "en": 0.8}]
    assert language.vote(told, [9.0, 1.0])["de"] == pytest.approx(0.83)
    assert language.vote([], []) == {}


def test_options_are_checked() -> None:
    with pytest.raises(UsageError):
        aural.language(Source.from_samples(np.zeros(100), 16_000), windows=0)


@pytest.mark.weights
def test_no_speech_no_language() -> None:
    result = aural.language(Source.from_samples(np.zeros(32_000), 16_000))
    assert result.language is None and result.labels == () and language.show(result) == "No speech was found."


@pytest.mark.weights
def test_real_clips(data: Path) -> None:
    rows = [json.loads(line) for line in (data / "languages" / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    for code in ("fr", "pt"):
        row = next(r for r in rows if r["label"] == code and r["source"] == "fleurs")
        result = aural.language(data / "languages" / row["audio"], threads=1)
        assert result.language == code and result.labels[0].label == code
        assert result.events and result.events[0].layer == "language"
