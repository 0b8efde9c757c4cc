"""Hits in a stream of scores: the same whatever the blocks, once for each phrase, told in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from deaf import DeafScorer

from aural.errors import UsageError
from aural.models.card import Card, Licences
from aural.models.face import StreamingScorer
from aural.results import Question
from aural.tasks._frames import thresholds
from aural.tasks._heard_again import BORDER, HeardAgain, borders, candidates, readable, score_of
from aural.tasks._spotting import Hit, Rule, Spotter, length_of, wanted

CARD = Card(
    name="two", role="spotter", kind="made", licences=Licences("", "", "", None, ""), source="this test", hop=0.1, sample_rate=10,
    question=Question("clip", "class"), labels=("other", "stop", "yes"), operating_points={"stop": 0.7},
    calibration={"seconds stop": 0.4},
)  # fmt: skip


class Echo(StreamingScorer):
    """One sample is one frame; its value is the score of "stop", its negative that of "yes"."""

    card = CARD

    def close(self) -> None: ...

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        return self.step(None, samples[0])[1][None]

    def start(self) -> None: ...

    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, np.ndarray]:
        return state, np.stack([np.zeros(len(samples)), np.maximum(samples, 0), np.maximum(-samples, 0)], axis=1)

    def finish(self, state: Any) -> np.ndarray:
        return np.zeros((0, 3))


def hits(samples: np.ndarray, size: int, **rule: float) -> list[tuple[int, float, float]]:
    spotter = Spotter(Echo(), [1, 2], Rule(np.array([0.5, 0.7, 0.5]), **rule))
    told = [h for at in range(0, len(samples), size) for h in spotter.push(samples[at : at + size])]
    return [(h.label, round(h.time, 6), round(h.score, 6)) for h in [*told, *spotter.finish()]]


@pytest.mark.parametrize("smooth", [0.1, 0.3])
def test_blocks_change_nothing(smooth: float) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 600)
    whole = hits(samples, 600, smooth=smooth)
    assert whole and all(sorted(hits(samples, size, smooth=smooth)) == sorted(whole) for size in (1, 3, 7, 50, 599))


def test_a_phrase_counts_once_and_again_after_a_while() -> None:
    samples = np.zeros(60)
    samples[[10, 11, 13, 30]] = 0.8, 0.9, 0.75, 0.95
    assert hits(samples, 5, smooth=0.1) == [(1, 1.2, 0.9), (1, 3.1, 0.95)]
    samples[20] = -0.6
    assert (2, 2.1, 0.6) in hits(samples, 5, smooth=0.1)


def test_a_hit_is_told_in_time() -> None:
    spotter = Spotter(Echo(), [1], Rule(np.array([0.5, 0.5, 0.5]), smooth=0.1))
    samples = np.zeros(20)
    samples[4] = 1.0
    assert not spotter.push(samples[:6]) and len(spotter.push(samples[6:8])) == 1


def test_what_is_wanted() -> None:
    assert wanted(CARD, ()) == [1, 2] and wanted(CARD, ("YES",)) == [2]
    with pytest.raises(UsageError, match="does not know the phrase 'no'"):
        wanted(CARD, ("no",))
    assert thresholds(CARD, None).tolist() == [0.5, 0.7, 0.5] and thresholds(CARD, 0.2).tolist() == [0.2] * 3
    assert length_of(CARD, 1) == 0.4 and length_of(CARD, 2) == 1.0


class Weigher(DeafScorer):
    """The text is the likelier the more of the sound is loud; it tells what it was asked."""

    card = replace(CARD, name="weigher", role="recognizer")

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def log_probs(self, samples: np.ndarray, texts: Sequence[str]) -> np.ndarray:
        self.asked += [(text, len(samples)) for text in texts]
        return np.full(len(texts), -30.0 + 25.0 * float((samples > 0.5).any()))


def confirmed(samples: np.ndarray, size: int) -> list[float]:
    model = Weigher()
    spotter, again = Spotter(Echo(), [1], Rule(np.full(3, 0.3), smooth=0.1)), HeardAgain(model, CARD)
    told = []
    for at in range(0, len(samples), size):
        block = samples[at : at + size]
        told += again.push(block, spotter.push(block))
    told += again.finish(spotter.finish())
    assert {text for text, _ in model.asked} <= {"Stop"}, "the phrase as it begins a sentence"
    assert all(length <= 15 for _, length in model.asked), "no more than the phrase and what is around it"
    return [round(h.time, 6) for h in told]


def test_a_second_stage_keeps_what_it_hears_too_whatever_the_blocks() -> None:
    samples = np.zeros(300, np.float32)
    samples[[40, 120, 121, 250, 299]] = 0.9, 0.4, 0.4, 0.8, 0.95  # what is at 12 s does not count for the second model
    whole = confirmed(samples, 300)
    assert whole == [4.1, 25.1, 30.0]
    assert all(confirmed(samples, size) == whole for size in (1, 4, 33, 120))


def test_wide_borders_come_from_the_card() -> None:
    card = replace(CARD, calibration={"wide stop": 0.06})
    assert candidates(card, np.array([0.5, 0.7, 0.4])).tolist() == [0.125, 0.06, 0.1]
    assert score_of(BORDER) == 0.5 and score_of(-math.inf) < 1e-9 < 0.9 < score_of(-5.0)


def test_the_card_says_from_where_each_phrase_counts_with_its_recognizer() -> None:
    card = replace(CARD, calibration={"again weigher stop": -4.0})
    assert borders(card, Weigher().card) == (BORDER, -4.0, BORDER)
    assert borders(card, replace(Weigher().card, name="another")) == (BORDER,) * 3
    again = HeardAgain(Weigher(), card)
    loud = np.ones(60, np.float32)
    assert not [*again.push(loud, [Hit(1, 3.0, 0.9)]), *again.finish([])], "-5 is below the border of the phrase"
    assert [*HeardAgain(Weigher(), CARD).push(loud, [Hit(1, 3.0, 0.9)])]


def test_a_recognizer_that_cannot_weigh_a_text_is_named() -> None:
    with pytest.raises(UsageError, match="cannot say how likely"):
        readable(Echo())
