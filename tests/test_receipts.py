"""Receipts: written and read back, with where they came from."""

from __future__ import annotations

from pathlib import Path

from aural.receipts import Metric, Receipt, read, write


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
