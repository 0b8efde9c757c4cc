"""The classical pipeline from rows to words: learned from tones, read back, scored apart, laid over a text."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import aural
from aural.corpora.manifest import Clip
from aural.errors import AuralError, UsageError
from aural.learn import fetched
from aural.learn.export import write_program
from aural.learn.hidden_markov import ladder
from aural.learn.job import Job
from aural.learn.methods import hmm
from aural.models.card import Licences
from aural.models.card import read as read_card
from aural.models.engines import hmm as engine
from aural.models.face import Decoding, PhoneAligner
from aural.models.listener import FILE
from aural.models.runtime import Runtime
from aural.results import Question
from aural.sound.sound import Sound
from aural.text.pronunciation import dictionary as dictionaries

RATE = 8000
TONES = {"a": 500.0, "b": 1100.0, "c": 2300.0}
SAID: list[str] = []
WORDS = ("ab", "ba", "cab")


def said(text: str, rng: np.random.Generator) -> tuple[np.ndarray, list[tuple[str, float, float]]]:
    """Letters as tones of 0.1 s each, pauses around words; and where each letter lies (s)."""
    parts: list[np.ndarray] = [np.zeros(round(float(rng.uniform(0.1, 0.2)) * RATE))]
    places = []
    for word in text.split():
        for letter in word:
            start = sum(map(len, parts)) / RATE
            n = round(float(rng.uniform(0.08, 0.14)) * RATE)
            tone = sum(np.sin(2 * np.pi * k * TONES[letter] * np.arange(n) / RATE) / k for k in (1, 1.5))
            parts.append(0.2 * tone + 0.01 * rng.standard_normal(n))
            places.append((letter, start, start + n / RATE))
        parts.append(np.zeros(round(float(rng.uniform(0.1, 0.2)) * RATE)))
    return np.concatenate(parts).astype(np.float32) + 1e-4 * rng.standard_normal(sum(map(len, parts))).astype(np.float32), places


def rows(folder: Path, count: int = 24) -> list[Clip]:
    rng = np.random.default_rng(0)
    clips = []
    for k in range(count):
        text = " ".join(rng.choice(WORDS, size=int(rng.integers(1, 4))).tolist())
        samples, _ = said(text, rng)
        Sound(samples[None], RATE).save(folder / f"{k}.wav")
        clips.append(Clip(folder / f"{k}.wav", f"{k}.wav", text=text, speaker=f"s{k % 2}", duration=len(samples) / RATE))
    return clips


def job(folder: Path, clips: list[Clip], given: dict[str, object]) -> Job:
    parts = {"train": clips[4:], "valid": clips[:4]}
    return Job("transcribe", "recognizer", Question("sequence", "class"), parts, folder / "run", given, say=SAID.append)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hmm")
    (folder / "run").mkdir()
    hmm.run(job(folder, rows(folder), {"phones": "letters", "stages": ladder.STAGES, "gaussians": 40, "threads": 1}))
    return folder


def opened(folder: Path) -> engine.HmmRecognizer:
    model = engine.open(folder / "run/model", read_card(folder / "run/model/card.json"), Runtime("cpu", 1))
    assert isinstance(model, engine.HmmRecognizer) and isinstance(model, PhoneAligner)
    return model


def test_words_are_read_back_with_scores_times_and_readings(learned: Path) -> None:
    model = opened(learned)
    samples, places = said("cab ab ba", np.random.default_rng(7))
    told = model.recognize(samples[None], np.array([len(samples)]), Decoding())[0]
    assert told.text == "cab ab ba" and told.alternatives == ()
    assert told.words is not None and all(0 < (w.confidence or 0) <= 1 for w in told.words)
    assert abs(told.words[0].start - places[0][1]) < 0.045 and abs(told.words[2].end - places[-1][2]) < 0.045


def test_readings_with_their_scores_apart(learned: Path) -> None:
    found = opened(learned).pipeline
    wide = dataclasses.replace(found, weights=dataclasses.replace(found.weights, beam=500.0, ends=500.0))
    model = engine.HmmRecognizer(opened(learned).card, wide)
    samples = said("cab ab ba", np.random.default_rng(7))[0]
    told = model.recognize(samples[None], np.array([len(samples)]), Decoding(n_best=3))[0]
    assert len({told.text, *told.alternatives}) == 3
    scores, weights = told.scores, model.pipeline.weights
    for end in ("", "_2", "_3"):
        assert {f"likelihood{end}", f"lm{end}"} <= set(scores)
    ranks = [weights.scale * scores[f"likelihood{e}"] + weights.language * scores[f"lm{e}"] for e in ("", "_2")]
    assert ranks[0] > ranks[1] - 2


def test_phones_lie_where_they_are(learned: Path) -> None:
    samples, places = said("ab cab", np.random.default_rng(8))
    words, phones = opened(learned).lay(samples, "ab cab")
    assert [p.label for p in phones] == [letter for letter, _, _ in places] and {p.layer for p in phones} == {"phone"}
    off = [abs(p.start - start) + abs(p.end - end) for p, (_, start, end) in zip(phones, places, strict=True)]
    assert np.median(off) < 0.03
    assert words[0].start == phones[0].start and words[1].end == phones[-1].end
    guessed = opened(learned).lay(samples[:400], "ab cab")
    assert [w.timed for w in guessed[0]] == ["guessed", "guessed"] and guessed[1] == ()


def test_silence_and_nothing_at_all(learned: Path) -> None:
    told = opened(learned).recognize(np.zeros((2, 8000), np.float32), np.array([8000, 0]), Decoding())
    assert [t.text for t in told] == ["", ""]


def test_other_words_by_a_language_model_of_the_users(learned: Path) -> None:
    samples, _ = said("bac", np.random.default_rng(9))
    path = learned / "one.wav"
    Sound(samples[None], RATE).save(path)
    (learned / "text.txt").write_text("bac\nbac bac\nab bac\n")
    from aural.tasks._language_models import languages

    model = opened(learned)
    lm = languages(model.card, None, str(learned / "text.txt"), "words", 2, None, None)
    assert lm[0].weight == model.card.calibration["lm_weight"]
    assert model.recognize(samples[None], np.array([len(samples)]), Decoding(lm=lm))[0].text == "bac"


def test_what_is_left_beside_the_model(learned: Path) -> None:
    stages = json.loads((learned / "run/stages.json").read_text())
    assert [s["stage"] for s in stages] == list(ladder.STAGES) and stages[-1]["wer"] < 0.3
    assert set(dictionaries.read(learned / "run/model/lexicon.txt").ways) == set(WORDS)
    assert aural.__version__


def test_words_of_a_text_beside_the_clips_are_heard(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "more.txt").write_text("cc ab\n\nAb, cc!\ncc cc ab\n" * 9)
    given = {"phones": "letters", "stages": ("mono",), "gaussians": 30, "grammar": "ngram", "lm_text": str(tmp_path / "more.txt")}
    hmm.run(job(tmp_path, rows(tmp_path), given))
    model = opened(tmp_path)
    samples = said("cc ab", np.random.default_rng(3))[0]
    assert "cc" not in WORDS and model.recognize(samples[None], np.array([len(samples)]), Decoding())[0].text == "cc ab"


def test_a_search_is_made_once_for_a_language_model(learned: Path) -> None:
    from aural.tasks._language_models import languages

    model = opened(learned)
    (learned / "same.txt").write_text("ab cab\nba ab\n")
    asked = [Decoding(lm=languages(model.card, None, str(learned / "same.txt"), "words", 2, None, None)) for _ in range(2)]
    assert asked[0].lm[0] is not asked[1].lm[0] and model._search(asked[0]) is model._search(asked[1])
    for n in range(12):
        model._search(dataclasses.replace(asked[0], hotwords=(f"ab^{n + 1}",)))
    assert len(model._searches) <= 8


def test_a_foreign_word_in_a_text_does_not_change_what_words_are_made_of(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "more.txt").write_text("the café\nab cab\n", encoding="utf-8")
    given = {"stages": ("mono",), "gaussians": 30, "grammar": "ngram", "lm_text": str(tmp_path / "more.txt")}
    hmm.run(job(tmp_path, rows(tmp_path), given))
    assert any("English phones" in line for line in SAID[-40:]) and read_card(tmp_path / "run/model/card.json").languages == ("en",)


def test_files_that_cannot_be_read_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(bytes(range(128, 256)))
    (tmp_path / "empty").write_text("\n...\n")
    wrongs = (
        ("lm_text", "", "--set lm_text .*this is a folder"), ("lm", "", "--lm .*this is a folder"),
        ("lexicon", "", "--lexicon .*this is a folder"), ("lm_text", "damaged", "this text cannot be read"),
        ("lm", "damaged", "this language model cannot be read"), ("lexicon", "damaged", "this lexicon cannot be read"),
        ("lm_text", "empty", "no text to learn"), ("lm", "empty", "no ARPA file"),
    )  # fmt: skip
    for name, file, wrong in wrongs:
        with pytest.raises(AuralError, match=wrong):
            hmm.read(job(tmp_path, [], {name: str(tmp_path / file)}))


def test_what_is_asked_wrongly_is_refused(tmp_path: Path) -> None:
    wrongs: tuple[tuple[dict[str, object], str], ...] = (
        ({"stages": ("tri",)}, "begin with mono"), ({"stages": ("mono", "lda", "tri")}, "no stages"),
        ({"stages": ("x",)}, "no stages"), ({"augment": ("shift",)}, "no longer says"),
        ({"lexicon": str(tmp_path / "none")}, "no such file"), ({"encoder": "cnn"}, "encoder"),
        ({"lm_text": str(tmp_path / "none")}, "--set lm_text .*no such file"), ({"lm": "a", "lm_text": "b"}, "both tell"),
        ({"listener": "moonshine-base"}, "only the net of the stage hybrid .* Add it: --stages mono,tri,lda,sat,hybrid"),
        ({"listener": "moonshine-base", "stages": ("mono", "lda")}, "Add it: --stages mono,lda,hybrid"),
        ({"listener": "moonshine-tiny", "stages": ("mono", "hybrid")}, "moonshine-tiny cannot lend its encoder"),
    )  # fmt: skip
    for given, wrong in wrongs:
        with pytest.raises(UsageError, match=wrong):
            hmm.read(job(tmp_path, [], given))


class Heard(nn.Module):  # type: ignore[misc]
    """In an encoder's place: a frame of 12 numbers each 384 samples, of the 895 that it hears."""

    def __init__(self) -> None:
        super().__init__()
        self.bands = nn.Conv1d(1, 12, 895, 384)

    def forward(self, samples: torch.Tensor) -> torch.Tensor:
        return self.bands(samples[:, None]).transpose(1, 2).abs()


