"""Identification: the right name, unknown below the threshold, another model refused; names in diarization."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import ModelRefused, UsageError
from aural.results import Speaker
from aural.stores.speakers import Book, Entry
from aural.tasks import identify
from aural.tasks._book import SUGGESTED, named


def _audio(data: Path, name: str) -> Path:
    return data / "librispeech_mini" / "audio" / name


@pytest.mark.weights
def test_known_and_unknown(data: Path, tmp_path: Path) -> None:
    book = str(tmp_path / "voices.db")
    aural.enroll("Sarah", _audio(data, "1688-142285-0001.opus"), book=book, threads=1)
    aural.enroll("Bob", _audio(data, "1069-133699-0000.opus"), book=book, threads=1)
    found = aural.identify(_audio(data, "1688-142285-0003.opus"), book=book, threads=1)
    assert [m.name for m in found] == ["Sarah", "Bob"] and [m.accepted for m in found] == [True, False]
    stranger = aural.identify(_audio(data, "1088-129236-0000.opus"), book=book, threads=1)
    assert not any(m.accepted for m in stranger) and identify.TASK.show(stranger).startswith("unknown")
    assert aural.identify(_audio(data, "1088-129236-0000.opus"), book=book, reject=True, threads=1) == []
    assert len(aural.identify(_audio(data, "1688-142285-0003.opus"), book=book, top=1, threads=1)) == 1


@pytest.mark.weights
def test_a_book_of_another_model_is_refused(data: Path, tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [Entry(np.ones(512), "other model", "r", "r", 5.0)])
    with pytest.raises(ModelRefused, match="another model"):
        aural.identify(_audio(data, "1688-142285-0003.opus"), book=str(tmp_path / "v.db"), threads=1)


def test_an_empty_book_and_no_names(tmp_path: Path) -> None:
    sound = (np.zeros(100, np.float32), 16000)
    with pytest.raises(UsageError, match="empty"):
        aural.identify(sound, book=str(tmp_path / "none.db"))
    with pytest.raises(UsageError, match="--top"):
        aural.identify(sound, top=0)


def test_names_are_suggested_once_each_and_only_when_alike(tmp_path: Path) -> None:
    centers = np.eye(4, dtype=np.float32)[:3]
    speakers = tuple(Speaker(f"SPEAKER_0{i}") for i in range(3))
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [Entry(np.array([1.0, 0.3, 0, 0]), "m", "1", "1", 5.0)])
        book.add("Bob", [Entry(np.array([0, 0, 0.3, 1.0]), "m", "2", "2", 5.0)])
    found = named(speakers, centers, "m", tmp_path / "v.db")
    assert [s.name for s in found] == ["Sarah", None, None]
    assert found[0].score is not None and found[0].score > SUGGESTED
    assert named(speakers, centers, "other", tmp_path / "v.db") == speakers
    assert named(speakers, centers, "m", tmp_path / "none.db") == speakers
