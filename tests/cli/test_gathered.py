"""One file for the answers of many recordings: a row for each, whole or not at all, gone on with, never doubled."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.cli import gathered, hearing
from aural.cli.inputs import Input
from aural.cli.main import main
from aural.errors import DataError, ExtraMissing, NotASound
from aural.sound.sound import Sound

TABLES = importlib.util.find_spec("pyarrow") is not None
KINDS = ["out.jsonl", pytest.param("out.parquet", marks=pytest.mark.skipif(not TABLES, reason="pyarrow is not installed"))]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for n in range(4):
        Sound(0.1 * np.ones(800 + n), 8000).save(tmp_path / "in" / f"{n}.wav")
    return tmp_path


def heard(monkeypatch: pytest.MonkeyPatch, fails: str = "", stops: str = "") -> list[str]:
    """Answer each recording at once; one fails, one ends the run as a kill would."""
    names: list[str] = []

    def hear(job: Any, one: Input, *_: Any) -> str:
        if one.name == stops:
            raise KeyboardInterrupt
        names.append(one.name)
        if one.name == fails:
            raise NotASound("this is none", where=one.place)
        told = {"recording": {"name": one.name, "duration": 0.1}, "text": f"word {len(names)}", "schema": "aural/1"}
        return json.dumps(told | {"segments": [{"id": 0, "start": 0.0, "end": 0.1, "text": "word"}]})

    monkeypatch.setattr(hearing, "hear", hear)
    return names


def rows(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for _, line in gathered.rows(Path(path))]


def line(out: str, *more: str) -> list[str]:
    return ["vad", "in", "-o", out, "--jobs", "1", "--quiet", *more]


@pytest.mark.parametrize("out", KINDS)
def test_a_row_for_each_recording_and_a_ledger_goes_on(monkeypatch: pytest.MonkeyPatch, out: str, folder: Path) -> None:
    names = heard(monkeypatch, fails="1.wav", stops="2.wav")
    assert main(line(out, "--ledger", "work.db")) == 130
    assert not Path(out).exists()
    with open(f"{out}.part", "ab") as part:
        part.write(b'{"place": "in/2.wav", "tex')  # what a kill leaves
    assert main(line(out, "--ledger", "work.db")) == 130 and names == ["0.wav", "1.wav", "1.wav"]
    names = heard(monkeypatch)
    assert main(line(out, "--ledger", "work.db")) == 0 and names == ["1.wav", "2.wav", "3.wav"]
    assert [r["place"] for r in rows(out)] == [f"in/{n}.wav" for n in range(4)]
    assert main(line(out, "--ledger", "work.db")) == 0 and len(names) == 3
    assert len(rows(out)) == 4
    Sound(0.1 * np.ones(900), 8000).save(folder / "in" / "0b.wav")
    assert main(line(out, "--ledger", "work.db")) == 0 and names[3:] == ["0b.wav"]
    assert [r["recording"]["name"] for r in rows(out)] == ["0.wav", "0b.wav", "1.wav", "2.wav", "3.wav"]
    Path(out).unlink()  # what the ledger calls done and nobody has is heard again
    assert main(line(out, "--ledger", "work.db")) == 0 and len(names) == 9 and len(rows(out)) == 5
    assert {p.name for p in folder.iterdir()} - {"work.db-shm", "work.db-wal"} == {"in", "work.db", out}


def test_a_file_that_is_there_is_not_replaced_unasked(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = heard(monkeypatch)
    assert main(line("out.jsonl")) == 0 and len(names) == 4
    assert capsys.readouterr().out == "out.jsonl\n", "the file is not told, as that of one recording is"
    before = rows("out.jsonl")
    assert main(line("out.jsonl")) == 2 and rows("out.jsonl") == before
    (folder / "in" / "2.wav").unlink()
    Sound(0.1 * np.ones(900), 8000).save(folder / "in" / "9.wav")
    assert main(line("out.jsonl", "--skip-existing")) == 0 and names[4:] == ["9.wav"] and len(rows("out.jsonl")) == 5
    assert main(line("out.jsonl", "--overwrite")) == 0 and len(names) == 9 and len(rows("out.jsonl")) == 4


def test_a_run_without_a_ledger_that_is_stopped_leaves_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    heard(monkeypatch, stops="2.wav")
    assert main(line("out.jsonl")) == 130
    assert [p.name for p in folder.iterdir()] == ["in"]


def test_what_others_wrote_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "letter.jsonl").write_text('{"dear": 1}\n{"dear": 2}\n')
    assert main(line("letter.jsonl", "--skip-existing")) == 3
    assert (folder / "letter.jsonl").read_text().count("dear") == 2
    assert main(["listen", "in", "-o", "a.jsonl", "-f", "srt"]) == 2
    with pytest.raises(DataError):
        list(gathered.rows(folder / "letter.jsonl"))


@pytest.mark.weights
def test_real_answers_of_two_processes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vad", "in", "-o", "out.jsonl", "--jobs", "2", "--quiet"]) == 0
    assert capsys.readouterr().out == "out.jsonl\n"
    found = rows("out.jsonl")
    assert [r["recording"]["name"] for r in found] == [f"{n}.wav" for n in range(4)] and all("speech" in r for r in found)


@pytest.mark.skipif(not TABLES, reason="pyarrow is not installed")
def test_the_columns_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow.parquet as parquet

    heard(monkeypatch)
    assert main(line("out.parquet")) == 0
    table = parquet.read_table("out.parquet").to_pylist()
    assert table[2]["text"] == "word 3" and table[2]["duration"] == 0.1 and table[2]["turns"] is None
    assert table[2]["segments"] == [{"start": 0.0, "end": 0.1, "text": "word", "speaker": None, "confidence": None}]


@pytest.mark.skipif(TABLES, reason="pyarrow is installed")
def test_a_table_needs_its_package() -> None:
    with pytest.raises(ExtraMissing):
        gathered.check(Path("out.parquet"))
    assert main(line("out.parquet")) == 4
