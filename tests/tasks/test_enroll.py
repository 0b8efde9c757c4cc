"""Enrolling: from recordings and from a diarized result; list, merge, forget; nothing half done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import SoundError, UsageError
from aural.formats import json as result_json
from aural.results import Recording, Report, Result, Span, Turn
from aural.sound.sound import load
from aural.sound.source import Source
from aural.tasks.enroll import _without

SARAH, BOB = "1688-142285-0001.opus", "1069-133699-0000.opus"


@pytest.fixture()
def book(tmp_path: Path) -> str:
    return str(tmp_path / "voices.db")


def _audio(data: Path, name: str) -> Path:
    return data / "librispeech_mini" / "audio" / name


def test_parts_of_a_turn_without_others() -> None:
    turn = Span(1.0, 10.0)
    assert _without(turn, [Span(3.0, 4.0), Span(9.0, 12.0), Span(20.0, 21.0)]) == [Span(1.0, 3.0), Span(4.0, 9.0)]
    assert _without(turn, [Span(0.5, 11.0)]) == []


@pytest.mark.weights
def test_enroll_list_merge_forget(data: Path, book: str) -> None:
    report = aural.enroll("Sarah", _audio(data, SARAH), book=book, threads=1)
    assert isinstance(report, Report) and report["recordings"] == 1
    aural.enroll("S.", _audio(data, "1688-142285-0003.opus"), book=book, threads=1)
    assert aural.enroll("Sarah", None, merge=("S.",), book=book)["recordings"] == 2
    assert list(aural.enroll(None, None, list=True, book=book).sections) == ["Sarah"]
    aural.enroll("Sarah", None, forget=True, book=book)
    assert aural.enroll(None, None, list=True, book=book).sections == {}


@pytest.mark.weights
def test_enrolls_a_speaker_of_a_diarized_result(data: Path, book: str, tmp_path: Path) -> None:
    one, other = (load(_audio(data, n), rate=16000, mono=True, end=6.0).samples[0][:96000] for n in (SARAH, BOB))
    samples = np.concatenate([one, other])
    sound = (samples, 16000)
    sha = Source(sound).recording.sha256
    turns = (Turn(0.0, 6.0, speaker="SPEAKER_00"), Turn(6.0, 12.0, speaker="SPEAKER_01"))
    told = tmp_path / "talk.json"
    told.write_text(result_json.write(Result(Recording("talk", 12.0, 16000, 1, sha), turns=turns)), encoding="utf-8")
    report = aural.enroll("Bob", sound, result=str(told), speaker="SPEAKER_01", book=book, threads=1)
    assert report["voice"] is not None and 2 < float(report["voice"]) < 6.1
    (best, *_) = aural.identify(_audio(data, BOB), book=book, threads=1)
    assert best.name == "Bob" and best.accepted
    (nearest, *_) = aural.identify(_audio(data, SARAH), book=book, threads=1)
    assert not nearest.accepted
    with pytest.raises(UsageError, match="no 'SPEAKER_09'"):
        aural.enroll("X", sound, result=str(told), speaker="SPEAKER_09", book=book, threads=1)
    with pytest.raises(UsageError, match="another recording"):
        aural.enroll("X", _audio(data, SARAH), result=str(told), speaker="SPEAKER_01", book=book, threads=1)


@pytest.mark.weights
def test_nothing_is_written_when_a_recording_has_no_voice(book: str) -> None:
    with pytest.raises(SoundError):
        aural.enroll("Nobody", (np.zeros(32000, np.float32), 16000), book=book, threads=1)
    assert not Path(book).exists()


def test_says_what_is_missing(book: str) -> None:
    with pytest.raises(UsageError, match="no recording"):
        aural.enroll("Sarah", None, book=book)
    with pytest.raises(UsageError, match="nobody is named"):
        aural.enroll(None, None, book=book)
    with pytest.raises(UsageError, match="--speaker needs --result"):
        aural.enroll("Sarah", (np.zeros(100, np.float32), 16000), speaker="SPEAKER_00", book=book)
    with pytest.raises(UsageError, match="nobody called"):
        aural.enroll("Sarah", None, forget=True, book=book)
