"""`aural train` without PyTorch: the classical road runs, a net says which extra it wants."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from aural.cli.main import main
from aural.sound.sound import Sound

# A machine without the extra: the package cannot be found.
WITHOUT = "import sys; sys.modules['torch'] = None; from aural.cli.main import main; sys.exit(main(sys.argv[1:]))"


def rows(folder: Path) -> Path:
    rng = np.random.default_rng(0)
    lines = []
    for k in range(16):
        hz = (300, 2000)[k % 2] * rng.uniform(0.9, 1.1)
        Sound(0.2 * np.sin(2 * np.pi * hz * np.arange(6400) / 16000).astype(np.float32)[None], 16000).save(folder / f"{k}.wav")
        lines.append(json.dumps({"audio": f"{k}.wav", "label": ("low", "high")[k % 2]}))
    (folder / "rows.jsonl").write_text("\n".join(lines))
    return folder / "rows.jsonl"


def trained(folder: Path, method: str) -> subprocess.CompletedProcess[str]:
    command = ["train", "classify", str(rows(folder)), "-o", str(folder / "run"), "--method", method]
    return subprocess.run([sys.executable, "-c", WITHOUT, *command], capture_output=True, text=True)


def test_the_classical_road_needs_no_torch(tmp_path: Path) -> None:
    done = trained(tmp_path, "classical")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "model" / "card.json").is_file()


def test_a_net_says_which_extra_it_wants(tmp_path: Path) -> None:
    done = trained(tmp_path, "supervised")
    assert done.returncode == 4 and "aural[train]" in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["-o", "rows.jsonl"], "rows.jsonl: this is a file, and no folder"),
        (["-o", "run", "--share", "nan"], "--share: a share of nan"),
        (["-o", "run", "--share", "2"], "--share: a share of 2"),
        (["-o", "run", "--set", "seed=x"], "seed is 'x'"),
    ],
)
def test_what_cannot_be_is_one_line(
    line: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["train", "classify", "rows.jsonl", "--method", "classical", *line]) == 2
    err = capsys.readouterr().err
    assert told in err and len(err.splitlines()) == 1
    assert not Path("run").exists()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (["tag", "--method", "classical"], "holds a training of classify, not of tag"),
        (["speak", "--method", "units", "--consent", "my own voice"], "aural train classify --method classical --resume"),
        (["classify", "--method", "metric"], "was begun with classical, not with metric. Write --method classical"),
        (["classify", "--method", "classical", "--folds", "3"], "one training was begun here, and not several. Leave --folds out"),
    ],
)
def test_no_other_training_goes_on_with_its_rows(
    line: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows(tmp_path)
    monkeypatch.chdir(tmp_path)
    begin = ["train", "classify", "rows.jsonl", "--method", "classical", "--set", "features=statistics", "-o", "run"]
    assert main(begin) == 0
    before = {p: p.stat().st_mtime_ns for p in Path("run").rglob("*")}
    capsys.readouterr()
    assert main(["train", *line, "-o", "run", "--resume"]) == 2
    err = capsys.readouterr().err
    assert told in err and len(err.splitlines()) == 1
    assert {p: p.stat().st_mtime_ns for p in Path("run").rglob("*")} == before
    assert main([*begin, "--resume"]) == 0


def test_what_a_training_was_begun_with_need_not_be_said_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows(tmp_path)
    monkeypatch.chdir(tmp_path)
    begin = ["train", "classify", "rows.jsonl", "--method", "classical", "--set", "features=statistics", "-o", "run"]
    assert main(begin) == 0
    before = Path("run/options.json").read_bytes()
    assert main(["train", "classify", "-o", "run", "--resume"]) == 0
    assert Path("run/options.json").read_bytes() == before and b"statistics" in before
