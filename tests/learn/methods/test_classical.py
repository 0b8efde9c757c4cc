"""Statistics and one linear layer: for a class, a set and a number, without torch, the same twice, judged and opened."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from learn_clips import RATE, manifest

import aural
from aural.corpora.manifest import Clip, read_manifest
from aural.corpora.rows import rows
from aural.errors import LearningError, ModelRefused, UsageError
from aural.learn.job import Job
from aural.learn.methods import classical
from aural.learn.methods._heard import places
from aural.learn.methods.classical import GRID, METHOD, Options, best, fitted, loss
from aural.learn.train import Ask, train
from aural.models import store
from aural.models.runtime import Runtime
from aural.results import Question


def job(folder: Path, clips: list[Clip], answer: str = "class", **given: object) -> Job:
    return Job("x", "classifier", Question("clip", answer), {"train": clips}, folder, given, say=lambda text: None)  # type: ignore[arg-type]


def score(folder: Path, clips: list[Clip]) -> np.ndarray:
    """What the model of a run says of clips, in one padded batch."""
    sounds = [aural.load(c.audio).resample(16000).samples[0] for c in clips]
    batch = np.zeros((len(clips), max(map(len, sounds))), np.float32)
    for row, sound in zip(batch, sounds, strict=True):
        row[: len(sound)] = sound
    with store.open_model(str(folder / "model"), "classifier", Runtime("cpu", 1)) as model:
        return model.score(batch, np.array([len(s) for s in sounds]))  # type: ignore[attr-defined, no-any-return]


def test_classes_are_learned_judged_and_opened_by_a_verb(tmp_path: Path) -> None:
    run, said = tmp_path / "tones", list[str]()
    ask = Ask("classify", manifest(tmp_path, 6), run, manifest(tmp_path, 3, 1), method="classical", given={"folds": 3})
    made = train(ask, say=said.append)
    assert made.receipt is not None and made.receipt.metrics["accuracy"].value > 0.8
    assert made.card.kind == "linear" and made.card.input in ("statistics", "quarters")
    assert any("quarters: loss" in line for line in said)
    tone = (0.2 * np.sin(2 * np.pi * 300 * np.arange(4000) / RATE)).astype(np.float32)
    told = aural.classify((tone[None], RATE), model=str(run)).labels
    assert told[0].label == "low" and sum(t.score for t in told) == pytest.approx(1, abs=1e-3)


def test_the_same_clips_give_the_same_bytes_and_padding_changes_nothing(tmp_path: Path) -> None:
    clips = read_manifest(manifest(tmp_path, 4))
    for name in ("one", "other"):
        METHOD.run(job(tmp_path / name, clips, folds=2, features="statistics", l2=1.0))
    files = [(tmp_path / n / "model" / "linear.safetensors").read_bytes() for n in ("one", "other")]
    assert files[0] == files[1]
    together, alone = score(tmp_path / "one", clips[:5]), [score(tmp_path / "one", [c])[0] for c in clips[:5]]
    assert np.array_equal(together, np.stack(alone))


def test_a_set_and_a_number(tmp_path: Path) -> None:
    clips = read_manifest(manifest(tmp_path, 6))
    made = METHOD.run(job(tmp_path / "set", clips, "set", folds=3))
    told = score(tmp_path / "set", clips)
    true = np.array([[name in c.labels for name in made.labels] for c in clips])
    assert set(made.operating_points) == {"high", "low", "noise"}
    assert ((told > 0.5) == true).mean() > 0.9
    numbered = rows(manifest(tmp_path, 6, 2), "number")
    METHOD.run(job(tmp_path / "number", numbered, "number", folds=3))
    assert score(tmp_path / "number", numbered).shape == (18, 1)


def test_no_torch_is_needed(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
sys.modules["torch"] = None
from aural.learn.train import Ask, train
print(train(Ask("classify", Path(sys.argv[1]), Path(sys.argv[2]), method="classical"), say=lambda text: None).card.kind)
"""
    command = [sys.executable, "-c", code, str(manifest(tmp_path, 4)), str(tmp_path / "run")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "linear\n", done.stderr


def test_groups_stay_together_and_folds_shrink_to_what_there_is(tmp_path: Path) -> None:
    clips = read_manifest(manifest(tmp_path, 4))
    fold = places(clips, 10, 0)
    assert len(set(fold.tolist())) == 4
    assert all(len({int(f) for f, c in zip(fold, clips, strict=True) if c.speaker == s}) == 1 for s in ("s0", "s1", "s2", "s3"))
    with pytest.raises(LearningError, match="one group"):
        places(clips[:1], 5, 0)


def test_light_penalties_are_not_fitted_where_heavier_ones_did_better(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, question = np.random.default_rng(3), Question("clip", "class")
    truth = np.eye(3)[np.arange(60) % 3]
    points = {"blurred": truth @ rng.normal(0, 1, (3, 40)) + rng.normal(0, 8, (60, 40))}
    fold, options, tried = np.arange(60) // 3 % 4, Options(), list[float]()

    def counted(x: np.ndarray, y: np.ndarray, q: Question, l2: float, balanced: bool, close: float) -> object:
        tried.append(l2)
        return fitted(x, y, q, l2, balanced, close)

    monkeypatch.setattr(classical, "fitted", counted)
    won = best(points, truth, fold, question, options)[0]
    every = {}
    for l2 in GRID:
        told = np.zeros_like(truth)
        for part in range(4):
            told[fold == part] = fitted(points["blurred"][fold != part], truth[fold != part], question, l2, True).predict(
                points["blurred"][fold == part]
            )
        every[l2] = loss(told, truth, question)
    assert won.l2 == min(every, key=every.__getitem__) and won.loss == pytest.approx(min(every.values()), rel=1e-4)
    assert set(tried) < set(GRID) and min(GRID) not in tried


def test_what_cannot_be_learned_is_said(tmp_path: Path) -> None:
    clips = read_manifest(manifest(tmp_path, 2))
    with pytest.raises(LearningError, match="one class"):
        METHOD.run(job(tmp_path / "a", [c for c in clips if c.label == "low"]))
    with pytest.raises(LearningError, match="no clips"):
        METHOD.run(job(tmp_path / "b", []))
    with pytest.raises(UsageError, match="no features called 'yamnett'"):
        METHOD.run(job(tmp_path / "c", clips, features="yamnett"))
    with pytest.raises(UsageError, match="there is no option 'feature'"):
        METHOD.run(job(tmp_path / "d", clips, feature="statistics"))


def test_a_damaged_model_is_refused(tmp_path: Path) -> None:
    METHOD.run(job(tmp_path / "run", read_manifest(manifest(tmp_path, 2)), folds=2, features="statistics", l2=1.0))
    card = tmp_path / "run" / "model" / "card.json"
    for old, new, why in (('"input": "statistics"', '"input": "quarters"', "takes 335 numbers"),
                          ('"input": "statistics"', '"input": "magic"', "unknown features"),
                          ('"noise"', '"noise", "more"', "do not fit")):  # fmt: skip
        whole = card.read_text()
        card.write_text(whole.replace(old, new))
        with pytest.raises(ModelRefused, match=why):
            score(tmp_path / "run", read_manifest(tmp_path / "rows-0.jsonl")[:1])
        card.write_text(whole)


@pytest.mark.weights
def test_an_embedding_of_another_model_is_tried(tmp_path: Path) -> None:
    said = list[str]()
    asked = job(tmp_path / "run", read_manifest(manifest(tmp_path, 3)), folds=3, embedding="yamnet", features="statistics")
    asked = Job(asked.verb, asked.role, asked.question, asked.clips, asked.folder, asked.given, say=said.append)
    assert METHOD.run(asked).input in ("statistics", "yamnet", "yamnet + statistics")
    assert [line.partition(":")[0] for line in said] == ["statistics", "yamnet", "yamnet + statistics"]
