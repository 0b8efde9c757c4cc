"""The recognizer that writes unit after unit: words, times, readings with scores apart, hotwords, a language."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from aural.beams.fusion import Language
from aural.beams.kneser_ney import trained
from aural.errors import UsageError
from aural.models.card import Card, Licences
from aural.models.engines.attention import AttentionRecognizer
from aural.models.face import Decoding, Hypothesis
from aural.text.units import Units

CARD = Card(
    "letters", "recognizer", "attention", Licences("x", "x", "x", None, "x"), "here", labels=("\u2581", "a", "b"), hop=0.04,
    calibration={"ctc": 0.3},
)  # fmt: skip
LETTERS = Units("chars", ("\u2581", "a", "b"))
PLACES = (1, 2, 5, 7, 9)  # the frame at which each unit is said
SAID = (1, 2, 3, 1, 3)  # " ab b"
FRAMES = 12


class Encoder:
    """Chances of CTC that say SAID at PLACES, and a memory that is the place of each row in the batch."""

    outputs = ("answers", "frames", "memory_0", "state_0")

    def run(self, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        rows = len(feeds["samples"])
        answers = np.full((rows, FRAMES, 4), 0.02)
        spoken = dict(zip(PLACES, SAID, strict=True))
        for frame in range(FRAMES):
            answers[:, frame, spoken.get(frame, 0)] = 0.94
        return [answers, np.full(rows, FRAMES), np.zeros((rows, FRAMES, 1), np.float32), np.zeros((rows, 1), np.float32)]


class Step:
    """Writes SAID one after the other, the third unit unsure between b and a; looks at PLACES."""

    outputs = ("logits", "looked", "next_0")

    def __init__(self, unsure: bool) -> None:
        self.unsure = unsure

    def run(self, feeds: dict[str, np.ndarray]) -> list[np.ndarray]:
        places = feeds["state_0"][:, 0].astype(int)
        logits = np.full((len(places), 4), -5.0, np.float32)
        looked = np.full((len(places), FRAMES), 0.01, np.float32)
        for row, place in enumerate(places):
            logits[row, (*SAID, 0)[min(place, len(SAID))]] = 0.0
            if self.unsure and place == 2:
                logits[row, 2] = 0.1
            looked[row, (*PLACES, FRAMES - 1)[min(place, len(SAID))]] = 0.9
        return [logits, looked, feeds["state_0"] + 1]


def model(ctc: float = 0.3, unsure: bool = False) -> AttentionRecognizer:
    card = dataclasses.replace(CARD, calibration={"ctc": ctc})
    return AttentionRecognizer(card, (Encoder(), Step(unsure)), LETTERS)  # type: ignore[arg-type]


def heard(recognizer: AttentionRecognizer, decoding: Decoding) -> Hypothesis:
    size = round(FRAMES * 0.04 * 16000)
    one, other = recognizer.recognize(np.zeros((2, size), np.float32), np.array([size, size]), decoding)
    assert one.text == other.text and one.scores == other.scores, "rows of a batch do not know each other"
    return one


@pytest.mark.parametrize("ctc", [0.0, 0.3])
def test_words_with_times(ctc: float) -> None:
    told = heard(model(ctc), Decoding())
    assert told.text == "ab b" and told.scores["looped"] == 0
    words = [(w.text, round(w.start, 2), w.timed) for w in told.words or ()]
    if ctc:
        assert words == [("ab", 0.08, "measured"), ("b", 0.36, "measured")], "by the path of CTC"
    else:
        assert [w for w, _, _ in words] == ["ab", "b"] and abs(words[0][1] - 0.08) <= 0.041 and abs(words[1][1] - 0.36) <= 0.081
    assert all(0.9 < (w.confidence or 0) <= 1 for w in told.words or ())
    assert heard(model(ctc), Decoding(word_times=False)).words is None


def test_readings_tell_their_scores_apart() -> None:
    told = heard(model(unsure=True), Decoding(n_best=3))
    assert told.text == "ab b", "CTC settles what the decoder alone would get wrong"
    assert heard(model(0.0, unsure=True), Decoding()).text == "aa b"
    scores = told.scores
    for end in ("", "_2"):
        assert scores[f"acoustic{end}"] == pytest.approx(0.7 * scores[f"decoder{end}"] + 0.3 * scores[f"ctc{end}"])
    assert "aa b" in told.alternatives and scores["acoustic"] > scores["acoustic_2"] and scores["lm"] == 0


def test_the_weight_of_ctc_and_the_length_can_be_chosen() -> None:
    unsure = model(unsure=True)
    assert heard(unsure, Decoding(ctc=0.0)).text == "aa b" and heard(unsure, Decoding(ctc=0.6)).text == "ab b"
    told = heard(unsure, Decoding(n_best=2, ctc=0.6)).scores
    assert told["acoustic"] == pytest.approx(0.4 * told["decoder"] + 0.6 * told["ctc"])
    assert len(heard(model(0.0), Decoding(unit_bonus=20.0)).tokens) > len(SAID), "a bonus for each unit makes texts longer"
    assert heard(model(0.0), Decoding(coverage=0.1)).text == "ab b"
    with pytest.raises(UsageError, match="without CTC"):
        heard(model(0.0), Decoding(ctc=0.3))


def test_a_language_model_and_hotwords_turn_it() -> None:
    plain = model(0.0, unsure=True)
    language = trained([["ab", "b"]] * 4, 2)
    told = heard(plain, Decoding(lm=(Language(language, weight=1.0),)))
    assert told.text == "ab b" and told.scores["lm"] == pytest.approx(language.logprob(["ab", "b"]))
    assert heard(plain, Decoding(hotwords=("ab^2",))).text == "ab b"


def test_it_is_held_to_a_list_of_words() -> None:
    plain = model(0.0)
    assert heard(plain, Decoding(words=("ab", "b"))).text == "ab b"
    assert set(heard(plain, Decoding(words=("ba", "bb"))).text.split()) <= {"ba", "bb"}


def test_a_known_text_is_laid_over_the_sound() -> None:
    size = round(FRAMES * 0.04 * 16000)
    for ctc in (0.3, 0.0):
        words = model(ctc).align(np.zeros(size, np.float32), "ab !? b")
        assert [w.text for w in words] == ["ab", "!?", "b"] and [w.timed for w in words] == ["measured", "guessed", "measured"]
        assert abs(words[0].start - 0.08) <= 0.041 and abs(words[2].start - 0.36) <= 0.081
    assert all(w.timed == "guessed" for w in model().align(np.zeros(size, np.float32), "abababab ababab"))


def test_looks_of_what_is_written() -> None:
    told = model().looks(np.zeros(round(FRAMES * 0.04 * 16000), np.float32), Decoding())
    assert told.units == ("\u2581", "a", "b", "\u2581", "b") and told.weights.argmax(1).tolist() == list(PLACES)
