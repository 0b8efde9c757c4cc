"""Labels of long recordings become clips, and what is said of clips becomes labels of recordings again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from aural.corpora.cuts import FORMATS, CutOptions, Guess, cut, labeled, labels_beside, read_events, write_back
from aural.corpora.manifest import Clip, read_manifest, write_manifest
from aural.corpora.rows import rows
from aural.corpora.split import grouped_by
from aural.errors import FormatError, UsageError
from aural.results import Event
from aural.sound.sound import Sound

EVENTS = (Event(1.0, 2.0, "dog"), Event(1.5, 3.0, "cat"), Event(6.0, 6.2, "dog"))
LONG = Clip(Path("a.wav"), "a.wav", duration=10.0, events=EVENTS)


def parts(clips: list[Clip]) -> list[tuple[float, float | None, tuple[str, ...]]]:
    return [(c.start, c.duration, c.labels) for c in clips]


def test_each_event_is_a_clip_of_its_recording() -> None:
    found = cut([LONG])
    assert parts(found) == [(1.0, 1.0, ("dog",)), (1.5, 1.5, ("cat",)), (6.0, 0.2, ("dog",))]
    assert {c.group for c in found} == {"a.wav"} and len({c.id for c in found}) == 3 and grouped_by(found * 2) == "recording"
    assert parts(cut([LONG], CutOptions(least=0.5)))[2] == (5.85, 0.5, ("dog",))
    plain = Clip(Path("b.wav"), "b.wav", label="x", labels=("x",))
    assert cut([plain]) == [plain]


def test_the_rest_is_cut_where_it_has_a_name() -> None:
    rest = [c for c in cut([LONG], CutOptions(rest="none")) if c.label == "none"]
    assert parts(rest) == [(s, 1.0, ("none",)) for s in (0.0, 3.0, 4.0, 5.0, 6.2, 7.2, 8.2)]


def test_windows_take_the_labels_that_fill_them() -> None:
    found = cut([LONG], CutOptions(window=2.0, rest="none"))
    assert parts(found) == [
        (0.0, 2.0, ("dog",)), (2.0, 2.0, ("cat",)), (4.0, 2.0, ("none",)), (6.0, 2.0, ("dog",)), (8.0, 2.0, ("none",)),
    ]  # fmt: skip
    assert [c.start for c in cut([LONG], CutOptions(window=2.0, step=1.0))] == [0.0, 1.0, 2.0, 5.0, 6.0]


def test_a_clip_that_is_a_part_keeps_to_its_bounds() -> None:
    part = dataclasses.replace(LONG, start=1.8, duration=1.0)
    assert parts(cut([part])) == [(1.8, 0.2, ("dog",)), (1.8, 1.0, ("cat",))]


@pytest.mark.parametrize("form", FORMATS)
def test_written_back_and_read_again(form: str, tmp_path: Path) -> None:
    guesses = [Guess(c, str(c.label), 0.5) for c in cut([LONG])]
    (place,) = write_back(guesses, tmp_path, form)
    assert place.name.startswith("a.")
    assert [(e.start, e.end, e.label) for e in read_events(place)] == [(e.start, e.end, e.label) for e in EVENTS]


def test_what_touches_and_agrees_becomes_one(tmp_path: Path) -> None:
    windows = [dataclasses.replace(LONG, start=float(k), duration=1.0) for k in range(6)]
    guesses = [Guess(w, label, 0.1 * k) for k, (w, label) in enumerate(zip(windows, "aabbca", strict=True))]
    (place,) = write_back(reversed(guesses), tmp_path)
    assert place.read_text() == "0.000\t2.000\ta\n2.000\t4.000\tb\n4.000\t5.000\tc\n5.000\t6.000\ta\n"


def test_recordings_of_one_name_get_two_files(tmp_path: Path) -> None:
    clips = [Clip(tmp_path / name, name, 0.0, 1.0) for name in ("x/a.wav", "y/a.wav", "y/b.wav", "y/b.flac")]
    written = write_back([Guess(c, "l") for c in clips], tmp_path / "out")
    told = {str(p.relative_to(tmp_path / "out")) for p in written}
    assert told == {"x/a.labels.txt", "y/a.labels.txt", "b.flac.labels.txt", "b.wav.labels.txt"}
    with pytest.raises(UsageError, match="audacity"):
        write_back([], tmp_path, "mp3")
    with pytest.raises(UsageError, match="length"):
        write_back([Guess(Clip(tmp_path / "a.wav", "a"), "l")], tmp_path)


def test_a_folder_of_recordings_with_label_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        Sound(np.full((1, 8000), 0.1, np.float32), 8000).save(tmp_path / f"{name}.wav")
    (tmp_path / "a.txt").write_bytes("\ufeff0.1\t0.4\thund & katze\r\n".encode())
    (tmp_path / "b.rttm").write_text("SPEAKER b 1 0.2 0.3 <NA> <NA> anna <NA> <NA>\n")
    assert labels_beside(tmp_path / "a.wav") == tmp_path / "a.txt" and labels_beside(tmp_path / "c.wav") is None
    found = rows(tmp_path)
    assert [(c.id, [(e.start, e.label) for e in c.events or ()]) for c in found] == [
        ("a.wav", [(0.1, "hund & katze")]), ("b.wav", [(0.2, "anna")]),
    ]  # fmt: skip
    write_manifest(cut(found), tmp_path / "cut.jsonl")
    assert [(c.start, c.duration, c.label) for c in read_manifest(tmp_path / "cut.jsonl")] == [
        (0.1, 0.3, "hund & katze"), (0.2, 0.3, "anna"),
    ]  # fmt: skip
    (tmp_path / "b.rttm").write_text("SPEAKER b 1 x\n")
    with pytest.raises(FormatError, match=r"b\.rttm:1"):
        labeled(tmp_path / "b.wav", tmp_path / "b.rttm")
    with pytest.raises(UsageError, match="no label file"):
        read_events(tmp_path / "a.wav")
