"""From a manifest to a model that every verb can open; a killed training goes on as if it had not been killed."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from learn_clips import RATE, manifest
from safetensors.numpy import load_file

import aural
from aural.cli.main import main
from aural.errors import LearningError, ModelMissing, UsageError
from aural.learn.export import parity, to_onnx
from aural.learn.train import Ask, train
from aural.models import store
from aural.nets.layers import MaskedNorm
from aural.nets.net import Net, Plan
from aural.results import Question

SMALL = {
    "sample_rate": RATE, "epochs": 12, "batch": 8, "rate": 0.01, "width": 4, "blocks": 2, "halvings": 2,
    "n_mels": 16, "head.dropout": 0, "encoder.dropout": 0, "patience": 0,
}  # fmt: skip


def _flags(**more: object) -> list[str]:
    return [word for name, value in {**SMALL, **more}.items() for word in ("--set", f"{name}={value}")]


def test_a_manifest_becomes_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, said = tmp_path / "runs" / "tones", list[str]()
    made = train(
        Ask("classify", manifest(tmp_path, 8), run, manifest(tmp_path, 4, 1), given={**SMALL, "epochs": 40}), say=said.append
    )
    assert any("few for a net" in line and "--method classical" in line for line in said)
    assert made.receipt is not None and made.receipt.metrics["accuracy"].value > 0.8
    assert {p.name for p in run.iterdir()} >= {
        "model",
        "options.json",
        "train.jsonl",
        "valid.jsonl",
        "valid.json",
        "curves.svg",
        "log",
    }
    assert made.card.labels == ("high", "low", "noise") and made.card.calibration["temperature"] > 0
    tone = 0.2 * np.sin(2 * np.pi * 300 * np.arange(4000) / RATE)
    told = aural.classify((tone.astype(np.float32)[None], RATE), model=str(run))
    assert told.labels[0].label == "low"
    assert main(["classify", str(tmp_path / "noise-0-0.wav"), "--model", str(run)]) == 0
    assert "noise" in capsys.readouterr().out.splitlines()[0]
    assert main(["evaluate", "classify", "--manifest", str(run / "valid.jsonl"), "-m", str(run)]) == 0
    added = store.add(run / "model")
    try:
        assert aural.classify((tone.astype(np.float32)[None], RATE), model=added.name).labels[0].label == "low"
    finally:
        store.remove(added.name)


def test_a_killed_training_goes_on_bit_equal(tmp_path: Path) -> None:
    """kill -9 in the middle, then --resume: the same weights to the last bit as without."""
    rows = manifest(tmp_path, 6)
    flags = ["--manifest", str(rows), "--valid", str(manifest(tmp_path, 2, 1)), "--progress", "none", "--threads", "1"]
    flags += ["--checkpoint", "0", "--augment", "noise,specaugment,mixup", "--average", "0.9", *_flags(epochs=6, batch=2)]
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    command = [sys.executable, "-m", "aural", "train", "classify", *flags]
    assert subprocess.run([*command, "-o", str(straight)], capture_output=True).returncode == 0
    running = subprocess.Popen([*command, "-o", str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pointer = killed / "checkpoints" / "latest.txt"
    while running.poll() is None and not (pointer.is_file() and int(pointer.read_text().strip().split("-")[1]) >= 7):
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    running.wait()
    assert not (killed / "model").exists(), "it was done before it could be killed"
    assert subprocess.run([*command, "-o", str(killed), "--resume"], capture_output=True).returncode == 0
    a, b = (load_file(_last(folder)) for folder in (straight, killed))
    assert a.keys() == b.keys()
    assert [n for n in a if not np.array_equal(a[n], b[n])] == []


def test_a_training_that_had_stopped_learns_no_more(tmp_path: Path) -> None:
    """Killed between the last step and the model, with patience at its end: going on takes no further step."""
    ask = Ask("classify", manifest(tmp_path, 4), tmp_path / "run", manifest(tmp_path, 2, 1),
              given={**SMALL, "patience": 1, "epochs": 60, "rate": 1e-8, "threads": 1})  # fmt: skip
    first: list[str] = []
    train(ask, say=first.append)
    assert any(line.endswith("in epoch 2") for line in first), "of equal epochs the later one is kept"
    before = load_file(_last(tmp_path / "run"))
    told: list[str] = []
    train(dataclasses.replace(ask, resume=True), say=told.append)
    after = load_file(_last(tmp_path / "run"))
    assert any("no better validation for 1 epochs" in line for line in told)
    assert [n for n in before if not np.array_equal(before[n], after[n])] == []


def test_what_the_time_cut_off_is_judged_too(tmp_path: Path) -> None:
    run = tmp_path / "run"
    train(Ask("classify", manifest(tmp_path, 8), run, manifest(tmp_path, 4, 1), given={**SMALL, "minutes": 1e-6}))
    (epoch,) = json.loads((run / "epochs.json").read_text(encoding="utf-8"))
    # One step of three: its loss is told as it was and not as a third.
    assert epoch["number"] == 0 and 0.5 < epoch["losses"]["loss"] < 5


def _last(run: Path) -> str:
    folder = run / "checkpoints"
    return os.fspath(folder / (folder / "latest.txt").read_text().strip() / "state.safetensors")


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    rows, valid = manifest(tmp_path), manifest(tmp_path, 2, 1)
    with pytest.raises(UsageError, match="not learned"):
        train(Ask("info", rows, tmp_path / "a", valid))
    with pytest.raises(UsageError, match="widht"):
        train(Ask("classify", rows, tmp_path / "b", valid, given={"widht": 3}), say=lambda text: None)
    wild = {**SMALL, "rate": 10, "clip_norm": 1e9, "warmup": 0, "epochs": 400, "decay": 1}
    with pytest.raises(LearningError, match="no longer a number"):
        train(Ask("classify", rows, tmp_path / "c", valid, given=wild), say=lambda text: None)
    told: list[str] = []
    with pytest.raises(UsageError, match="no effect 'nois'"):
        train(Ask("classify", rows, tmp_path / "e", valid, given={"augment": "nois"}), say=told.append)
    assert told == [] and not (tmp_path / "b").exists() and not (tmp_path / "e").exists(), "recordings were opened first"
    with pytest.raises(UsageError, match="not empty"):
        train(Ask("classify", rows, tmp_path, valid))
    with pytest.raises(UsageError, match="no training to resume"):
        train(Ask("classify", None, tmp_path / "d", resume=True))


def test_a_trained_graph_answers_as_torch_does(tmp_path: Path) -> None:
    """Statistics that training left behind must survive the export: an optimizer of graphs once lost them."""
    torch.manual_seed(0)
    net = Net(Plan(Question("clip", "class"), 3, sample_rate=RATE, settings={"encoder": {"width": 4, "blocks": 2}}))
    net.standard.mean.uniform_(-15, -5)
    net.standard.scale.uniform_(0.2, 2)
    for module in net.modules():
        if isinstance(module, MaskedNorm):
            module.mean.uniform_(-1, 1)
            module.variance.uniform_(0.2, 3)
    to_onnx(net, tmp_path / "model.onnx")
    assert parity(net, tmp_path / "model.onnx") < 1e-5
    assert b".py" not in (tmp_path / "model.onnx").read_bytes(), "a graph tells where its code lay on this machine"
    net.standard.mean.add_(1.0)
    assert parity(net, tmp_path / "model.onnx") > 1e-3, "a difference would not be seen"


def test_no_model_no_classes() -> None:
    with pytest.raises(ModelMissing, match="aural train classify"):
        aural.classify((np.zeros((1, 4000), np.float32), RATE))


def test_options_are_written(tmp_path: Path) -> None:
    run = tmp_path / "run"
    given = {**SMALL, "epochs": 1}
    train(Ask("classify", manifest(tmp_path), run, manifest(tmp_path, 2, 1), given=given), say=lambda text: None)
    written = json.loads((run / "options.json").read_text())
    assert written["parts"]["encoder"]["width"] == 4 and written["epochs"] == 1
