"""Damaged folders of the classical pipeline are refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.beams.token_passing import Weights
from aural.errors import ModelRefused, UsageError
from aural.learn.hidden_markov.languages import loop
from aural.models import acoustics, adaptation, tensors
from aural.models.acoustics import Acoustics
from aural.models.adaptation import Adapted
from aural.models.card import Card, Licences
from aural.models.engines import hmm
from aural.models.face import Decoding
from aural.models.pipeline import Pipeline
from aural.models.runtime import Runtime
from aural.patterns.feature_transform import evidence
from aural.patterns.gaussian_mixtures import single
from aural.patterns.phonetic_tree import untied
from aural.sound.cepstra import Cepstra
from aural.text.pronunciation.dictionary import Dictionary


def pipeline() -> Pipeline:
    rng = np.random.default_rng(0)
    states = np.arange(900) % 9
    x = (states[:, None] + rng.normal(0, 1, (900, 39))).astype(np.float32)
    mixtures = single(x, states, 9)
    model = Acoustics(("_", "a", "b"), Cepstra(sample_rate=8000), untied(3), mixtures, np.full(9, -0.7, np.float32))
    adapted = Adapted(mixtures, model.stay, evidence(mixtures, x, states).scaled(1.0))
    words = Dictionary({"ab": (("a", "b"),), "ba": (("b", "a"),)}, "letters")
    return Pipeline(model, words, loop(["ab", "ba"]), Weights(), adapted)


def card(files: tuple[str, ...]) -> Card:
    return Card("x", "recognizer", "hmm", Licences("", "", "", None, ""), "", sample_rate=8000, files=dict.fromkeys(files, ""))


def test_a_folder_survives_and_answers_alike(tmp_path: Path) -> None:
    made = pipeline()
    names = hmm.write(tmp_path, made)
    assert set(names) == {hmm.ARRAYS, hmm.LANGUAGE, hmm.LEXICON, hmm.PLAIN, hmm.VOICES}
    opened = hmm.open(tmp_path, card(names), Runtime("cpu", 1))
    assert isinstance(opened, hmm.HmmRecognizer)
    samples = (0.1 * np.random.default_rng(1).standard_normal((1, 4000))).astype(np.float32)
    told = [m.recognize(samples, np.array([4000]), Decoding())[0] for m in (opened, hmm.HmmRecognizer(card(names), made))]
    assert told[0].text == told[1].text and told[0].scores == pytest.approx(told[1].scores, rel=1e-3)
    found = opened.pipeline.adapted
    assert found is not None and np.allclose(found.prior.square, made.adapted.prior.square, rtol=1e-5)  # type: ignore[union-attr]


def test_it_is_held_to_a_list_of_words() -> None:
    made = pipeline()
    assert made.search().words == ["ab", "ba"]
    assert made.search(only=("ba",)).words == ["ba"]
    heard = np.random.default_rng(1).standard_normal((1, 8000)).astype(np.float32) * 0.1
    model = hmm.HmmRecognizer(card(()), made)
    told = [model.recognize(heard, np.array([8000]), Decoding(words=words))[0].text for words in (("ab",), ("ba",))]
    assert set(told[0].split()) <= {"ab"} and set(told[1].split()) <= {"ba"}


@pytest.mark.parametrize("word", ["42", "zoo", "?!"])
def test_one_of_the_only_words_that_it_cannot_say_is_told(word: str) -> None:
    model = hmm.HmmRecognizer(card(()), pipeline())
    with pytest.raises(UsageError, match=r"--only-words: the lexicon cannot tell how"):
        model.recognize(np.zeros((1, 4000), np.float32), np.array([4000]), Decoding(words=("ab", word)))


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    names = hmm.write(tmp_path, pipeline())
    whole = {name: (tmp_path / name).read_bytes() for name in names}

    def refused() -> None:
        with pytest.raises(ModelRefused):
            hmm.open(tmp_path, card(names), Runtime("cpu", 1))
        for name, data in whole.items():
            (tmp_path / name).write_bytes(data)

    for name in (hmm.ARRAYS, hmm.VOICES):
        arrays = tensors.read(tmp_path / name)
        tensors.write(tmp_path / name, {k: v for k, v in arrays.items() if k != "means"})
        refused()
        tensors.write(tmp_path / name, {k: v[:-1] if k == "stay" else v for k, v in arrays.items()})
        refused()
        tensors.write(tmp_path / name, {k: np.full_like(v, np.nan) if k == "means" else v for k, v in arrays.items()})
        refused()
    (tmp_path / hmm.PLAIN).write_text("{}")
    refused()
    (tmp_path / hmm.PLAIN).write_text("no json")
    refused()
    assert acoustics.SILENCE == "_" and adaptation.Adapted.__doc__
