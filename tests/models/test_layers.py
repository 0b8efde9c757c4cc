"""Layers of a graph by the names of their weights, and what they answer, against numpy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from aural.errors import ModelRefused
from aural.models import layers
from aural.models.card import Card
from aural.models.runtime import Runtime
from aural.models.store import entry_of

WEIGHTS = np.array([[[1.0, 0.0, -1.0]], [[0.5, 0.5, 0.5]]], np.float32)
MATRIX = np.arange(6, dtype=np.float32).reshape(2, 3)
CARD = Card("small", "classifier", "onnx", {}, "made here", sample_rate=8000)


def folder(path: Path, first: str = "net.encoder.first.conv.weight") -> Path:
    """samples [1, T] -> two filters over three samples -> their mean -> a linear layer."""
    nodes = [
        helper.make_node("Unsqueeze", ["samples", "one"], ["x"]),
        helper.make_node("Conv", ["x", first], ["heard"]),
        helper.make_node("ReduceMean", ["heard", "last"], ["pooled"], keepdims=0),
        helper.make_node("MatMul", ["pooled", "net.head.linear.weight"], ["answers"]),
    ]
    stored = [
        numpy_helper.from_array(np.array([1]), "one"), numpy_helper.from_array(np.array([2]), "last"),
        numpy_helper.from_array(WEIGHTS, first), numpy_helper.from_array(MATRIX, "net.head.linear.weight"),
    ]  # fmt: skip
    samples = helper.make_tensor_value_info("samples", TensorProto.FLOAT, ["b", "t"])
    answers = helper.make_tensor_value_info("answers", TensorProto.FLOAT, ["b", 3])
    graph = helper.make_graph(nodes, "g", [samples], [answers], stored)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path / layers.GRAPH)
    return path


def test_answers_are_those_of_the_layers(tmp_path: Path) -> None:
    net = layers.opened(folder(tmp_path), CARD, Runtime("cpu", 1))
    assert net.names == ("encoder.first", "head.linear")
    weights = net.weights("encoder.first")
    assert weights is not None and np.array_equal(weights, WEIGHTS)
    samples = np.random.default_rng(0).standard_normal(50).astype(np.float32)
    heard = net.hear(samples, net.names)
    true = np.stack([np.correlate(samples, w[0], "valid") for w in WEIGHTS])
    assert heard["encoder.first"].over_time and not heard["head.linear"].over_time
    np.testing.assert_allclose(heard["encoder.first"].values[:, 0], true, atol=1e-5)
    np.testing.assert_allclose(heard["head.linear"].values.ravel(), true.mean(axis=1) @ MATRIX, atol=1e-5)
    np.testing.assert_allclose(net.hear(samples, ["encoder.first"])["encoder.first"].values[:, 0], true, atol=1e-5)  # asked again


def test_what_has_no_layers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRefused, match="no net in one graph"):
        layers.opened(tmp_path, CARD, Runtime("cpu", 1))
    entry = entry_of("sounds")
    with pytest.raises(ModelRefused, match="linear"):
        layers.opened(entry.folder, entry.card, Runtime("cpu", 1))


def test_the_shipped_net_has_named_layers() -> None:
    entry = entry_of("digits")
    net = layers.opened(entry.folder, entry.card, Runtime("cpu", 1))
    assert net.names[-1].startswith("head") and all("waves" not in name for name in net.names)
    samples = np.random.default_rng(0).normal(0, 0.1, net.card.sample_rate).astype(np.float32)
    heard = net.hear(samples, net.names)
    assert all(np.isfinite(a.values).all() and a.values.ndim == 3 for a in heard.values())
    assert [*heard] == [*net.names] and heard[net.names[0]].over_time
