"""Channels heard apart: spans carry their channel, speakers its name, times are those of the recording."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from aural import find
from aural.errors import UsageError
from aural.models.shelf import Shelf
from aural.progress import Progress, Quiet
from aural.results import Recording, Report, Result, Segment, Span, Speaker, Turn, Word
from aural.sound.source import Source
from aural.tasks import _channels
from aural.tasks._task import Task

RATE = 8000
LEFT = np.concatenate([np.ones(RATE), np.zeros(RATE)])
STEREO = (0.5 * np.stack([LEFT, 1 - LEFT]).astype(np.float32), RATE)


def loud(source: Source, shelf: Shelf, options: Any, progress: Progress) -> Result:
    """Everything louder than nothing is one word of one speaker."""
    samples = source.load(mono=True).samples[0]
    first, last = np.flatnonzero(samples)[[0, -1]]
    start, end = first / RATE, (last + 1) / RATE
    word = Word(start, end, "da", confidence=0.5, speaker="SPEAKER_00")
    return Result(
        source.recording, {"recognizer": "ear"}, language="en" if first else None, speech=(Span(start, end),),
        segments=(Segment(start, end, "da", words=(word,), speaker="SPEAKER_00"),),
        turns=(Turn(start, end, "SPEAKER_00"),), speakers=(Speaker("SPEAKER_00"),),
    )  # fmt: skip


EAR = Task("source", type("Options", (), {}), loud, str)


def heard(x: Any) -> Result:
    return _channels.run_split(EAR, Source(x), None, Shelf({}), Quiet())


def test_each_channel_is_heard_on_its_own() -> None:
    result = heard(STEREO)
    assert result.recording.channels == 2
    assert [(s.channel, s.start, s.end) for s in result.segments or ()] == [(0, 0.0, 1.0), (1, 1.0, 2.0)]
    assert [(w.channel, w.speaker) for w in result.words()] == [(0, "CHANNEL_0_SPEAKER_00"), (1, "CHANNEL_1_SPEAKER_00")]
    assert [t.speaker for t in result.turns or ()] == [s.label for s in result.speakers or ()]
    assert result.language == "en", "a channel that tells no language does not hide the other's"
    assert result.made_by == {"recognizer": "ear"}


def test_one_channel_keeps_its_speakers() -> None:
    result = heard((STEREO[0][:1], RATE))
    assert [s.label for s in result.speakers or ()] == ["SPEAKER_00"]
    assert [t.channel for t in result.turns or ()] == [0]


def test_spans_are_sorted_by_time() -> None:
    recording = Recording("x", 9.0, RATE, 2)
    one, other = (Result(recording, speech=tuple(Span(t, t + 0.5) for t in times)) for times in ((1.0, 5.0), (0.0, 3.0)))
    joined = _channels.joined(recording, [one, other])
    assert [(s.start, s.channel) for s in joined.speech or ()] == [(0.0, 1), (1.0, 0), (3.0, 1), (5.0, 0)]
    assert joined.segments is None


def test_what_is_no_result_is_not_split() -> None:
    info = find.page("tasks", "info").TASK
    with pytest.raises(UsageError, match="all channels together"):
        _channels.run_split(info, Source(STEREO), info.options(pitch=False), Shelf({}), Quiet())
    assert isinstance(info.run(Source(STEREO), Shelf({}), info.options(pitch=False), Quiet()), Report)
