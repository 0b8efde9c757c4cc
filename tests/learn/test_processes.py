"""One training in two processes: the same steps as one process takes, one model, and going on after a kill."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import one_of_many
import pytest
from learn_clips import RATE, manifest
from safetensors.numpy import load_file

from aural.errors import UsageError
from aural.learn import processes
from aural.learn.several import Asked, learn
from aural.learn.train import Ask, train

# No norm over the batch and no dropout: then a step on two halves is a step on the whole.
PLAIN = {"encoder": "rnn", "sample_rate": RATE, "width": 6, "n_mels": 12, "head.dropout": 0,
         "batch": 6, "epochs": 3, "rate": 0.01, "patience": 0, "balance": 0, "threads": 1}  # fmt: skip


def run(count: int, rows: Path, folder: Path, stop: int | None = None, **more: object) -> list[int]:
    """The fit in so many processes; gives how each ended."""
    folder.mkdir(exist_ok=True)
    words = [sys.executable, str(Path(__file__).parent / "one_of_many.py"), str(rows), str(folder), json.dumps({**PLAIN, **more})]
    place = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port()), "WORLD_SIZE": str(count)}
    running = [
        subprocess.Popen([*words, str(stop)], env={**os.environ, **place, "RANK": str(k), "LOCAL_RANK": str(k)})
        for k in range(count)
    ]
    return [one.wait(120) for one in running]


def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def told(folder: Path, rank: int = 0) -> dict[str, np.ndarray]:
    return dict(load_file(folder / f"rank-{rank}.safetensors"))


def test_two_processes_take_the_steps_of_one(tmp_path: Path) -> None:
    rows = manifest(tmp_path, 6)
    (tmp_path / "one").mkdir()
    one_of_many.main(str(rows), str(tmp_path / "one"), json.dumps(PLAIN), "")
    assert run(2, rows, tmp_path / "two") == [0, 0]
    one, two = told(tmp_path / "one"), told(tmp_path / "two")
    assert max(float(np.abs(one[n] - two[n]).max()) for n in one) < 1e-4
    assert np.array_equal(one["metric"], two["metric"]), "a part of the validation is missing"
    other = told(tmp_path / "two", 1)
    assert [n for n in two if not np.array_equal(two[n], other[n])] == [], "the processes have parted"


def test_two_killed_processes_go_on_bit_equal(tmp_path: Path) -> None:
    """Killed while a batch is held for the next step: with norms over each process's clips, dropout, masks and an average."""
    rows = manifest(tmp_path, 6)
    more = {"checkpoint": 0, "epochs": 4, "accumulate": 2, "average": 0.9, "augment": "specaugment", "head.dropout": 0.2,
            "encoder": "cnn", "blocks": 2}  # fmt: skip
    assert run(2, rows, tmp_path / "straight", **more) == [0, 0]
    assert run(2, rows, tmp_path / "killed", stop=5, **more) == [9, 9]
    assert not (tmp_path / "killed" / "rank-0.safetensors").exists()
    assert run(2, rows, tmp_path / "killed", **more) == [0, 0]
    for rank in (0, 1):
        one, two = told(tmp_path / "straight", rank), told(tmp_path / "killed", rank)
        assert [n for n in one if not np.array_equal(one[n], two[n])] == []


def test_torchrun_leaves_one_model(tmp_path: Path) -> None:
    rows, valid = manifest(tmp_path, 4), manifest(tmp_path, 2, 1)
    start = [
        "-m",
        "torch.distributed.run",
        "--nproc-per-node",
        "2",
        "--master-port",
        str(port()),
        "-m",
        "aural",
        "train",
        "classify",
    ]
    flags = [word for name, value in {**PLAIN, "epochs": 1}.items() for word in ("--set", f"{name}={value}")]
    ask = ["--manifest", str(rows), "--valid", str(valid), "-o", str(tmp_path / "run"), "--progress", "none", *flags]
    done = subprocess.run([sys.executable, *start, *ask], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("stopped after 1 epochs") == 1 and done.stderr.count("the model lies in") == 1, "both processes speak"
    assert (tmp_path / "run" / "valid.json").is_file() and (tmp_path / "run" / "model" / "model.onnx").is_file()


def test_shares_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "3")
    shares = []
    for rank in range(3):
        monkeypatch.setenv("RANK", str(rank))
        shares.append(processes.share_of([5, 6, 7, 8]))
        assert processes.share_of([5, 6]) == [5, 6], "a process without a clip could take no step"
    assert shares == [[5, 8], [6], [7]]
    monkeypatch.delenv("WORLD_SIZE")
    assert processes.share_of([5, 6, 7]) == [5, 6, 7] and processes.first()


def test_what_learns_in_one_process_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    with pytest.raises(UsageError, match="classical learns in one process"):
        train(Ask("classify", tmp_path, tmp_path / "run", method="classical"), say=lambda text: None)
    with pytest.raises(UsageError, match="do not share processes"):
        learn(Ask("classify", tmp_path, tmp_path / "run"), Asked(folds=2), say=lambda text: None)
