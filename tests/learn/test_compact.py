"""A model in int8 beside the float one: smaller, judged too, and what lies before a logarithm keeps its numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from learn_clips import RATE, manifest

import aural
from aural.errors import ModelRefused, UsageError
from aural.learn.export import to_onnx
from aural.learn.train import Ask, train
from aural.models.quantize import agreement, quantize
from aural.nets.net import Net, Plan
from aural.results import Question

SMALL = {
    "sample_rate": RATE, "epochs": 25, "batch": 8, "rate": 0.01, "width": 16, "blocks": 2, "n_mels": 16,
    "head.dropout": 0, "encoder.dropout": 0, "patience": 0, "int8": True,
}  # fmt: skip


def test_a_run_leaves_both_models(tmp_path: Path) -> None:
    run, told = tmp_path / "run", list[str]()
    train(Ask("classify", manifest(tmp_path, 6), run, manifest(tmp_path, 4, 1), given=SMALL), say=told.append)
    cards = [json.loads((run / folder / "card.json").read_text()) for folder in ("model", "int8")]
    agreed = cards[1]["figures"]["agreement with float32"]
    assert agreed["clips"] == 12 and agreed["equal"] >= 0.9 and agreed["size"] < agreed["size_before"]
    assert 0 < agreed["mean"] < 0.1, "nothing was rounded, or too much"
    assert cards[1]["figures"]["valid"]["accuracy"]["value"] >= cards[0]["figures"]["valid"]["accuracy"]["value"] - 0.1
    assert any(line.startswith("int8 on the same clips: accuracy") for line in told)
    tone = 0.2 * np.sin(2 * np.pi * 300 * np.arange(4000) / RATE)
    assert aural.classify((tone.astype(np.float32)[None], RATE), model=str(run / "int8")).labels[0].label == "low"


@pytest.mark.parametrize("encoder", ["rnn", "m5"])
def test_other_nets_too(encoder: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = Net(Plan(Question("clip", "class"), 3, encoder, sample_rate=RATE))
    to_onnx(net, tmp_path / "model.onnx")
    clips = [0.1 * np.random.default_rng(k).standard_normal(RATE).astype(np.float32) for k in range(6)]
    quantize(tmp_path / "model.onnx", tmp_path / "small.onnx", clips[:3])
    found = agreement(tmp_path / "model.onnx", tmp_path / "small.onnx", clips[3:])
    assert found.size < 0.6 * found.size_before and found.largest < 0.1
    assert "DequantizeLinear" in {node.op_type for node in onnx.load(str(tmp_path / "small.onnx")).graph.node}
    assert found.mean > 0, "nothing was rounded"


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no clips"):
        quantize(tmp_path / "model.onnx", tmp_path / "small.onnx", [])
    (tmp_path / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelRefused, match="cannot be quantized"):
        quantize(tmp_path / "model.onnx", tmp_path / "small.onnx", [np.zeros(100, np.float32)])
