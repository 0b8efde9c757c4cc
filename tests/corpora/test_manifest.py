"""Manifests: what is read, and a complaint with file and line for everything else."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from aural.corpora.manifest import Clip, read_manifest
from aural.errors import ManifestError
from aural.results import Event, Span, Turn


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "audio").mkdir()
    for name in ("a.wav", "b.wav"):
        (tmp_path / "audio" / name).write_bytes(b"RIFF")
    return tmp_path


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "m.jsonl"
    path.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows) + "\n", encoding="utf-8")
    return path


def test_a_row_with_everything(folder: Path) -> None:
    (folder / "a.rttm").write_text("SPEAKER a 1 0.5 1.0 <NA> <NA> B <NA> <NA>\nSPEAKER a 1 0.2 0.3 <NA> <NA> A <NA> <NA>\n")
    row = {
        "audio": "audio/a.wav", "start": 0, "duration": 2.5, "text": "hi", "label": "x", "labels": ["y"],
        "speaker": 7, "group": "g",
        "events": [{"start": 0.1, "end": 0.4, "label": "dog"}], "rttm": "a.rttm", "split": "valid", "licence": "CC0",
        "gender": "female", "snr": 10,
    }  # fmt: skip
    (clip,) = read_manifest(written(folder, row))
    assert clip.audio == folder / "audio" / "a.wav" and clip.id == "audio/a.wav"
    assert (clip.duration, clip.text, clip.labels, clip.speaker) == (2.5, "hi", ("x", "y"), "7")
    assert clip.events == (Event(0.1, 0.4, "dog"),)
    assert clip.known_turns() == (Turn(0.2, 0.5, "A"), Turn(0.5, 1.5, "B"))
    assert clip.extra == {"gender": "female", "snr": 10}
    assert (clip.value("gender"), clip.value("snr"), clip.value("speaker"), clip.value("age")) == ("female", 10, "7", None)


def test_gzip_blank_lines_and_nemo_names(folder: Path) -> None:
    rows = '\ufeff{"audio_filepath": "audio/a.wav", "offset": 1.5, "duration": 2}\n\n{"audio": "audio/b.wav"}\n'
    path = folder / "m.jsonl.gz"
    path.write_bytes(gzip.compress(rows.encode()))
    first, second = read_manifest(path)
    assert (first.start, first.duration, first.id) == (1.5, 2.0, "audio/a.wav@1.5+2")
    assert second == Clip(folder / "audio" / "b.wav", "audio/b.wav", where=f"{path}:3")
    assert second.known_turns() is None and second.known_utterances() is None and second.scored_parts() is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{"audio": ', "no JSON"),
        ("[1]", "no JSON object"),
        ('{"audio": "audio/a.wav", "start": NaN}', "no number in JSON"),
        ({"text": "hi"}, "names no audio"),
        ({"audio": "audio/c.wav"}, "is not there"),
        ({"audio": "audio"}, "is not there"),
        ({"audio": 3}, "names no audio"),
        ({"audio": "audio/a.wav", "start": -1}, "start is -1 s"),
        ({"audio": "audio/a.wav", "duration": -0.5}, "duration is -0.5 s"),
        ({"audio": "audio/a.wav", "duration": 0}, "duration is 0"),
        ({"audio": "audio/a.wav", "duration": "long"}, "duration is 'long'"),
        ({"audio": "audio/a.wav", "duration": True}, "duration is True"),
        ({"audio": "audio/a.wav", "text": 5}, "text is 5"),
        ({"audio": "audio/a.wav", "speaker": ["x"]}, "speaker is"),
        ({"audio": "audio/a.wav", "labels": "dog"}, "labels is"),
        ({"audio": "audio/a.wav", "events": [{"start": 2, "end": 1, "label": "x"}]}, "events do not hold"),
        ({"audio": "audio/a.wav", "events": [{"start": 2}]}, "events do not hold"),
        ({"audio": "audio/a.wav", "rttm": "no.rttm"}, "the file of rttm"),
        ({"audio": "audio/a.wav", "turns": [{"start": 1}]}, "turn 1 does not hold"),
        ({"audio": "audio/a.wav", "uem": "no.uem"}, "the file of uem"),
    ],
    ids=range(20),
)
def test_every_complaint_names_the_line(folder: Path, row: Any, told: str) -> None:
    path = written(folder, {"audio": "audio/b.wav"}, row)
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert told in str(caught.value)
    assert caught.value.where == f"{path}:2"


def test_bytes_that_are_no_text_and_broken_gzip(folder: Path) -> None:
    path = folder / "m.jsonl"
    path.write_bytes(b'{"audio": "\xff\xfe"}\n')
    with pytest.raises(ManifestError, match=r"m\.jsonl:1"):
        read_manifest(path)
    path.write_bytes(gzip.compress(b'{"audio": "audio/a.wav"}')[:-6])
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(path)


def test_missing_and_empty_manifests(folder: Path) -> None:
    with pytest.raises(ManifestError, match="no such manifest"):
        read_manifest(folder / "none.jsonl")
    with pytest.raises(ManifestError, match="no rows"):
        read_manifest(written(folder, ""))
    with pytest.raises(ManifestError, match="this is a folder"):
        read_manifest(folder)


def test_turns_are_told_on_the_clock_of_the_part(folder: Path) -> None:
    turns = [
        {"start": 0, "end": 2, "speaker": "A", "text": "before and in"},
        {"start": 3, "end": 9, "speaker": "B", "text": "in and behind"},
        {"start": 9, "end": 10, "speaker": "A", "text": "behind"},
    ]
    (folder / "t.json").write_text(json.dumps(turns))
    row = {"audio": "audio/a.wav", "start": 1, "duration": 4, "turns": "t.json", "uem": [[0, 3]]}
    (clip,) = read_manifest(written(folder, row))
    assert clip.known_turns() == (Turn(0, 1, "A"), Turn(2, 4, "B"))
    assert [u.text for u in clip.known_utterances() or ()] == ["before and in", "in and behind"]
    assert clip.scored_parts() == (Span(0, 2),)
    (same,) = read_manifest(written(folder, {**row, "turns": turns}))
    assert same.known_turns() == clip.known_turns()


def test_files_of_several_recordings_give_only_their_own(folder: Path) -> None:
    (folder / "all.rttm").write_text(
        ";; remark\nSPEAKER a 1 0 1 <NA> <NA> A <NA> <NA>\nSPEAKER b 1 2 1 <NA> <NA> B <NA> <NA>\nSPKR-INFO b 1\n"
    )
    (folder / "all.uem").write_text("a 1 0 5\nb 1 1 2\n")
    rows = [{"audio": f"audio/{n}.wav", "rttm": "all.rttm", "uem": "all.uem"} for n in "ab"]
    one, two = read_manifest(written(folder, *rows))
    assert one.known_turns() == (Turn(0, 1, "A"),) and two.known_turns() == (Turn(2, 3, "B"),)
    assert one.scored_parts() == (Span(0, 5),) and two.scored_parts() == (Span(1, 2),)


@pytest.mark.parametrize("line", ["SPEAKER a 1", "SPEAKER a 1 x 1 <NA> <NA> A", "SPEAKER a 1 1 0 <NA> <NA> A"], ids=range(3))
def test_a_bad_rttm_line_is_named(folder: Path, line: str) -> None:
    (folder / "a.rttm").write_text(f"SPEAKER a 1 0 1 <NA> <NA> A <NA> <NA>\n{line}\n")
    (clip,) = read_manifest(written(folder, {"audio": "audio/a.wav", "rttm": "a.rttm"}))
    with pytest.raises(ManifestError, match=r"a\.rttm:2"):
        clip.known_turns()


def test_the_real_manifests_are_read(data: Path) -> None:
    assert len(read_manifest(data / "librispeech_mini" / "valid.jsonl")) == 48
    clips = read_manifest(data / "librispeech_mix" / "train.jsonl")
    assert all(c.known_turns() and c.known_utterances() for c in clips)
