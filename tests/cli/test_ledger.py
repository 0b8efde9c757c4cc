"""A ledger of many recordings: killed anywhere, the same line goes on, repeats and loses nothing, spares what was there."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from aural import databases
from aural.cli import hearing
from aural.cli.inputs import Input
from aural.cli.ledger import Ledger, opened, summed
from aural.cli.main import main
from aural.errors import DataError, LimitReached, NotASound
from aural.sound.sound import Sound

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for n in range(6):
        Sound(0.1 * np.ones(800 + n), 8000).save(tmp_path / "in" / f"{n}.wav")
    return tmp_path


def heard(monkeypatch: pytest.MonkeyPatch, fails: tuple[str, ...] = (), stops: str = "") -> list[str]:
    """Let the runner write a line for each recording; some fail, one ends the run as a kill would."""
    names: list[str] = []

    def hear(job: Any, one: Input, paths: dict[str, Path], *_: Any) -> str:
        if one.name == stops:
            for path in paths.values():
                path.write_text("half")
            raise KeyboardInterrupt
        names.append(one.name)
        if one.name in fails:
            raise NotASound("this is none", where=one.place)
        hearing.outputs.refuse_existing(list(paths.values()), job.wish)
        for path in paths.values():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(one.name)
        return ""

    monkeypatch.setattr(hearing, "hear", hear)
    return names


LINE = ["vad", "in", "-o", "out", "-f", "json", "--jobs", "1", "--ledger", "work.db", "--quiet"]


def test_the_same_line_goes_on_where_it_was(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "out").mkdir()
    names = heard(monkeypatch, fails=("1.wav",), stops="3.wav")
    assert main(LINE) == 130
    assert names == ["0.wav", "1.wav", "2.wav"]
    names = heard(monkeypatch)
    assert main(LINE) == 0
    assert names == ["1.wav", "3.wav", "4.wav", "5.wav"]  # what failed is tried again, half a file is replaced
    assert [p.read_text() for p in sorted((folder / "out").iterdir())] == [f"{n}.wav" for n in range(6)]
    names = heard(monkeypatch)
    assert main(LINE) == 0 and names == []
    capsys.readouterr()
    assert main(["jobs", "work.db"]) == 0 and capsys.readouterr().out == "6 done, 0 waiting, 0 failed\n"


def test_another_line_or_another_file_is_heard_again(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    names = heard(monkeypatch)
    assert main(LINE) == 0 and len(names) == 6
    assert main([*LINE, "--threshold", "0.6", "--overwrite"]) == 0 and len(names) == 12
    Sound(0.2 * np.ones(999), 8000).save(folder / "in" / "2.wav")
    assert main([*LINE, "--overwrite"]) == 0 and names[12:] == ["2.wav"]


def test_results_of_somebody_else_are_not_removed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "out").mkdir()
    (folder / "out" / "4.json").write_text("mine")
    heard(monkeypatch, stops="3.wav")
    assert main(LINE) == 130
    heard(monkeypatch)
    assert main(LINE) == 1
    assert (folder / "out" / "4.json").read_text() == "mine" and (folder / "out" / "3.json").read_text() == "3.wav"


def test_what_failed_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    heard(monkeypatch, fails=("1.wav",))
    assert main(LINE) == 1
    capsys.readouterr()
    assert main(["jobs", "work.db"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("failed  ") and "1.wav: " in out and out.endswith("5 done, 0 waiting, 1 failed\n")
    assert main(["jobs", "work.db", "--json"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 6 and rows[0]["models"] == {"vad": "silero-vad"} and rows[1]["state"] == "failed"


def test_wrong_files_and_two_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "missing.db"]) == 2
    assert main(["verify", "in/0.wav", "in/1.wav", "--ledger", "work.db"]) == 2
    (folder / "letter.db").write_text("this is no ledger " * 99)
    with pytest.raises(DataError):
        Ledger(folder / "letter.db")
    with opened(folder / "work.db") as ledger:
        assert summed(ledger.rows()) == "0 done, 0 waiting, 0 failed"
        with pytest.raises(LimitReached), opened(folder / "work.db"):
            pass


@pytest.mark.weights
@pytest.mark.skipif(os.name == "nt", reason="kill -9")
@pytest.mark.parametrize(
    ("code", "exit_code", "words"), [(13, 5, "the disk is full"), (8, 2, "cannot be written"), (26, 3, "no ledger")]
)
def test_a_ledger_that_cannot_be_written_is_told(
    code: int, exit_code: int, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full(sqlite3.Connection):
        def execute(self, *_: object) -> sqlite3.Cursor:
            error = sqlite3.OperationalError("so it is")
            error.sqlite_errorcode = code
            raise error

    monkeypatch.setattr(
        databases, "sqlite3", SimpleNamespace(**vars(sqlite3) | {"connect": partial(sqlite3.connect, factory=Full)})
    )
    assert main(["vad", "in", "-o", "out", "--jobs", "1", "--quiet", "--ledger", "work.db"]) == exit_code
    err = capsys.readouterr().err
    assert words in err and len(err.splitlines()) == 1


def test_two_kills_and_every_recording_is_answered_once(folder: Path) -> None:
    for n in range(6, 16):
        Sound(0.1 * np.ones(8000 + n), 8000).save(folder / "in" / f"{n}.wav")
    command = [sys.executable, "-m", "aural", *LINE]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    seen: dict[str, int] = {}
    for least in (2, 6):
        with subprocess.Popen(command, env=environment, start_new_session=True) as process:
            limit = time.monotonic() + 90
            while len(list((folder / "out").glob("*.json"))) < least:
                assert process.poll() is None and time.monotonic() < limit
                time.sleep(0.005)
            os.killpg(process.pid, signal.SIGKILL)
        with opened(folder / "work.db") as ledger:
            done = [r.place for r in ledger.rows() if r.state == "done"]
        seen |= {place: Path("out", Path(place).stem + ".json").stat().st_mtime_ns for place in done}
    assert subprocess.run(command, env=environment).returncode == 0
    with opened(folder / "work.db") as ledger:
        rows = ledger.rows()
    assert len(rows) == 16 and all(r.state == "done" for r in rows)
    for row in rows:
        made = Path("out", Path(row.place).stem + ".json")
        assert json.loads(made.read_text())["recording"]["name"] == Path(row.place).name
        assert seen.get(row.place, made.stat().st_mtime_ns) == made.stat().st_mtime_ns  # what was done was not done again
    assert not [p for p in (folder / "out").iterdir() if p.suffix != ".json"]
