"""Model folders of the kind "outlier": distances by hand, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aural.errors import ModelRefused
from aural.models import tensors
from aural.models.card import Card, Licences
from aural.models.engines import outlier
from aural.models.face import Scorer
from aural.models.runtime import Runtime
from aural.patterns import gaussian
from aural.patterns.gaussian import Gaussian
from aural.patterns.nearest import Neighbors
from aural.results import Question
from aural.sound.statistics import statistics

WIDTH = len(statistics(np.zeros(1000, np.float32)))
CARD = Card("x", "anomaly", "outlier", Licences("a", "b", "c", None, "d"), "here", question=Question("clip", "number"),
            input="statistics", labels=("distance",), operating_points={"anomalous": 1.0},
            calibration={"neighbors": 2.0})  # fmt: skip
NOISE = np.random.default_rng(0).normal(0, 0.1, (2, 9000)).astype(np.float32)
LENGTHS = np.array([9000, 5000])
KNOWN = np.random.default_rng(1).standard_normal((6, WIDTH))
MEAN, SCALE = np.zeros(WIDTH), np.full(WIDTH, 100.0)


def opened(folder: Path, card: Card, heap: Gaussian | Neighbors) -> Scorer:
    outlier.write(folder, MEAN, SCALE, heap)
    model = outlier.open(folder, card, Runtime("cpu", 1))
    assert isinstance(model, Scorer)
    return model


@pytest.mark.parametrize("heap", [Neighbors(KNOWN), gaussian.fit(KNOWN)], ids=["nearest", "gaussian"])
def test_the_answer_is_the_distance_of_the_statistics(tmp_path: Path, heap: Gaussian | Neighbors) -> None:
    told = opened(tmp_path, CARD, heap).score(NOISE, LENGTHS)
    points = np.stack([statistics(NOISE[0]), statistics(NOISE[1, :5000])]) / 100
    assert told.shape == (2, 1) and np.allclose(told[:, 0], outlier.distance(heap, points, 2), rtol=1e-4)
    assert opened(tmp_path, CARD, heap).score(NOISE[:0], LENGTHS[:0]).shape == (0, 1)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    heap = Neighbors(KNOWN)
    for card in (replace(CARD, operating_points={}), replace(CARD, calibration={"neighbors": 7.0}), replace(CARD, input="smell")):
        with pytest.raises(ModelRefused):
            opened(tmp_path, card, heap)
    whole = tensors.read(tmp_path / outlier.FILE)
    for change in (
        {"mean": np.zeros(3)},
        {"scale": SCALE * 0},
        {"points": np.full((6, WIDTH), np.inf, np.float32)},
        {"points": MEAN},
    ):
        tensors.write(tmp_path / outlier.FILE, whole | change)
        with pytest.raises(ModelRefused):
            outlier.open(tmp_path, CARD, Runtime("cpu", 1))
    tensors.write(tmp_path / outlier.FILE, {"mean": MEAN, "scale": SCALE})
    with pytest.raises(ModelRefused, match="missing"):
        outlier.open(tmp_path, CARD, Runtime("cpu", 1))
