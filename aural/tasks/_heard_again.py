"""The second stage of spotting: where the small model fires, the recognizer says how likely the phrase itself is.

The small model may then fire far more often, so that it misses little, and what it fires at wrongly is put right by a model that
knows the language (a cascade, as in A. Gruenstein et al., "A Cascade Architecture for Keyword Spotting on Mobile Devices", 2017).
The score is the recognizer's own likelihood of the phrase; only the border is learned for it (learn/spotting/again.py).
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import final

import numpy as np

from aural.errors import UsageError
from aural.models.card import Card
from aural.models.face import Model, TextScorer
from aural.tasks._frames import thresholds
from aural.tasks._spotting import Hit, Rule, Spotter, length_of

SECOND = "moonshine-tiny"  # what hears again, where nothing else is asked for
BORDER = -13.0  # ln P of the phrase and its end from which it counts, where the card does not say
_SCALE = 3.0  # how ln P becomes a score: 0.5 at the border, 0.73 at three above it
_AFTER = 0.25  # s behind a hit that are heard with it: the small model fires a little early or late
_BEFORE = (0.1, 0.35, 0.7)  # s before the phrase as long as it mostly is: some say it slowly
_CANDIDATES_APART = 0.4  # s: one wrong candidate must not hide a phrase behind it
WIDE = "wide"  # the card's border for the first stage, where a second one follows


def candidates(card: Card, given: np.ndarray) -> np.ndarray:
    """Borders [K] of the first stage: the card's wide ones, or where an older card has none a quarter of those given [K]."""
    return np.array([card.calibration.get(f"{WIDE} {name}", 0.25 * high) for name, high in zip(card.labels, given, strict=True)])


def rule_of(card: Card, threshold: float | None, apart: float, confirmed: bool) -> Rule:
    """When the small model fires: more often where the recognizer decides behind it. `threshold` None: the card's borders."""
    high = thresholds(card, threshold)
    if not confirmed:
        return Rule(high, apart)
    return Rule(high if threshold is not None else candidates(card, high), min(apart, _CANDIDATES_APART))


def again_of(recognizer: Card, phrase: str) -> str:
    """Under which name a card keeps the border of a phrase for a recognizer."""
    return f"again {recognizer.name} {phrase}"


def borders(card: Card, recognizer: Card) -> tuple[float, ...]:
    """ln P [K] from which each phrase counts: what the card learned with this recognizer, else `BORDER`."""
    return tuple(card.calibration.get(again_of(recognizer, phrase), BORDER) for phrase in card.labels)


def readable(model: Model) -> TextScorer:
    """The model, if it can weigh a text. Raises: UsageError."""
    if not isinstance(model, TextScorer):
        raise UsageError(f"the model {model.card.name} cannot say how likely a text is", where="--confirm",
                         fix="Take one that can: --models recognizer=small")  # fmt: skip
    return model


@final
class HeardAgain:
    """Keeps the last seconds of a stream and lets the recognizer judge hits of the first stage.

        again = HeardAgain(model, card, apart); confirmed = again.push(samples, hits) ...; confirmed += again.finish(hits)

    Samples come at the card's rate, which must be the recognizer's. A hit is confirmed once `_AFTER` s behind it were heard.
    """

    def __init__(self, model: TextScorer, card: Card, apart: float = 1.0) -> None:
        self._model, self._card, self._apart, self._borders = model, card, apart, borders(card, model.card)
        self._rate = card.sample_rate
        if model.card.sample_rate != self._rate:
            raise UsageError(f"{card.name} hears {self._rate} Hz, {model.card.name} {model.card.sample_rate} Hz", where="--confirm")
        longest = max((length_of(card, k) for k in range(len(card.labels))), default=1.0) + max(_BEFORE) + _AFTER
        self._keep = round((longest + 1.0) * self._rate)
        self._recent = np.zeros(0, np.float32)
        self._heard = 0
        self._waiting: list[Hit] = []
        self._last: dict[int, float] = {}

    def push(self, samples: np.ndarray, hits: list[Hit]) -> list[Hit]:
        """The next samples [t] and the hits that the first stage told with them -> those that are confirmed by now."""
        self._recent = np.concatenate([self._recent, samples])
        self._heard += len(samples)
        self._waiting += hits
        ripe = [h for h in self._waiting if round((h.time + _AFTER) * self._rate) <= self._heard]
        self._waiting = [h for h in self._waiting if h not in ripe]
        found = self._judged(ripe)
        least = min((int(h.time * self._rate) for h in self._waiting), default=self._heard)
        first = self._heard - len(self._recent)
        self._recent = self._recent[max(0, min(least, self._heard) - self._keep - first) :]
        return found

    def finish(self, hits: list[Hit]) -> list[Hit]:
        """The recording is over: its last hits, and what waited for more, are judged as they are."""
        ripe, self._waiting = [*self._waiting, *hits], []
        return self._judged(ripe)

    def _judged(self, hits: list[Hit]) -> list[Hit]:
        found = []
        for hit in hits:
            if hit.time - self._last.get(hit.label, -math.inf) < self._apart:
                continue
            told = weighed(self._model, self._card, self._recent, hit, (self._heard - len(self._recent)) / self._rate)
            border = self._borders[hit.label]
            if told >= border:
                self._last[hit.label] = hit.time
                found.append(replace(hit, score=score_of(told, border)))
        return found


@final
class Cascade:
    """The small model and, where there is one, the recognizer that decides behind it: the hits that count.

    cascade = Cascade(spotter, again); hits = cascade.push(samples) ...; hits += cascade.finish()
    """

    def __init__(self, spotter: Spotter, again: HeardAgain | None) -> None:
        self._spotter, self._again = spotter, again

    def push(self, samples: np.ndarray) -> list[Hit]:
        """The hits that samples [t] at the card's rate settle."""
        hits = self._spotter.push(samples)
        return self._again.push(samples, hits) if self._again else hits

    def finish(self) -> list[Hit]:
        """What is left when the recording ends."""
        hits = self._spotter.finish()
        return self._again.finish(hits) if self._again else hits


def weighed(model: TextScorer, card: Card, samples: np.ndarray, hit: Hit, first: float = 0.0) -> float:
    """ln P of the phrase around a hit: the best over some beginnings.

    `samples` [T] at the card's rate begin at `first` s of the recording that the hit's time counts in.
    """
    phrase, rate = card.labels[hit.label], card.sample_rate
    end = min(len(samples), round((hit.time + _AFTER - first) * rate))
    best = -math.inf
    for before in _BEFORE:
        start = max(0, round((hit.time - length_of(card, hit.label) - before - first) * rate))
        best = max(best, float(model.log_probs(samples[start:end], [phrase[:1].upper() + phrase[1:]])[0]))
        if start == 0:
            break
    return best


def score_of(log_prob: float, border: float = BORDER) -> float:
    """A score from 0 to 1 for ln P of a phrase: 0.5 at the border."""
    return 1.0 / (1.0 + math.exp(min(50.0, (border - log_prob) / _SCALE)))
