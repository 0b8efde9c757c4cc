"""Receipts: written and read back, with where they came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.receipts import Metric, Receipt, command, read, write


def test_written_and_read_back(tmp_path: Path) -> None:
    receipt = Receipt(
        "transcribe",
        {"wer": Metric(0.056, 0.042, 0.072, 94)},
        {"gender": {"female": {"wer": Metric(0.05)}}},
        models={"recognizer": "x"},
    )
    write(receipt, tmp_path / "r.json")
    assert read(tmp_path / "r.json") == receipt


def test_it_tells_versions_machine_and_command() -> None:
    receipt = Receipt("tag", {})
    assert {"python", "numpy", "aural"} <= set(receipt.versions)
    assert set(receipt.machine) == {"system", "processor", "cores"}
    assert "/" not in receipt.command.split()[0]


def test_the_command_holds_no_path_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["/home/somebody/aural/bench/times.py", "--peer-python", str(tmp_path / "python"), "--n", "3"])
    assert command() == "python -m bench.times --peer-python python --n 3"
