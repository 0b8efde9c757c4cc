"""Each verb that is learned trains a few steps on a few tiny clips, and its model answers by the verb's own name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aural
from aural import find
from aural.corpora.manifest import read_manifest
from aural.errors import LearningError, ModelMissing, UsageError
from aural.judge import run as judging
from aural.learn.loading import Clips, Draw, Truth
from aural.learn.train import Ask, Trained, train
from aural.models import store
from aural.models.shelf import Shelf
from aural.results import Result, Span
from aural.sound.sound import Sound, load
from aural.tasks import gender

RATE = 8000
SMALL = {
    "sample_rate": RATE, "epochs": 2, "batch": 4, "width": 2, "blocks": 2, "halvings": 1, "n_mels": 12, "patience": 0,
}  # fmt: skip
SHORT = ("emotion", "animal", "instrument", "genre")


def clips(folder: Path, count: int = 4) -> Path:
    """Rows that tell everything: labels, a number, events, a pitch curve, words, notes and moments."""
    rows = []
    for k in range(count):
        low = k % 2 == 0
        size = RATE // 2 + 400 * k
        tone = 0.2 * np.sin(2 * np.pi * (220 if low else 880) * np.arange(size) / RATE)
        tone[: RATE // 5] = 0
        Sound(tone.astype(np.float32)[None], RATE).save(folder / f"{k}.wav")
        seconds, name = size / RATE, "low" if low else "high"
        values = [None if i < 20 else (220.0 if low else 880.0) for i in range(int(seconds * 100))]
        rows.append({
            "audio": f"{k}.wav", "duration": seconds, "label": name, "labels": ["tone"], "age": 10.0 + k, "text": f"{name} {name}",
            "speaker": f"s{k}", "events": [{"start": 0.2, "end": round(seconds, 3), "label": name}],
            "pitch": {"hop": 0.01, "values": values}, "times": [0.2],
            "notes": [{"start": 0.2, "end": round(seconds, 3), "pitch": 57 if low else 81}],
        })  # fmt: skip
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def learned(verb: str, folder: Path, label: str | None = None, unit: str = "") -> Trained:
    rows = clips(folder)
    ask = Ask(verb, rows, folder / "run", rows, label, given=SMALL, force=True, unit=unit)
    return train(ask, say=lambda text: None)


CHECKS: dict[str, Callable[[Result], Any]] = {
    "classify": lambda r: {x.label for x in r.labels or ()} == {"high", "low"},
    "tag": lambda r: {x.label for x in r.labels or ()} <= {"high", "low", "tone"},
    "detect": lambda r: {e.label for e in r.events or ()} <= {"high", "low"},
    "vad": lambda r: r.speech is not None,
    "pitch": lambda r: r.curves and r.curves[0].unit == "Hz" and len(r.curves[0].values) == 25,
    "transcribe": lambda r: set((r.text or "").split()) <= {"high", "low"},
    "notes": lambda r: r.notes is not None,
    "onsets": lambda r: r.events is not None,
    "gender": lambda r: r.speech is not None,
    "emotion": lambda r: {x.label for x in r.labels or ()} == {"high", "low"},
}


@pytest.mark.weights
@pytest.mark.parametrize("verb", sorted(CHECKS))
def test_it_learns_and_answers(verb: str, tmp_path: Path) -> None:
    made = learned(verb, tmp_path)
    assert made.card.question == find.page("tasks", verb).TASK.question
    told = getattr(aural, verb)(str(tmp_path / "0.wav"), model=str(tmp_path / "run"))
    assert CHECKS[verb](told), told
    assert find.page("tasks", verb).TASK.show(told)
    assert made.receipt is not None and set(made.receipt.metrics) <= set(_figures(verb))


def _figures(verb: str) -> list[str]:
    return [name for page in judging.scorers_of(verb) for name in judging.scorer(page).FIGURES]


@pytest.mark.parametrize(("verb", "effect"), [("detect", "shift"), ("pitch", "pitch"), ("notes", "speed")])
def test_effects_that_move_the_truth_are_refused(verb: str, effect: str, tmp_path: Path) -> None:
    rows = clips(tmp_path)
    with pytest.raises(UsageError, match=effect):
        train(Ask(verb, rows, tmp_path / "run", rows, given={**SMALL, "augment": effect}, force=True), say=lambda text: None)


def test_parts_of_clips_keep_their_own_truth(tmp_path: Path) -> None:
    """A part that is cut out in training is told what happens in it, not what happens at the start of the clip."""
    rows = read_manifest(clips(tmp_path))
    cut = Clips(rows, RATE, Truth("frame_set", ("high", "low"), 80, RATE), crop=0.25)
    for epoch in range(6):
        example = cut[Draw(0, epoch)]
        loud = np.abs(example.samples.reshape(-1, 80)).max(axis=1) > 0.05
        assert np.mean(example.target[:, 1].astype(bool) == loud) > 0.9


def test_a_number_has_its_name_and_unit(tmp_path: Path) -> None:
    rows = clips(tmp_path)
    rows.write_text(rows.read_text() + json.dumps({"audio": "0.wav", "duration": 0.5}) + "\n")
    said: list[str] = []
    ask = Ask("estimate", rows, tmp_path / "run", rows, "age", given=SMALL, force=True, unit="years")
    made = train(ask, say=said.append)
    assert "note: 2 clips without 'age' are left out" in said
    assert made.card.labels == ("age",) and made.card.unit == "years"
    told = aural.estimate(str(tmp_path / "1.wav"), model=str(tmp_path / "run"), every=0.25)
    assert [(c.name, c.unit, len(c.values)) for c in told.curves] == [("age", "years", 1), ("age over time", "years", 3)]
    assert 0 < told.curves[0].values[0] < 30
    assert aural.tasks.estimate.TASK.show(told).startswith("age: ")
    assert made.receipt is not None and made.receipt.metrics["mae"].value < 10


@pytest.mark.weights
def test_voices_become_vectors(tmp_path: Path) -> None:
    """Low and high tones as two voices: learned from some clips, told apart in others."""
    rows, run = clips(tmp_path, 8), tmp_path / "run"
    given = {**SMALL, "epochs": 20, "rate": 0.01, "head.size": 4, "width": 4}
    made = train(Ask("embed", rows, run, rows, "label", given=given), say=lambda text: None)
    assert made.card.role == "speaker_embedding" and made.card.figures["valid"]["eer"]["value"] < 0.2
    with store.open_model(str(run), "speaker_embedding") as model:
        waves = [load(tmp_path / f"{k}.wav").samples for k in range(4)]
        vectors = np.concatenate([model.embed(w, np.array([w.shape[1]])) for w in waves])
        part = model.embed(waves[0], np.array([waves[0].shape[1]]), [np.zeros(10)])
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
    assert vectors[0] @ vectors[2] > vectors[0] @ vectors[1] and np.abs(part[0] - vectors[0]).max() < 1e-5
    one = tmp_path / "one.jsonl"
    one.write_text(rows.read_text().splitlines()[0] + "\n")
    with pytest.raises(LearningError, match="too few"):
        train(Ask("embed", one, tmp_path / "other", rows, given=given, force=True), say=lambda text: None)


@pytest.mark.parametrize("verb", [*(v for v in SHORT if v != "instrument"), "estimate", "notes", "onsets"])
def test_without_a_model_the_way_to_one_is_told(verb: str) -> None:
    with pytest.raises(ModelMissing, match=f"aural train {verb}"):
        getattr(aural, verb)((np.zeros((1, 4000), np.float32), RATE))


def test_a_model_that_is_there_becomes_the_default(tmp_path: Path) -> None:
    learned("classify", tmp_path)
    card = tmp_path / "run" / "model" / "card.json"
    card.write_text(card.read_text().replace('"name": "run"', '"name": "animals"'))
    added = store.add(tmp_path / "run" / "model")
    try:
        told = aural.animal(str(tmp_path / "0.wav"))
        assert told.made_by == {"classifier": "animals"} and told.labels
        shelf = Shelf({"gender": added.name, "vad": "silero-vad"})
        assert gender.role_of(shelf) == "classifier", "a model of classes answers gender, too"
        with shelf.open("classifier") as model:
            voices = gender.Voices(model)
            voices.push(load(tmp_path / "0.wav").samples[0])
            voices.finish()
            assert {x.label for x in voices.over([Span(0.0, 0.4)]) or ()} == {"high", "low"}
    finally:
        store.remove(added.name)
