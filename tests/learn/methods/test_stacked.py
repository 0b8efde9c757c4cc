"""Stacking: the weights are those with which the answers were made, a better model weighs more, and the folder answers so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import UsageError
from aural.learn.methods.stacked import least_squares, mixture
from aural.learn.train import Ask, train
from aural.sound.sound import Sound

RATE = 16000


def test_a_mixture_is_found_again() -> None:
    """Classes drawn from 0.7 of one model and 0.3 of another."""
    rng = np.random.default_rng(0)
    told = rng.dirichlet(np.full(4, 0.4), (2, 6000))
    true = [rng.choice(4, p=p) for p in 0.7 * told[0] + 0.3 * told[1]]
    weights = mixture(told, np.eye(4)[true], several=False)
    assert weights == pytest.approx([0.7, 0.3], abs=0.04) and weights.sum() == pytest.approx(1)
    labels = rng.random((2, 6000, 3))
    drawn = rng.random((6000, 3)) < 0.2 * labels[0] + 0.8 * labels[1]
    assert mixture(labels, drawn.astype(float), several=True) == pytest.approx([0.2, 0.8], abs=0.08)


def test_numbers_have_the_least_squared_error() -> None:
    rng = np.random.default_rng(1)
    told = rng.normal(50, 20, (3, 400, 1))
    truth = 0.6 * told[0] + 0.4 * told[2]
    assert least_squares(told, truth) == pytest.approx([0.6, 0, 0.4], abs=0.01)
    # Where the best lies outside, no weight is below 0.
    weights = least_squares(told, 1.5 * told[0] - 0.5 * told[1])
    assert weights.min() >= 0 and weights.argmax() == 0


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A set of three classes, a good model and one that heard nearly nothing, both of other clips."""
    folder, rng = tmp_path_factory.mktemp("stacked"), np.random.default_rng(0)
    for part, count in (("good", 12), ("poor", 4), ("new", 10)):
        for label, hz in (("low", 300.0), ("middle", 900.0), ("high", 2500.0)):
            (folder / part / label).mkdir(parents=True)
            for k in range(count):
                # The poor one learns from noise that tells nothing.
                level = 0.02 if part != "poor" else 3.0
                tone = 0.1 * np.sin(2 * np.pi * hz * rng.uniform(0.6, 1.6) * np.arange(5000) / RATE)
                sound = tone + level * 0.1 * rng.standard_normal(5000)
                Sound((0.5 * sound / np.abs(sound).max()).astype(np.float32)[None], RATE).save(folder / part / label / f"{k}.wav")
    for part in ("good", "poor"):
        ask = Ask("classify", folder / part, folder / f"run-{part}", method="classical", given={"features": "statistics"})
        train(ask, say=lambda text: None)
    return folder


def test_a_better_model_weighs_more(runs: Path, tmp_path: Path) -> None:
    told: list[str] = []
    both = f"{runs / 'run-good'},{runs / 'run-poor'}"
    made = train(Ask("classify", runs / "new", tmp_path / "run", method="stacked", given={"start": both}), say=told.append)
    weights = json.loads((tmp_path / "run" / "options.json").read_text())["weights"]
    assert weights[0] > 0.8 and sum(weights) == pytest.approx(1, abs=1e-5)
    assert made.card.kind == "ensemble" and made.receipt is not None and made.receipt.metrics["accuracy"].value > 0.8
    clip = runs / "new" / "low" / "0.wav"
    one, two, stacked = (
        {x.label: x.score or 0.0 for x in aural.classify(clip, model=str(m)).labels}
        for m in (runs / "run-good", runs / "run-poor", tmp_path / "run")
    )
    assert stacked["low"] == pytest.approx(weights[0] * one["low"] + weights[1] * two["low"], abs=1e-5)
    assert not any("learned from" in line for line in told)


def test_clips_that_a_model_learned_from_are_told(runs: Path, tmp_path: Path) -> None:
    told: list[str] = []
    both = f"{runs / 'run-good'},{runs / 'run-poor'}"
    train(Ask("classify", runs / "good", tmp_path / "run", method="stacked", given={"start": both}), say=told.append)
    assert any("run-good learned from" in line for line in told) and not any("run-poor learned from" in line for line in told)


def test_what_cannot_be_is_said(runs: Path, tmp_path: Path) -> None:
    for given, says in (({}, "two models or more"), ({"start": str(runs / "run-good")}, "two models or more")):
        with pytest.raises(UsageError, match=says):
            train(Ask("classify", runs / "new", tmp_path / "run", method="stacked", given=given), say=lambda text: None)
