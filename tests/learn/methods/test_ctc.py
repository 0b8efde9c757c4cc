"""The method behind `aural train transcribe`: units are found in the texts, written beside the graph, and read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from said_tones import RATE, job, rows

import aural
from aural.corpora.manifest import Clip, read_manifest
from aural.errors import LearningError, UsageError
from aural.learn.job import Job
from aural.learn.methods import _spelled, ctc
from aural.learn.options import Options
from aural.learn.train import Ask, train
from aural.results import Question
from aural.text import units

SMALL = {
    "sample_rate": RATE, "epochs": 2, "batch": 4, "width": 2, "blocks": 2, "halvings": 1, "n_mels": 12, "patience": 0,
}  # fmt: skip


def test_what_parts_a_clip_from_its_text_is_refused() -> None:
    for given in ({"augment": ("mixup",)}, {"augment": ("shift",)}, {"crop": 1.0}):
        with pytest.raises(UsageError, match="no longer says its text"):
            ctc.read(job(given))
    assert ctc.read(job({"augment": ("speed", "noise")})).options.augment == ("speed", "noise")


def test_targets_count_from_one_and_what_cannot_be_written_is_an_error() -> None:
    spelled = ctc.Spelled(units.train("words", ["one two"], 0))
    clip = Clip(Path("a.wav"), "a", text="two one")
    assert spelled(clip, 100).tolist() == [2, 1]
    assert ctc.Spelled(units.train("chars", ["ab"], 0))(Clip(Path("a.wav"), "a", text="ba xb"), 100).tolist() == [1, 3, 2, 1, 3, 4]


@pytest.mark.parametrize(("kind", "count"), ((None, 2), ("chars", 7), ("bpe", 9), ("unigram", 9)))
def test_the_units_that_were_asked_for(kind: str | None, count: int, tmp_path: Path) -> None:
    found = _spelled.units_of(read_manifest(rows(tmp_path)), Options(units=kind, vocabulary=9))
    assert found.kind == (kind or "words") and len(found.pieces) == count


def test_clips_shorter_than_their_texts(tmp_path: Path) -> None:
    made = units.train("chars", ["low high"], 0)
    clips = [Clip(Path("a.wav"), "a", text="low high", duration=seconds) for seconds in (0.1, 2.0, 2.0)]
    said: list[str] = []
    told = Job("transcribe", "recognizer", Question("sequence", "class"), {"train": clips}, Path("x"), say=said.append)
    ctc._check(told, made, 0.04)
    assert "1 clips have more units than frames" in said[0]
    with pytest.raises(LearningError, match="3 of 3"):
        ctc._check(told, made, 1.0)


@pytest.mark.weights
def test_letters_are_learned_and_the_folder_is_whole(tmp_path: Path) -> None:
    ask = Ask("transcribe", rows(tmp_path), tmp_path / "run", rows(tmp_path), given=SMALL | {"units": "chars"}, force=True)
    made = train(ask, say=lambda text: None)
    folder = tmp_path / "run" / "model"
    assert made.card.kind == "ctc" and made.card.labels == units.read(folder / "units.json").pieces
    assert set(made.card.files) == {"model.onnx", "units.json"}
    told = aural.transcribe(tmp_path / "0.wav", model=str(tmp_path / "run"), beam=4)
    assert set(told.text or "") <= set("lowhig ")
