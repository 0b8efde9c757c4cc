"""Words are believed by the gate's signals, and by a sound tagger's where it is asked."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from aural.models.card import Card, Licences
from aural.models.face import Hypothesis, Scorer, StreamingScorer
from aural.models.shelf import Shelf
from aural.results import Question
from aural.sound.source import Source
from aural.tasks import _gate, _trust
from aural.tasks._gate import FRAME, LEAD, RATE, Heard
from aural.tasks._trust import Evidence, believed
from aural.tasks._witness import Account, Witness

WORD = Evidence(run=12, soft_run=13, share=0.15, seconds=0.4, steady=0.85, periodic=0.5, firm=0.9, heard=0.4)
SAID = Hypothesis("yes", scores={"avg_logprob": -0.4})


def _licences() -> Licences:
    return Licences("", "", "", True, "")


class Tagger(Scorer):
    """Gives the same scores in every second frame, and silence in the others."""

    def __init__(self, labels: tuple[str, ...], scores: tuple[float, ...]) -> None:
        question = Question("clip", "set")
        self.card = Card("t", "tagger", "test", _licences(), "", question=question, labels=labels, window=1.0, hop=1.0)
        self._scores, self.closed = scores, False

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        loud = float(np.abs(samples).max()) > 0
        return np.array([self._scores if loud else (0.0,) * len(self._scores)], np.float32)

    def close(self) -> None:
        self.closed = True


def _asked(tagger: Tagger) -> tuple[Account | None, int]:
    """What a witness says of 4 s with a voice in the second one, and how often the tagger was opened for two questions."""
    opened = []

    @contextlib.contextmanager
    def opener(name: str, role: str) -> Iterator[Any]:
        opened.append(role)
        yield tagger

    frames = 4 * RATE // FRAME
    samples, voice = np.zeros(4 * RATE, np.float32), np.zeros(frames, np.float32)
    samples[RATE : 2 * RATE], voice[frames // 4 + 4 : frames // 2 - 4] = 0.5, 0.9
    heard = Heard(0.0, samples, voice, np.zeros(frames, np.float32))
    with contextlib.ExitStack() as stack:
        witness = Witness(Shelf({"tagger": "t"}, opened=opener), "tagger", stack)
        assert not opened  # nothing is loaded before there is a doubt
        told = witness.asked(heard)
        assert witness.asked(heard) == told
    return told, len(opened)


def test_a_witness_looks_where_the_voice_is() -> None:
    told, opened = _asked(Tagger(("Speech", "Dog", "Sneeze", "Silence"), (0.9, 0.2, 0.4, 1.0)))
    assert told == Account(pytest.approx(0.9), pytest.approx(0.4), pytest.approx(0.4)) and opened == 1


def test_a_tagger_that_does_not_know_speech_is_no_witness() -> None:
    assert _asked(Tagger(("Dog",), (1.0,)))[0] is None


def test_more_than_anybody_can_say_is_not_believed() -> None:
    """What a recognizer makes of a saw: a whole title in the half second that passed for a voice."""
    loud = dataclasses.replace(WORD, share=0.6)
    title = dataclasses.replace(SAID, text="transcript Emily Beynon")
    assert believed(SAID, loud) and not believed(title, loud)
    assert believed(title, dataclasses.replace(loud, seconds=1.2))
    assert not believed(title, loud, Account(speech=0.98, other=0.02, body=0.01))


def test_a_lone_word_is_believed_by_what_the_tagger_heard() -> None:
    assert believed(SAID, WORD, Account(speech=0.98, other=0.02, body=0.01))
    assert not believed(SAID, WORD, Account(speech=0.02, other=0.9, body=0.0))
    assert not believed(SAID, WORD, Account(speech=0.98, other=0.3, body=0.3))  # a sneeze


def test_who_speaks_for_long_needs_no_witness() -> None:
    talk = Evidence(run=60, soft_run=60, share=1.0, seconds=4.0, steady=0.0, periodic=1.0, firm=0.9, heard=1.0)
    assert believed(SAID, talk, Account(0.0, 1.0, 1.0))


def test_speech_in_noise_is_believed_and_a_held_note_is_not() -> None:
    told, loud = Hypothesis("read on", scores={"avg_logprob": -1.0}), Account(0.3, 0.95, 0.0)
    noisy = Evidence(run=55, soft_run=60, share=1.0, seconds=9.0, steady=0.91, periodic=0.45, firm=0.85, heard=0.8)
    assert believed(told, noisy, loud)
    assert not believed(told, dataclasses.replace(noisy, periodic=0.97), loud)


def test_a_yawn_among_words_takes_none_away() -> None:
    told, yawn = Hypothesis("when churchyards yawn", scores={"avg_logprob": -0.5}), Account(0.82, 0.68, 0.68)
    words = Evidence(run=37, soft_run=56, share=0.7, seconds=1.8, steady=0.8, periodic=0.66, firm=0.95, heard=0.7)
    assert believed(told, words, yawn)
    assert not believed(told, dataclasses.replace(words, run=18), yawn)


def test_a_hit_behind_silence_is_no_word() -> None:
    hit = Evidence(run=3, soft_run=4, share=0.9, seconds=0.1, steady=0.8, periodic=0.5, firm=0.7, heard=1.0, short=True)
    assert _trust.score(SAID, hit) > 1 and not believed(SAID, hit)
    assert not believed(SAID, hit, Account(0.98, 0.0, 0.0))


class Gate(StreamingScorer):
    """Counts the frames that it was given before each answer."""

    def __init__(self) -> None:
        self.card = Card("g", "vad", "test", _licences(), "", question=Question("frame", "class"), labels=("speech",))
        self.seen: list[int] = []

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def start(self) -> int:
        return 0

    def step(self, state: int, samples: np.ndarray) -> tuple[int, np.ndarray]:
        count = len(samples) // FRAME
        self.seen.append(count)
        return state + count, np.full((count, 1), 0.5, np.float32)

    def finish(self, state: int) -> np.ndarray:
        return np.zeros((1, 1), np.float32)

    def close(self) -> None:
        return


@pytest.mark.parametrize(("seconds", "lead"), [(0.4, True), (1.9, True), (2.1, False), (40.0, False)])
def test_only_short_recordings_are_heard_behind_silence(seconds: float, lead: bool) -> None:
    gate = Gate()
    samples = np.full(round(seconds * RATE), 0.1, np.float32)
    blocks = list(_gate.hear(Source.from_samples(samples, RATE), gate))
    assert (gate.seen[0] == LEAD) == lead
    assert sum(len(b.voice) for b in blocks) == -(-len(samples) // FRAME)


def test_words_that_last_in_all_are_believed_where_none_is_doubted() -> None:
    # What is said between pauses, to the gate less firm than one loud word.
    found = Evidence(run=10, soft_run=13, share=0.27, seconds=1.1, steady=0.83, periodic=0.55, firm=0.7, heard=0.3)
    clear, doubtful = (Hypothesis("eight eight eight", scores={"avg_logprob": p}) for p in (-0.002, -0.4))
    assert believed(clear, found) and not believed(doubtful, found)
    for other in ({"seconds": 0.6}, {"steady": 0.93}):
        assert not believed(clear, dataclasses.replace(found, **other)), other
