"""`aural pack` and learning from what it wrote: the same figures as from the folder, and nothing is unpacked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aural.cli.main import main
from aural.corpora.manifest import read_manifest
from aural.sound.sound import Sound

RATE = 16000


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for label, hz in (("low", 300.0), ("high", 2000.0)):
        (tmp_path / "sounds" / label).mkdir(parents=True)
        for k in range(10):
            tone = 0.2 * np.sin(2 * np.pi * hz * rng.uniform(0.7, 1.4) * np.arange(6000) / RATE) + 0.02 * rng.standard_normal(6000)
            Sound(tone.astype(np.float32)[None], RATE).save(tmp_path / "sounds" / label / f"{k}.wav")
    return tmp_path / "sounds"


def trained(data: Path, run: Path) -> dict[str, float]:
    assert main(["train", "classify", str(data), "-o", str(run), "--method", "classical", "--progress", "none"]) == 0
    told = json.loads((run / "valid.json").read_text())
    return {name: metric["value"] for name, metric in told["metrics"].items()}


def test_shards_are_learned_from_as_folders_are(sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", str(sounds), "-o", str(tmp_path / "shards"), "--size", "0.05", "--progress", "none"]) == 0
    assert "20 clips in" in capsys.readouterr().err
    assert len(list((tmp_path / "shards").glob("shard-*.tar"))) > 3
    one, other = trained(sounds, tmp_path / "one"), trained(tmp_path / "shards", tmp_path / "two")
    assert one == other and one["accuracy"] > 0.7
    rows = read_manifest(tmp_path / "two" / "train.jsonl")
    assert all(".tar#" in row.audio.name for row in rows)
    assert main(["evaluate", "classify", "--manifest", str(tmp_path / "two" / "valid.jsonl"), "-m", str(tmp_path / "two")]) == 0
    assert main(["classify", str(rows[0].audio), "-m", str(tmp_path / "two")]) == 0


def test_what_cannot_be_packed_is_told(sounds: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", str(sounds), "-o", str(tmp_path / "x"), "--size", "0"]) == 2
    assert "--size" in capsys.readouterr().err
    assert main(["pack", str(sounds), "-o", str(tmp_path / "x"), "--progress", "none"]) == 0
    assert main(["pack", str(sounds), "-o", str(tmp_path / "x"), "--progress", "none"]) == 2
    assert "holds shards already" in capsys.readouterr().err
