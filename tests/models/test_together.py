"""Several models as one: the mean of their answers, label by label, at the rate of each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import ModelRefused, UsageError
from aural.learn.train import Ask, train
from aural.models import store
from aural.models.card import Card, Licences
from aural.models.engines import ensemble
from aural.models.face import Model, Scorer
from aural.models.together import Together, card_of
from aural.results import Question
from aural.sound.sound import Sound

RATE = 16000
LICENCES = Licences("x", "x", "x", None, "x")


class Fixed(Scorer):
    """Answers the same for every clip, and keeps the lengths that it was given."""

    def __init__(self, labels: tuple[str, ...], told: list[float], rate: int = RATE, **known: object) -> None:
        self.card = Card("fixed", "classifier", "onnx", LICENCES, "here", question=Question("clip", "class"), sample_rate=rate,
                         labels=labels, **known)  # type: ignore[arg-type]  # fmt: skip
        self.told, self.lengths = told, np.zeros(0, np.int64)

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        self.lengths = lengths
        return np.tile(np.array(self.told, np.float32), (len(samples), 1))

    def close(self) -> None: ...


def asked(model: Scorer) -> list[float]:
    return [round(float(x), 4) for x in model.score(np.zeros((1, 800), np.float32), np.array([800]))[0]]


def test_the_mean_is_taken_label_by_label() -> None:
    one, other = Fixed(("a", "b"), [0.9, 0.1]), Fixed(("b", "a"), [0.6, 0.4], rate=8000)
    assert asked(Together([one, other])) == [0.65, 0.35]
    assert asked(Together([one, other], [3.0, 1.0])) == [0.775, 0.225]
    assert one.lengths.tolist() == [800] and other.lengths.tolist() == [400], "each model hears its own rate"
    assert Together([one, other]).card.labels == ("a", "b") and Together([one, other]).card.sample_rate == RATE


def test_distances_count_in_units_of_each_border() -> None:
    one = Fixed(("distance",), [2.0], operating_points={"anomalous": 4.0})
    other = Fixed(("distance",), [9.0], operating_points={"anomalous": 6.0})
    for member in (one, other):
        object.__setattr__(member.card, "kind", "outlier")
    both = Together([one, other])
    assert asked(both) == [1.0] and both.card.operating_points == {"anomalous": 1.0}


def test_models_that_do_not_fit_are_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="have other labels"):
        Together([Fixed(("a", "b"), [1, 0]), Fixed(("a", "c"), [1, 0])])
    with pytest.raises(UsageError, match="no scores"):
        Together([Voiceless(), Voiceless()])
    with pytest.raises(ModelRefused, match="no model in this ensemble"):
        Together([])
    words = Card("words", "recognizer", "ctc", LICENCES, "here", question=Question("sequence", "class"))
    with pytest.raises(UsageError, match="words gives no scores"):
        card_of([words, words], (1.0, 1.0))


class Voiceless(Model):
    """A model that scores nothing."""

    card = Card("mute", "classifier", "onnx", LICENCES, "here")

    def close(self) -> None: ...


def test_two_runs_answer_as_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for label, hz in (("low", 300.0), ("high", 2000.0)):
        (tmp_path / "set" / label).mkdir(parents=True)
        for k in range(8):
            tone = 0.2 * np.sin(2 * np.pi * hz * rng.uniform(0.7, 1.4) * np.arange(4000) / RATE)
            Sound((tone + 0.05 * rng.standard_normal(4000)).astype(np.float32)[None], RATE).save(
                tmp_path / "set" / label / f"{k}.wav"
            )
    runs = []
    for l2 in (0.1, 100.0):
        runs.append(tmp_path / f"run{l2:g}")
        train(Ask("classify", tmp_path / "set", runs[-1], method="classical", given={"l2": l2}), say=lambda text: None)
    clip = tmp_path / "set" / "low" / "0.wav"
    alone = [{x.label: x.score for x in aural.classify(clip, model=str(run)).labels} for run in runs]
    both = {x.label: x.score for x in aural.classify(clip, model=",".join(map(str, runs))).labels}
    assert both["low"] == pytest.approx((alone[0]["low"] + alone[1]["low"]) / 2, abs=2e-6) and alone[0] != alone[1]
    made = ensemble.write(tmp_path / "both", [run / "model" for run in runs], "both")
    kept = {x.label: x.score for x in aural.classify(clip, model=str(tmp_path / "both")).labels}
    assert kept == both and set(made.files) >= {"members/0/card.json", "members/1/linear.safetensors"}
    added = store.add(tmp_path / "both")
    try:
        assert {x.label: x.score for x in aural.classify(clip, model=added.name).labels} == both
    finally:
        store.remove(added.name)
    (tmp_path / "both" / "members" / "1" / "linear.safetensors").write_bytes(b"else")
    with pytest.raises(ModelRefused, match="sha256 differs"):
        aural.classify(clip, model=str(tmp_path / "both"))
