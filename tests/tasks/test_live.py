"""Live words: the cutting of what comes changes no final, stable words stay, no sound is lost where nobody pauses."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loud import Gate

import aural
from aural.errors import UsageError
from aural.models import store
from aural.models.face import Decoding, Hypothesis, Recognizer
from aural.models.shelf import Shelf
from aural.results import Update, Word
from aural.sound.sound import load
from aural.tasks import _live, transcribe
from aural.tasks._live import Live
from aural.tasks._pace import Pace
from aural.tasks._phrases import Phrases

RATE, USUAL = 16000, Pace()


class Reader(Recognizer):
    """Reads each loud stretch as one word, named by its loudness: the same sound gives the same words wherever it is cut."""

    def __init__(self) -> None:
        self.card = dataclasses.replace(store.entry_of("moonshine-tiny").card)
        self.asked: list[tuple[float, bool]] = []

    def close(self) -> None:
        return

    def recognize(self, samples: np.ndarray, lengths: np.ndarray, decoding: Decoding, speech: Any = None) -> list[Hypothesis]:
        self.asked.append((samples.shape[1] / RATE, decoding.word_times))
        loud = np.abs(samples[0]) > 1e-3
        inside = np.flatnonzero(np.diff(np.concatenate([[0], np.convolve(loud, np.ones(400), "same") > 200, [0]]).astype(int)))
        words = []
        for first, last in zip(inside[::2].tolist(), inside[1::2].tolist(), strict=True):
            if last - first > 1500:
                name = f"w{round(100 * float(np.sqrt((samples[0, first + 300 : last - 300] ** 2).mean())))}"
                words.append(Word(first / RATE, last / RATE, text=name, confidence=0.9))
        text = " ".join(w.text for w in words)
        return [Hypothesis(text, tuple(words) if decoding.word_times else None, scores={"avg_logprob": -0.1})]


def said(words: Sequence[tuple[int, float]]) -> np.ndarray:
    """Words (loudness in hundredths, silence behind it in s), each 0.3 s of a tone that changes all the time."""
    pitch = np.repeat(np.random.default_rng(0).uniform(200, 3000, 40), 120)[:4800]
    tone = np.sqrt(2) * np.sin(np.cumsum(2 * np.pi * pitch / RATE))
    parts = [np.zeros(RATE // 2)]
    for loudness, pause in words:
        parts += [tone * loudness / 100, np.zeros(round(pause * RATE))]
    return np.concatenate([*parts, np.zeros(RATE)]).astype(np.float32)


def told(samples: np.ndarray, sizes: Sequence[int], pace: Pace = USUAL, behind: bool = False) -> list[Update]:
    live = Live(Gate(), Reader(), transcribe.Options(), pace)
    updates, at = [], 0
    while at < len(samples):
        size = sizes[len(updates) % len(sizes)]
        updates += live.push(samples[at : at + size], behind)
        at += size
    return updates + live.finish()


def finals(updates: Sequence[Update]) -> list[Update]:
    return [u for u in updates if u.kind == "final"]


WORDS = [(20, 0.2), (24, 0.2), (28, 0.9), (30, 0.2), (16, 1.2), (12, 0.2), (36, 0.0)]


@given(st.lists(st.integers(200, 9000), min_size=1, max_size=5))
@settings(deadline=None, max_examples=15)
def test_the_cutting_changes_no_final(sizes: list[int]) -> None:
    samples = said(WORDS)
    assert finals(told(samples, sizes, Pace(every=0))) == finals(told(samples, [len(samples)], Pace(every=0)))


def test_every_phrase_begins_is_told_once_and_ends() -> None:
    updates = told(said(WORDS), [1600])
    kinds = [u.kind for u in updates if u.kind != "partial"]
    assert kinds == ["speech_start", "final", "speech_end"] * 3
    assert " / ".join(u.text for u in finals(updates)) == "w20 w24 w28 / w30 w16 / w12 w36"
    ends = [w for u in finals(updates) for w in u.words]
    assert all(a.start <= b.start for a, b in itertools.pairwise(ends))
    for update in finals(updates):
        assert update.span.start == update.words[0].start


def test_stable_words_stay_and_partials_say_what_they_replace() -> None:
    updates = told(said([(n, 0.2) for n in (12, 14, 16, 18, 20, 22, 24, 26)]), [800])
    before: list[str] = []
    partials = [u for u in updates if u.kind == "partial"]
    assert len(partials) > 3 and partials[-1].stable >= 4
    for n, update in enumerate(partials):
        words = update.text.split()
        assert words[: len(before)] == before and update.revises == n
        before = words[: update.stable]
    assert finals(updates)[0].revises == len(partials)


def test_behind_drops_partials_and_nothing_else() -> None:
    samples = said(WORDS)
    slow = told(samples, [1600], behind=True)
    assert not [u for u in slow if u.kind == "partial"]
    assert finals(slow) == [dataclasses.replace(u, revises=0) for u in finals(told(samples, [1600]))]
    assert not [u for u in told(samples, [1600], Pace(every=0)) if u.kind == "partial"]


@pytest.mark.parametrize("pause", [0.1, 0.06])
def test_who_never_pauses_is_cut_without_loss(pause: float) -> None:
    loudness = [10 + n % 30 for n in range(120)]
    updates = told(said([(n, pause if n % 2 else 0.06) for n in loudness]), [1600], Pace(every=0))
    assert len(finals(updates)) > 2
    assert " ".join(u.text for u in finals(updates)).split() == [f"w{n}" for n in loudness]
    starts = [w.start for u in finals(updates) for w in u.words]
    assert starts == sorted(starts)


def test_silence_costs_nothing_and_is_forgotten() -> None:
    phrases = Phrases(Gate())
    for _ in range(200):
        assert phrases.push(np.zeros(RATE, np.float32)) == []
    assert len(phrases._held) < 20 and phrases.heard == pytest.approx(200, abs=0.04)


def test_noise_that_is_no_word_takes_its_partials_back() -> None:
    class Mute(Reader):
        def recognize(self, samples: Any, lengths: Any, decoding: Decoding, speech: Any = None) -> list[Hypothesis]:
            return [Hypothesis("" if decoding.word_times else "well", scores={"avg_logprob": -0.1})]

    live = Live(Gate(), Mute(), transcribe.Options(), Pace())
    updates = [
        u for at in range(0, 32000, 1600) for u in live.push(said([(20, 0.1), (30, 0.1), (25, 0.1), (20, 1)])[at : at + 1600])
    ]
    updates += live.finish()
    assert [u.text for u in updates if u.kind in ("partial", "final")] == ["well", ""]


def test_messages_are_json() -> None:
    for update in told(said(WORDS[:3]), [1600]):
        found = json.loads(json.dumps(_live.message(update)))
        assert found["type"] == update.kind and 0 <= found["start"] < found["end"]


def test_what_cannot_run_along_says_so() -> None:
    with pytest.raises(UsageError):
        Phrases(Reader())  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        next(iter(transcribe.live([], Shelf({}), transcribe.Options(clip="0-3"), None)))  # type: ignore[arg-type]


@pytest.mark.weights
def test_a_real_voice_at_another_rate() -> None:
    clip = load(aural.sample("dialogue")).cut(2.0, 5.4)
    shelf = Shelf({**transcribe.TASK.roles, "recognizer": "moonshine-tiny"})
    with _live.opened(shelf, transcribe.Options(), sample_rate=clip.sample_rate) as live:
        updates = [u for at in range(0, clip.samples.shape[1], 2400) for u in live.push(clip.samples[:, at : at + 2400])]
        updates += live.finish()
    text = " ".join(u.text for u in finals(updates)).lower()
    assert "hear me" in text and [u for u in updates if u.kind == "partial"]
