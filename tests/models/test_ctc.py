"""The recognizer that reads token chances greedily: repeats are joined, blanks fall away, words have times."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from aural.beams.fusion import Language
from aural.beams.kneser_ney import trained
from aural.models.card import Card, Licences
from aural.models.engines.ctc import CtcRecognizer, Token, runs
from aural.models.face import Decoding, Hypothesis
from aural.text.units import Units

CARD = Card("digits", "recognizer", "ctc", Licences("x", "x", "x", None, "x"), "here", labels=("one", "two"), hop=0.04)


def chances(tokens: list[int]) -> np.ndarray:
    """[F, 3] with 0.8 at each token."""
    return np.where(np.arange(3)[None] == np.array(tokens)[:, None], 0.8, 0.1)


class Told:
    """A graph that answers with what it was given."""

    def __init__(self, answers: np.ndarray, frames: list[int]) -> None:
        self.answers, self.frames = answers, frames

    def rows(self, samples: np.ndarray, lengths: np.ndarray) -> list[np.ndarray]:
        return [row[:n] for row, n in zip(self.answers, self.frames, strict=True)]


def test_runs_of_tokens() -> None:
    assert runs(chances([0, 1, 1, 0, 1, 2, 2])) == [Token(1, 1, 3), Token(1, 4, 5), Token(2, 5, 7)]
    assert runs(chances([0, 0])) == [] and runs(np.zeros((0, 3))) == []


def test_words_with_times_and_scores() -> None:
    answers = np.stack([chances([0, 1, 1, 0, 1, 2, 2]), chances([2, 0, 1, 1, 1, 1, 1])])
    model = CtcRecognizer(CARD, Told(answers, [7, 2]))  # type: ignore[arg-type]
    first, second = model.recognize(np.zeros((2, 4800)), np.array([4800, 1280]), Decoding())
    assert (first.text, second.text) == ("one one two", "two"), "frames behind the length are not read"
    assert [(w.text, w.start, w.end) for w in first.words or ()][:2] == [("one", 0.04, 0.12), ("one", 0.16, 0.2)]
    assert first.scores["avg_logprob"] == pytest.approx(np.log(0.8)) and first.tokens == (1, 1, 2)
    assert model.recognize(np.zeros((2, 4800)), np.array([4800, 1280]), Decoding(word_times=False))[0].words is None


LETTERS = Units("chars", ("\u2581", "a", "b"))


def spelling(tokens: list[int], sure: float = 0.9) -> np.ndarray:
    """[F, 4] with `sure` at each token."""
    return np.where(np.arange(4)[None] == np.array(tokens)[:, None], sure, (1 - sure) / 3)


def recognizer(answers: np.ndarray) -> CtcRecognizer:
    card = dataclasses.replace(CARD, labels=LETTERS.labels)
    return CtcRecognizer(card, Told(answers[None], [len(answers)]), LETTERS)  # type: ignore[arg-type]


def heard(answers: np.ndarray, decoding: Decoding) -> Hypothesis:
    size = round(len(answers) * 0.04 * 16000)
    return recognizer(answers).recognize(np.zeros((1, size)), np.array([size]), decoding)[0]


def test_letters_become_words_with_times() -> None:
    told = heard(spelling([0, 1, 2, 2, 0, 3, 0, 1, 0, 3, 3, 0]), Decoding())
    assert [(w.text, round(w.start, 2), round(w.end, 2)) for w in told.words or ()] == [("ab", 0.08, 0.24), ("b", 0.36, 0.44)]
    assert all(w.confidence == pytest.approx(0.9) for w in told.words or ())


def test_a_beam_is_greedy_where_all_is_clear() -> None:
    answers = spelling([1, 2, 2, 0, 3, 0, 1, 0, 3, 3])
    plain, wide = heard(answers, Decoding()), heard(answers, Decoding(beam=8))
    assert wide.text == plain.text == "ab b" and wide.words == plain.words


def test_readings_keep_both_scores_apart_and_the_language_turns_them() -> None:
    answers = spelling([1, 2, 0, 2, 0, 0])
    answers[3] = (0.03, 0.02, 0.52, 0.43)
    alone = heard(answers, Decoding(beam=8, n_best=3))
    assert alone.text == "aa" and "ab" in alone.alternatives and alone.scores["lm"] == 0
    assert alone.scores["acoustic"] > alone.scores["acoustic_2"]
    model = trained([["ab"], ["ab"], ["ab", "b"]], 2)
    told = heard(answers, Decoding(n_best=2, lm=(Language(model, weight=1.0),)))
    assert told.text == "ab" and told.scores["lm"] == pytest.approx(model.logprob(["ab"]))
    assert told.scores["acoustic"] < alone.scores["acoustic"]
    letters = trained([list("\u2581ab")] * 3, 3)
    assert heard(answers, Decoding(lm=(Language(letters, "characters", 1.0),))).text == "ab"
    assert heard(answers, Decoding(hotwords=("AB^2",))).text == "ab"


def test_a_known_text_is_laid_over_the_frames() -> None:
    model = recognizer(spelling([0, 1, 2, 2, 0, 3, 0, 1, 0, 3, 3, 0]))
    words = model.align(np.zeros(round(12 * 0.04 * 16000)), "ab b")
    assert [(w.text, round(w.start, 2), round(w.end, 2), w.timed) for w in words] == [
        ("ab", 0.08, 0.24, "measured"), ("b", 0.36, 0.44, "measured")]  # fmt: skip
    odd = model.align(np.zeros(round(12 * 0.04 * 16000)), "ab !? b")
    assert [w.timed for w in odd] == ["measured", "guessed", "measured"]
    long = model.align(np.zeros(round(12 * 0.04 * 16000)), "abababab ababab")
    assert [w.timed for w in long] == ["guessed"] * 2
