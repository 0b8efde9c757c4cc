"""Learned from normal clips alone: told apart, border kept, opened by `anomaly`, judged by AUC."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.corpora.manifest import Clip, read_manifest
from aural.errors import LearningError, ModelMissing, ModelRefused
from aural.learn.job import Job
from aural.learn.methods.outlier import METHOD, border_of
from aural.learn.train import Ask, train
from aural.results import Question
from aural.sound.sound import Sound

RATE = 16000


def hum(rng: np.random.Generator, seconds: float = 1.0, squeal: bool = False) -> np.ndarray:
    """A machine's hum, with a squeal in it or not."""
    t = np.arange(int(seconds * RATE)) / RATE
    sound = 0.1 * np.sin(2 * np.pi * rng.uniform(95, 105) * t) + 0.02 * rng.standard_normal(len(t))
    return (sound + (0.05 * np.sin(2 * np.pi * 3000 * t) if squeal else 0)).astype(np.float32)


def machine(folder: Path, normal: int, odd: int, seed: int = 0) -> Path:
    rng, rows = np.random.default_rng(seed), []
    for k in range(normal + odd):
        name = f"{seed}-{k}.wav"
        Sound(hum(rng, squeal=k >= normal)[None], RATE).save(folder / name)
        rows.append({"audio": name, "label": "normal" if k < normal else "squeal", "duration": 1.0, "speaker": f"{seed}-{k}"})
    path = folder / f"{seed}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def job(folder: Path, clips: list[Clip], **given: object) -> Job:
    return Job("anomaly", "anomaly", Question("clip", "number"), {"train": clips}, folder, given, say=lambda text: None)


@pytest.mark.parametrize("by", ["gaussian", "nearest"])
def test_a_squeal_is_heard_without_ever_having_been_learned(tmp_path: Path, by: str) -> None:
    run = tmp_path / "hum"
    given = {"by": by, "neighbors": 2}
    made = train(Ask("anomaly", machine(tmp_path, 12, 0), run, machine(tmp_path, 5, 5, 1), given=given), say=lambda text: None)
    assert made.card.kind == "outlier" and made.receipt is not None
    assert made.receipt.metrics["auc"].value == 1.0 and made.receipt.metrics["miss"].value == 0
    rng = np.random.default_rng(7)
    long = np.concatenate([hum(rng, 3), hum(rng, 2, squeal=True), hum(rng, 3)])
    told = aural.anomaly((long[None], RATE), model=str(run))
    assert told.events and all(e.start >= 2 and e.end <= 6.01 and e.layer == "anomaly" for e in told.events)
    (curve,) = told.curves
    assert curve.values[8] > 0.5 > curve.values[1] and curve.hop == 0.5
    assert {t.label for t in told.labels} == {"normal", "anomalous"} and "note" not in told.made_by
    assert aural.anomaly((hum(rng)[None], RATE), model=str(run)).labels[0].label == "normal"


def test_the_same_clips_give_the_same_bytes(tmp_path: Path) -> None:
    clips = read_manifest(machine(tmp_path, 8, 0))
    for name in ("one", "other"):
        METHOD.run(job(tmp_path / name, clips))
    files = [(tmp_path / n / "model" / "outlier.safetensors").read_bytes() for n in ("one", "other")]
    assert files[0] == files[1]


def test_hearts_are_no_diagnosis(tmp_path: Path) -> None:
    made = METHOD.run(job(tmp_path / "run", read_manifest(machine(tmp_path, 8, 0)), subject="hearts"))
    assert "of hearts" in made.trained_on
    told = aural.anomaly((hum(np.random.default_rng(1))[None], RATE), model=str(tmp_path / "run" / "model"))
    assert "no medical device" in told.made_by["note"]
    from aural.tasks.anomaly import TASK

    assert "no medical device" in TASK.show(told)


def test_without_a_model_it_says_how_to_get_one() -> None:
    with pytest.raises(ModelMissing, match="aural train anomaly") as told:
        aural.anomaly((np.zeros((1, 16000), np.float32), RATE))
    assert told.value.exit_code == 4


def test_odd_clips_are_never_learned_from(tmp_path: Path) -> None:
    clips = read_manifest(machine(tmp_path, 8, 4))
    METHOD.run(job(tmp_path / "mixed", clips))
    METHOD.run(job(tmp_path / "clean", clips[:8]))
    files = [(tmp_path / n / "model" / "outlier.safetensors").read_bytes() for n in ("mixed", "clean")]
    assert files[0] == files[1]
    with pytest.raises(LearningError, match="no clip is labeled"):
        METHOD.run(job(tmp_path / "none", clips[8:]))
    with pytest.raises(LearningError, match="too few"):
        METHOD.run(job(tmp_path / "few", clips[:2]))


def test_the_border_keeps_its_promise() -> None:
    distances = np.exp(np.random.default_rng(0).normal(0.3, 0.4, 20_000))
    assert (distances >= border_of(distances, 0.05)).mean() == pytest.approx(0.05, abs=0.005)
    assert border_of(distances, 0.01) > border_of(distances, 0.1)


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    METHOD.run(job(tmp_path / "run", read_manifest(machine(tmp_path, 6, 0))))
    card = tmp_path / "run" / "model" / "card.json"
    whole, sound = card.read_text(), (hum(np.random.default_rng(1))[None], RATE)
    for old, new, why in (('"anomalous"', '"odd"', "no threshold"), ('"statistics"', '"quarters"', "takes 335 numbers")):
        card.write_text(whole.replace(old, new))
        with pytest.raises(ModelRefused, match=why):
            aural.anomaly(sound, model=str(card.parent))
