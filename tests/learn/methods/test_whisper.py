"""The method behind `--method whisper`: languages and times come from the rows, the folder answers as published Whisper does."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from said_tones import RATE, save

import aural
from aural.beams import kneser_ney
from aural.beams.fusion import Language
from aural.errors import UsageError
from aural.learn.job import Job
from aural.learn.methods import whisper
from aural.learn.train import Ask, Trained, train
from aural.models import store
from aural.models.engines import marked
from aural.models.engines._whisper import Heard, Whisper
from aural.models.face import Decoding, LanguageGuesser
from aural.results import Question

SMALL = {
    "sample_rate": RATE, "epochs": 1, "batch": 2, "encoder.width": 8, "encoder.layers": 1, "encoder.heads": 2, "n_mels": 12,
    "patience": 0,
    "decoder.width": 8, "decoder.layers": 1, "decoder.heads": 2, "units": "words", "threads": 1,
}  # fmt: skip


def rows(folder: Path) -> Path:
    lines = []
    for k, text in enumerate(("low high", "high low", "tief hoch", "")):
        save(folder / f"{k}.wav", text)
        row = {"audio": f"{k}.wav", "duration": 1.0, "text": text, "speaker": f"s{k}", "language": "de" if k == 2 else "en"}
        words = [{"text": w, "start": 0.1 + 0.4 * i, "end": 0.4 + 0.4 * i} for i, w in enumerate(text.split())]
        lines.append(json.dumps(row | ({"words": words} if k == 0 else {})) + "\n")
    path = folder / "rows.jsonl"
    path.write_text("".join(lines))
    return path


def test_what_it_cannot_do_is_told_before_anything_is_opened() -> None:
    job = Job("transcribe", "recognizer", Question("sequence", "class"), {"train": [], "valid": []}, Path("x"))
    assert whisper.read(job).options.encoder == "transformer"
    for given, told in (({"decoder": "recurrent"}, "Transformer"), ({"int8": True}, "int8"), ({"crop": 1.0}, "no longer says")):
        with pytest.raises(UsageError, match=told):
            whisper.read(Job("transcribe", "recognizer", Question("sequence", "class"), {}, Path("x"), given))


def stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Trained on four rows, once for all of this file."""
    folder = tmp_path_factory.mktemp("marked")
    return train(Ask("transcribe", rows(folder), folder / "run", rows(folder), None, "whisper", SMALL), say=lambda text: None)


def test_one_that_begins_with_another_keeps_its_decoder(made: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {**SMALL, "start": str(made.folder)}
    del given["n_mels"]  # it comes with what is begun with
    monkeypatch.setattr(whisper, "_LEAST", 1.0)  # as if the clips were shorter than those before: fewer marks of time
    monkeypatch.setattr(whisper, "fitted", stop)  # what is begun with is told before
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        train(Ask("transcribe", rows(tmp_path), tmp_path / "same", rows(tmp_path), None, "whisper", given), say=said.append)
    assert "its head and decoder too" in " ".join(said)


@pytest.mark.weights
def test_the_folder_answers_as_published_whisper_does(made: Trained) -> None:
    assert made.card.kind == "marked" and made.card.languages == ("de", "en") and made.card.calibration["timed"] == 1.0
    with store.open_model(str(made.folder), "recognizer") as model:
        assert isinstance(model, Whisper)
        samples = 0.1 * np.random.default_rng(0).standard_normal((1, 2 * RATE)).astype(np.float32)
        heard = model.languages(samples, np.array([2 * RATE]))[0]
        assert set(heard) == {"de", "en"} and sum(heard.values()) == pytest.approx(1.0)
        for decoding in (Decoding(), Decoding("de", beam=3), Decoding("en", "translate")):
            (told,) = model.recognize(samples, np.array([2 * RATE]), decoding)
            assert told.language in {"de", "en"} and set(told.text.split()) <= {"low", "high", "tief", "hoch"}
            assert all(0 <= w.start < w.end <= 2.0 for w in told.words or ())
        _heard_along(model, samples)
        assert model.looks(samples[0], Decoding("en")).weights.shape[1] == 25, "frames of 80 ms"
    assert aural.transcribe(made.folder.parent / "0.wav", model=str(made.folder), language="de").language == "de"
    with store.open_model(str(made.folder), "language") as model:
        assert isinstance(model, LanguageGuesser)


def _heard_along(model: Whisper, samples: np.ndarray) -> None:
    """CTC and a language model speak beside the decoder, not of a translation; what was not learned is refused."""
    lengths = np.array([samples.shape[1]])

    def told(**asked: object) -> tuple[str, tuple[float, ...]]:
        (found,) = model.recognize(samples, lengths, Decoding("en", beam=4, word_times=False, **asked))  # type: ignore[arg-type]
        return found.text, found.logprobs

    assert told() == told(ctc=0.3) != told(ctc=0.0), "as it was trained"
    assert told(task="translate") == told(task="translate", ctc=0.9)
    assert len(told(unit_bonus=9.0)[1]) > len(told(unit_bonus=-9.0)[1])
    dear = Language(kneser_ney.trained([["tief"] * 3], 2), weight=0.01, bonus=-90.0)
    assert told(lm=(dear,))[0] == "" != told(unit_bonus=9.0)[0], "every word costs more than silence"
    bare = marked.SamplesEar(None, dataclasses.replace(model.card, calibration={}), None)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="without CTC"):
        bare.beside(Heard({}), Decoding(ctc=0.4))
