"""Live words of a recognizer that writes while it hears: the cutting changes nothing, finals stay, turns end."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loud import Gate

from aural.cli.streaming import caption
from aural.models import store
from aural.models.face import Decoding, Hypothesis, Scorer, Transcriber, Written
from aural.results import Update, Word
from aural.tasks._gate import FRAME
from aural.tasks._live_written import LiveWritten
from aural.tasks._pace import USUAL, Pace, Turns

RATE, HOP, LATE = 16000, 640, 4  # samples of a frame of the net, which tells a frame so many frames later


@dataclasses.dataclass(frozen=True, eq=False)
class Ear:
    samples: np.ndarray
    frames: int
    words: tuple[Word, ...]
    loud: int


class Net(Transcriber):
    """Writes a word in the second frame of each loud stretch, named by its loudness, and tells it LATE frames later."""

    def __init__(self) -> None:
        self.card = dataclasses.replace(store.entry_of("moonshine-tiny").card)

    def close(self) -> None:
        return

    def recognize(self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Any = None) -> list[Hypothesis]:
        raise NotImplementedError

    def start(self, decoding: Decoding) -> Ear:
        return Ear(np.zeros(0, np.float32), 0, (), 0)

    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, Written]:
        held, frames, words, loud = np.concatenate([state.samples, samples]), state.frames, state.words, state.loud
        while len(held) >= (LATE + 1) * HOP:
            level = float(np.sqrt((held[:HOP] ** 2).mean()))
            loud = loud + 1 if level > 0.02 else 0
            if loud == 2:
                at = frames * HOP / RATE
                words = (*words, Word(at, at + HOP / RATE, text=f"w{round(100 * level)}", confidence=0.9))
            held, frames = held[HOP:], frames + 1
        state = Ear(held, frames, words, loud)
        return state, Written(words, frames * HOP / RATE, max(0, len(words) - 1))

    def finish(self, state: Any) -> Written:
        return self.step(state, np.zeros(LATE * HOP + HOP, np.float32))[1]

    def settled(self, state: Any, words: int, whole: bool) -> Any:
        return dataclasses.replace(state, words=state.words[words:])


def said(words: Sequence[tuple[int, float]]) -> np.ndarray:
    """Words (loudness in hundredths, silence behind it in s), each 0.32 s of noise."""
    rng = np.random.default_rng(0)
    parts = [np.zeros(RATE // 2)]
    for loudness, pause in words:
        parts += [np.sign(rng.normal(size=5120)) * loudness / 100, np.zeros(round(pause * RATE))]
    return np.concatenate([*parts, np.zeros(RATE // 2)]).astype(np.float32)


WORDS = [(20, 0.2), (24, 0.2), (28, 0.9), (30, 0.2), (16, 2.0), (12, 0.2), (36, 0.0)]


def told(samples: np.ndarray, sizes: Sequence[int], pace: Pace = USUAL, behind: bool = False) -> list[Update]:
    gate: Scorer = Gate()
    live = LiveWritten(gate, Net(), Decoding(), 0.5, pace)
    updates, at, turn = [], 0, 0
    while at < len(samples):
        size = sizes[turn % len(sizes)]
        updates += live.push(samples[at : at + size], behind)
        at, turn = at + size, turn + 1
    return updates + live.finish()


@given(st.lists(st.integers(100, 9000), min_size=1, max_size=5))
@settings(deadline=None, max_examples=10)
def test_the_cutting_changes_nothing(sizes: list[int]) -> None:
    samples = said(WORDS)
    assert told(samples, sizes) == told(samples, [len(samples)])


def test_every_phrase_begins_is_told_once_and_ends() -> None:
    updates = told(said(WORDS), [1600], Pace(turn=1.0))
    kinds = [u.kind for u in updates if u.kind != "partial"]
    one = ["speech_start", "speech_end", "final"]
    assert kinds == [*one, *one, "turn_end", *one, "turn_end"]
    finals = [u for u in updates if u.kind == "final"]
    assert " / ".join(u.text for u in finals) == "w20 w24 w28 / w30 w16 / w12 w36"
    words = [w for u in finals for w in u.words]
    assert all(a.end <= b.start for a, b in itertools.pairwise(words))
    assert words[0].start == pytest.approx(0.5, abs=0.05), "edges lie where the sound begins and ends"
    assert words[2].end == pytest.approx(0.5 + 3 * 0.32 + 0.4, abs=0.05)


def test_partials_come_as_words_are_written_and_their_stable_words_stay() -> None:
    updates = told(said(WORDS), [800])
    texts = [u.text for u in updates if u.kind == "partial"]
    assert texts[:3] == ["w20", "w20 w24", "w20 w24 w28"]
    for one, two in itertools.pairwise(updates):
        if one.kind == two.kind == "partial":
            assert two.text.split()[: one.stable] == one.text.split()[: one.stable]
    assert [u.kind for u in told(said(WORDS), [800], Pace(every=0))].count("partial") == 0
    late = told(said(WORDS), [800], behind=True)
    assert late == updates, "what is written is told also when work lags"


def test_a_phrase_that_is_committed_is_told_whole_and_times_go_on() -> None:
    samples = said(WORDS)
    live = LiveWritten(Gate(), Net(), Decoding(), 0.5)
    at = round((0.5 + 0.52 + 0.12) * RATE) // FRAME * FRAME  # in the second word, which the net has not told yet
    assert live.commit() == []
    before = live.push(samples[:at])
    assert [u.text for u in before if u.kind == "partial"] == ["w20"]
    told_ = live.commit()
    assert [u.text for u in told_ if u.kind == "final"] == ["w20 w24"]
    rest = live.push(samples[at:]) + live.finish()
    words = [w for u in [*told_, *rest] if u.kind == "final" for w in u.words]
    assert [w.text for w in words if w.text != "w24"] == ["w20", "w28", "w30", "w16", "w12", "w36"]
    starts = {w.text: w.start for w in words}
    assert starts["w30"] == pytest.approx(0.5 + 3 * 0.32 + 1.3, abs=0.1)


def test_speech_without_a_pause_becomes_final_in_parts() -> None:
    words = [(20 + k % 9, 0.2) for k in range(60)]
    updates = told(said(words), [1600])
    finals = [u for u in updates if u.kind == "final"]
    assert len(finals) > 1 and [w.text for u in finals for w in u.words] == [f"w{a}" for a, _ in words]


def test_what_nobody_said_is_not_told() -> None:
    """A click of 64 ms: the net writes a word, the gate hears no speech."""
    samples = np.zeros(4 * RATE, np.float32)
    samples[RATE : RATE + 2 * HOP] = 0.5
    net = Net()
    assert net.finish(net.step(net.start(Decoding()), samples)[0]).words
    quiet = Gate()
    quiet.step = lambda state, samples: (None, np.zeros((1, 1), np.float32))  # type: ignore[method-assign]
    live = LiveWritten(quiet, Net(), Decoding(), 0.5)
    assert live.push(samples) + live.finish() == []


def test_a_turn_ends_once() -> None:
    turns = Turns(1.0)
    assert turns.told(5.0) == []
    turns.ends(2.0)
    assert turns.told(2.5) == []
    (told_,) = turns.told(3.0)
    assert (told_.kind, told_.span.start, told_.span.end) == ("turn_end", 2.0, 3.0) and turns.told(9.0) == []
    turns.ends(10.0)
    turns.starts()
    assert turns.told(20.0, last=True) == []
    turns.ends(21.0)
    assert [u.kind for u in turns.told(21.2, last=True)] == ["turn_end"]
    off = Turns(0.0)
    off.ends(1.0)
    assert off.told(9.0, last=True) == []


def test_a_final_as_captions() -> None:
    final = next(u for u in told(said(WORDS), [1600]) if u.kind == "final")
    lines = caption(final).split("\n")
    assert lines[0].startswith("00:00:00.") and " --> " in lines[0] and lines[1:] == ["w20 w24 w28", ""]
