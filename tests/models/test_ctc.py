"""The recognizer that reads token chances greedily: repeats are joined, blanks fall away, words have times."""

from __future__ import annotations

import numpy as np

from aural.models.card import Card, Licences
from aural.models.engines.ctc import CtcRecognizer, runs
from aural.models.face import Decoding

CARD = Card("digits", "recognizer", "ctc", Licences("x", "x", "x", None, "x"), "here", labels=("one", "two"), hop=0.04)


def chances(tokens: list[int]) -> np.ndarray:
    """[F, 3] with 0.8 at each token."""
    return np.where(np.arange(3)[None] == np.array(tokens)[:, None], 0.8, 0.1)


class Told:
    """A session that answers with what it was given."""

    def __init__(self, answers: np.ndarray, frames: list[int]) -> None:
        self.answers, self.frames = answers, np.array(frames)

    def run(self, feeds: object, outputs: list[str]) -> list[np.ndarray]:
        return [{"answers": self.answers, "frames": self.frames}[name] for name in outputs]


def test_runs_of_tokens() -> None:
    assert runs(chances([0, 1, 1, 0, 1, 2, 2])) == [(1, 1, 3), (1, 4, 5), (2, 5, 7)]
    assert runs(chances([0, 0])) == [] and runs(np.zeros((0, 3))) == []


def test_words_with_times_and_scores() -> None:
    answers = np.stack([chances([0, 1, 1, 0, 1, 2, 2]), chances([2, 0, 1, 1, 1, 1, 1])])
    model = CtcRecognizer(CARD, Told(answers, [7, 2]))  # type: ignore[arg-type]
    first, second = model.recognize(np.zeros((2, 4800)), np.array([4800, 1280]), Decoding())
    assert (first.text, second.text) == ("one one two", "two"), "frames behind the length are not read"
    assert [(w.text, w.start, w.end) for w in first.words or ()][:2] == [("one", 0.04, 0.12), ("one", 0.16, 0.2)]
    assert first.scores["avg_logprob"] == float(np.log(0.8)) and first.tokens == (1, 1, 2)
    assert model.recognize(np.zeros((2, 4800)), np.array([4800, 1280]), Decoding(word_times=False))[0].words is None
