"""Model folders of the kind "linear": answers by hand, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aural.errors import ModelRefused
from aural.models import tensors
from aural.models.card import Card, Licences
from aural.models.engines import linear
from aural.models.face import Scorer
from aural.models.runtime import Runtime
from aural.patterns.linear import Linear
from aural.results import Question
from aural.sound.statistics import statistics

WIDTH = len(statistics(np.zeros(1000, np.float32)))
CARD = Card("x", "classifier", "linear", Licences("a", "b", "c", None, "d"), "here", question=Question("clip", "class"),
            input="statistics", labels=("a", "b", "c"))  # fmt: skip
NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 9000)).astype(np.float32)
LENGTHS = np.array([9000, 5000])


def layer(outputs: int = 3) -> Linear:
    rng = np.random.default_rng(1)
    return Linear(rng.standard_normal(WIDTH), np.full(WIDTH, 30.0), rng.standard_normal((outputs, WIDTH)) / 10,
                  rng.standard_normal(outputs), "softmax")  # fmt: skip


def opened(folder: Path, card: Card, made: Linear | None = None) -> Scorer:
    linear.write(folder, made or layer())
    model = linear.open(folder, card, Runtime("cpu", 1))
    assert isinstance(model, Scorer)
    return model


def test_the_answer_is_the_layer_over_the_statistics(tmp_path: Path) -> None:
    told = opened(tmp_path, CARD).score(NOISE, LENGTHS)
    made, points = layer(), np.stack([statistics(NOISE[0]), statistics(NOISE[1, :5000])])
    raw = (points - made.mean) / made.scale @ made.weights.T + made.bias
    assert np.allclose(told, np.exp(raw) / np.exp(raw).sum(axis=1, keepdims=True), atol=1e-6)
    assert opened(tmp_path, CARD).score(NOISE[:0], LENGTHS[:0]).shape == (0, 3)


def test_temperature_sets_and_numbers(tmp_path: Path) -> None:
    sharp = opened(tmp_path, CARD).score(NOISE, LENGTHS)
    soft = opened(tmp_path, replace(CARD, calibration={"temperature": 4.0})).score(NOISE, LENGTHS)
    assert soft.max() < sharp.max() and np.allclose(soft.sum(axis=1), 1, atol=1e-5)
    told = opened(tmp_path, replace(CARD, question=Question("clip", "set"))).score(NOISE, LENGTHS)
    raw = opened(tmp_path, replace(CARD, question=Question("clip", "number"))).score(NOISE, LENGTHS)
    assert np.allclose(told, 1 / (1 + np.exp(-raw)), atol=1e-5)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    for card in (replace(CARD, labels=("a", "b")), replace(CARD, question=Question("frame", "class")), replace(CARD, question=None),
                 replace(CARD, input="smell"), replace(CARD, input="yamnet + yamnet")):  # fmt: skip
        with pytest.raises(ModelRefused):
            opened(tmp_path, card)
    for change in ({"mean": np.zeros(3)}, {"scale": np.zeros(WIDTH)}, {"bias": np.full(3, np.nan)}):
        arrays = tensors.read(tmp_path / linear.FILE) | change
        tensors.write(tmp_path / "linear.safetensors", arrays)
        with pytest.raises(ModelRefused):
            linear.open(tmp_path, CARD, Runtime("cpu", 1))
        linear.write(tmp_path, layer())
    tensors.write(tmp_path / linear.FILE, {"mean": np.zeros(3)})
    with pytest.raises(ModelRefused, match="missing"):
        linear.open(tmp_path, CARD, Runtime("cpu", 1))
