"""A model that a user trained takes the place of the part of listen that it answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import aural
from aural.errors import ModelMissing, UsageError
from aural.learn.train import Ask, train
from aural.models import card as cards
from aural.models.card import Card, Licences
from aural.sound.sound import Sound
from aural.tasks.listen import part

RATE = 16000


def folder(place: Path, role: str, labels: tuple[str, ...] = ("a", "b")) -> str:
    """A model folder with nothing but its card."""
    place.mkdir()
    cards.write(Card("mine", role, "onnx", Licences("x", "x", "x", None, "x"), "here", labels=labels), place / "card.json")
    return str(place)


@pytest.mark.parametrize(
    ("role", "labels", "answers"),
    [
        ("recognizer", ("a",), "recognizer"), ("vad", ("speech",), "vad"), ("tagger", ("dog",), "tagger"),
        ("speaker_embedding", (), "speaker_embedding"), ("classifier", ("dog", "cat"), "classifier"),
        ("classifier", ("Female", "male"), "gender"),
    ],
)  # fmt: skip
def test_the_card_tells_the_part(role: str, labels: tuple[str, ...], answers: str, tmp_path: Path) -> None:
    assert part(folder(tmp_path / "run", role, labels)) == answers


def test_names_of_the_store_are_told_apart(tmp_path: Path) -> None:
    assert [part(name) for name in ("moonshine-base", "small", "yamnet", "silero-vad")] == [
        "recognizer", "recognizer", "tagger", "vad",
    ]  # fmt: skip
    assert part("openai/whisper-base") == "recognizer"
    with pytest.raises(ModelMissing):
        part("no-such-model")
    with pytest.raises(UsageError, match="no part of listen"):
        part(folder(tmp_path / "run", "estimator"))


def test_sounds_are_named_by_a_model_of_classes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for label, hz in (("whistle", 2500.0), ("hum", 150.0)):
        (tmp_path / "set" / label).mkdir(parents=True)
        for k in range(8):
            Sound(tone(hz * rng.uniform(0.9, 1.1), 1.0)[None], RATE).save(tmp_path / "set" / label / f"{k}.wav")
    train(Ask("classify", tmp_path / "set", tmp_path / "run", method="classical"), say=lambda text: None)
    wave = np.concatenate([np.zeros(2 * RATE, np.float32), tone(2500.0, 3.0), np.zeros(3 * RATE, np.float32), tone(150.0, 2.0)])
    told = aural.listen((wave[None], RATE), model=str(tmp_path / "run"))
    found = [(e.label, round(e.start), round(e.end)) for e in told.events or () if e.layer == "sound"]
    assert found == [("whistle", 2, 5), ("hum", 8, 10)]
    assert told.made_by["classifier"] == "run" and "tagger" not in told.made_by and told.made_by["recognizer"] == "moonshine-base"


def tone(hz: float, seconds: float) -> np.ndarray:
    return (0.2 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)