def small_encoder(name: str, path: Path, progress: object) -> int:
    torch.manual_seed(0)
    made, free = Heard().eval(), {0: torch.export.Dim("batch", min=1), 1: torch.export.Dim("time", min=1600)}
    write_program(made, (torch.zeros(2, 4000),), (free,), path, ["input_values"], ["frames"])
    return sum(p.numel() for p in made.parameters())


@pytest.fixture(scope="module")
def listening(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pipeline whose net hears with a small encoder; what it is made of does not lie here any more."""
    folder = tmp_path_factory.mktemp("listening")
    (folder / "run").mkdir()
    given = {"phones": "letters", "stages": ("mono", "sat", "hybrid"), "gaussians": 40, "threads": 1, "listener": "moonshine-base"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetched, "write_encoder", small_encoder)
        patch.setattr(fetched, "licences", lambda name: Licences("", "MIT", "", False, "its page"))
        hmm.run(job(folder, rows(folder), given))
    return folder


def test_the_net_hears_with_an_encoder_that_lies_in_the_model_folder(listening: Path) -> None:
    model = opened(listening)
    assert FILE in model.card.files
    assert model.card.licences.weights == "hears with moonshine-base (MIT); else as the data allow"
    assert model.card.licences.commercial is False
    samples = said("cab ab ba", np.random.default_rng(7))[0]
    assert model.recognize(samples[None], np.array([len(samples)]), Decoding())[0].text == "cab ab ba"
    net, width = model.pipeline.net, model.pipeline.acoustics.mixtures.means.shape[1]
    assert net is not None and net.shape("heard")[1] == width + 12
    assert json.loads((listening / "run/stages.json").read_text())[-1]["wer"] < 0.3
    told = model.recognize(np.zeros((2, 8000), np.float32), np.array([8000, 0]), Decoding())
    assert [t.text for t in told] == ["", ""]


def test_where_a_net_hears_with_an_encoder_phones_are_laid_by_cepstra(listening: Path) -> None:
    samples, places = said("ab cab", np.random.default_rng(8))
    phones = opened(listening).lay(samples, "ab cab")[1]
    assert [p.label for p in phones] == [letter for letter, _, _ in places]
