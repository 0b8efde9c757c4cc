"""Trainings in several processes: one command line begins them all, and one that ends badly ends them all."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from aural.cli import workers
from aural.cli.commands.train import _alone
from aural.cli.main import main


def test_what_begins_the_processes_is_not_passed_on() -> None:
    words = ["classify", "sounds", "--processes", "2", "-o", "runs/x", "--cluster=auto", "--resume"]
    assert _alone(words) == ["classify", "sounds", "-o", "runs/x", "--resume"]
    assert _alone(["classify", "--processes=2", "--cluster", "h:1"]) == ["classify"]


def test_numbers_that_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "classify", "x", "--processes", "0"]) == 2
    assert main(["train", "classify", "x", "--cluster", "auto"]) == 2


def test_each_process_knows_its_place_and_a_failure_ends_all(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[subprocess.Popen[bytes]] = []
    script = (
        "import os, sys, time; from pathlib import Path; rank = os.environ['RANK']\n"
        f"Path({str(tmp_path)!r}, rank).write_text(' '.join(os.environ[n] for n in ('WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR')))\n"
        "sys.exit(3) if rank == sys.argv[1] else time.sleep(60 if sys.argv[1] else 0)"
    )

    def here(command: Any, more: Any) -> subprocess.Popen[bytes]:
        begun.append(subprocess.Popen([sys.executable, "-c", script, command[-1]], env={**os.environ, **more}))
        return begun[-1]

    monkeypatch.setattr(workers, "_here", here)
    assert workers.train([""], 3, None) == 0
    assert [Path(tmp_path, str(k)).read_text() for k in range(3)] == [f"3 {k} 127.0.0.1" for k in range(3)]
    before = time.monotonic()
    assert workers.train(["1"], 3, None) == 3
    assert time.monotonic() - before < 30 and all(p.wait(10) is not None for p in begun)
    assert "worker 1 of 3 ended (3); the same line with --resume goes on" in capsys.readouterr().err
