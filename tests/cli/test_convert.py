"""`aural convert` as a user runs it: files in, files out, and clear words about what is lost or wrong."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from aural.cli.gathered import line_of
from aural.cli.main import main
from aural.formats import json as json_page
from aural.results import Event, Recording, Result, Segment, Turn, Word

WORDS = tuple(
    Word(0.5 + 0.4 * i, 0.8 + 0.4 * i, text, confidence=0.9, speaker="A") for i, text in enumerate("Well, hello there.".split())
)


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    result = Result(
        Recording("talk.wav", 4.0, 16000, 1),
        segments=(Segment(0.5, 1.6, "Well, hello there.", words=WORDS, speaker="A"),),
        turns=(Turn(0.5, 1.6, "A"),),
        events=(Event(2.0, 2.5, "Door"),),
    )
    path = tmp_path / "talk.json"
    path.write_text(json_page.write(result), encoding="utf-8")
    return path


def test_writes_beside_the_file_and_tells_what_is_lost(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(talk), "-f", "srt,html,TextGrid"]) == 0
    assert (talk.parent / "talk.srt").read_text(encoding="utf-8").startswith("1\n00:00:00,500 --> ")
    assert (talk.parent / "talk.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (talk.parent / "talk.TextGrid").exists()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("(without word times, turns, sounds)")
    assert "without" not in lines[1]


def test_there_and_back(talk: Path) -> None:
    before = json_page.read(talk.read_bytes())
    assert main(["convert", str(talk), "-f", "html", "-o", str(talk.parent / "out")]) == 0
    assert main(["convert", str(talk.parent / "out" / "talk.html"), "-f", "json"]) == 0
    assert json_page.read((talk.parent / "out" / "talk.json").read_bytes()).same(before)


def test_all_formats(talk: Path, tmp_path: Path) -> None:
    assert main(["convert", str(talk), "-f", "all", "-o", str(tmp_path / "all")]) == 0
    assert len(list((tmp_path / "all").iterdir())) == 13


def test_prints_to_a_pipe(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(talk), "-f", "txt", "-o", "-"]) == 0
    assert capsys.readouterr().out == "A: Well, hello there.\n"


def test_reads_a_pipe(talk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(talk.read_bytes())))
    assert main(["convert", "-", "-f", "tsv"]) == 0
    assert capsys.readouterr().out == "start\tend\ttext\n500\t1600\tWell, hello there.\n"


def test_options_of_formats(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(talk), "-f", "vtt", "-o", "-", "--max_words_per_line", "1", "--max-line-count", "1"]) == 0
    assert capsys.readouterr().out.count("-->") == 3
    assert main(["convert", str(talk), "-f", "srt", "-o", "-", "--highlight-words"]) == 0
    assert "<u>hello</u>" in capsys.readouterr().out
    assert main(["convert", str(talk), "-f", "srt", "-o", "-", "--preset", "cinema"]) == 2
    assert "broadcast" in capsys.readouterr().err


def test_leaves_what_exists(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (talk.parent / "talk.srt").write_text("mine", encoding="utf-8")
    assert main(["convert", str(talk), "-f", "srt"]) == 2
    assert (talk.parent / "talk.srt").read_text(encoding="utf-8") == "mine"
    assert "--overwrite" in capsys.readouterr().err
    assert main(["convert", str(talk), "-f", "srt", "--overwrite"]) == 0
    assert (talk.parent / "talk.srt").read_text(encoding="utf-8") != "mine"


def test_never_over_itself(talk: Path) -> None:
    before = talk.read_bytes()
    assert main(["convert", str(talk), "-f", "json", "--overwrite"]) == 2
    assert talk.read_bytes() == before


def test_errors_have_a_place_and_a_code(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = talk.parent / "broken.srt"
    broken.write_text("1\n00:00:01,000 --> soon\nhello\n", encoding="utf-8")
    assert main(["convert", str(broken), "-f", "txt"]) == 3
    assert f"{broken}:2:" in capsys.readouterr().err
    assert main(["convert", str(talk), str(broken), "-f", "tsv"]) == 1
    assert (talk.parent / "talk.tsv").exists()
    assert main(["convert", str(talk.parent / "gone.json"), "-f", "txt"]) == 2
    assert main(["convert", str(talk), "-f", "docx"]) == 2
    (talk.parent / "odd").write_text("what is this", encoding="utf-8")
    assert main(["convert", str(talk.parent / "odd"), "-f", "txt"]) == 3
    assert "--from" in capsys.readouterr().err


def test_audacity_labels_keep_their_longer_ending(talk: Path) -> None:
    assert main(["convert", str(talk), "-f", "aud,txt"]) == 0
    labels = talk.parent / "talk.labels.txt"
    assert labels.read_text(encoding="utf-8") == "0.500\t1.600\t[A]: Well, hello there.\n"
    assert main(["convert", str(labels), "-f", "tsv"]) == 0
    assert (talk.parent / "talk.tsv").exists()


def test_many_results_of_one_file_become_a_file_each(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer, folder = talk.read_text(encoding="utf-8"), talk.parent
    talk.unlink()
    lines = [line_of(place, answer) for place in ("in/a.wav", "in/b/c.wav", "in/d/c.wav", "sample:reading")]
    (folder / "all.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["convert", str(folder / "all.jsonl"), "-f", "srt,txt", "-o", str(folder / "out")]) == 0
    made = sorted(p.relative_to(folder / "out").as_posix() for p in (folder / "out").rglob("*.srt"))
    assert made == ["a.srt", "in/b/c.srt", "in/d/c.srt", "reading.srt"]
    assert (folder / "out" / "in" / "b" / "c.txt").read_text(encoding="utf-8") == "A: Well, hello there.\n"
    assert len(capsys.readouterr().out.splitlines()) == 8
    assert main(["convert", str(folder / "all.jsonl"), "-f", "txt"]) == 0 and (folder / "a.txt").exists()
    assert main(["convert", str(folder / "all.jsonl"), "-f", "txt"]) == 2, "files that exist are replaced"
    assert main(["convert", str(folder / "gone.jsonl"), "-f", "txt"]) == 2
    (folder / "odd.jsonl").write_text('{"a": 1}\n{"a": 2}\n', encoding="utf-8")
    assert main(["convert", str(folder / "odd.jsonl"), "-f", "txt"]) == 3
    assert main(["convert", str(folder / "all.jsonl"), "-f", "html", "--audio", "x.wav"]) == 2
