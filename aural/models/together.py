"""Several models as one: the mean of their answers, each with a weight of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from aural.errors import ModelRefused, UsageError
from aural.models.card import Card, Licences
from aural.models.face import Model, Scorer
from aural.sound.resample import resample

KIND = "ensemble"
_BORDER = "anomalous"  # the operating point of models that tell distances
_SHOWN = 60


@final
class Together(Scorer):
    """The weighted mean of answers [B, K] or [B, F, K] of models for one question and the same labels.

    Samples come at the highest of their rates. Distances from what is normal count in units of each model's border.
    """

    def __init__(self, members: Sequence[Model], weights: Sequence[float] | None = None, card: Card | None = None) -> None:
        given = tuple(weights) if weights is not None else (1.0,) * len(members)
        self.card = card or card_of([m.card for m in members], given)
        self._members: list[Scorer] = []
        for member in members:
            if not isinstance(member, Scorer):
                what = f"{member.card.name} gives no scores that could be averaged"
                raise UsageError(what, where="--model", fix="Name models that classify, tag, detect or estimate")
            self._members.append(member)
        self._weights = np.asarray(given, np.float64) / float(np.sum(given))
        # Where each label stands in a member's own order, and the unit that its distances are told in.
        self._places = [[list(m.card.labels).index(label) for label in self.card.labels] for m in members]
        self._units = [_unit(m.card) for m in members]

    def close(self) -> None:
        for member in self._members:
            member.close()

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """samples [B, T] at the card's rate, lengths [B] -> [B, K] or [B, F, K]."""
        total: np.ndarray | None = None
        for member, weight, places, unit in zip(self._members, self._weights, self._places, self._units, strict=True):
            told = np.asarray(member.score(*self._at(member.card.sample_rate, samples, lengths)), np.float64)[..., places] / unit
            if total is not None and total.ndim == 3:
                told, total = told[:, : total.shape[1]], total[:, : told.shape[1]]
            total = weight * told if total is None else total + weight * told
        assert total is not None
        return np.asarray(total, np.float32)

    def _at(self, rate: int, samples: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if rate == self.card.sample_rate:
            return samples, lengths
        counts = np.maximum(1, -(-np.asarray(lengths) * rate // self.card.sample_rate)).astype(np.int64)
        # Row by row, so that what stands behind a row's end is not heard.
        rows = [resample(row[: int(n)], self.card.sample_rate, rate) for row, n in zip(samples, lengths, strict=True)]
        out = np.zeros((len(rows), int(counts.max())), np.float32)
        for place, row, count in zip(out, rows, counts, strict=True):
            place[: min(len(row), int(count))] = row[: int(count)]
        return out, counts


def card_of(cards: Sequence[Card], weights: Sequence[float]) -> Card:
    """The card of models together. Raises: UsageError where they do not answer the same; ModelRefused without any."""
    if not cards:
        raise ModelRefused("there is no model in this ensemble")
    first = cards[0]
    for card in cards:
        asked = card.question
        if asked is None or (asked.over, asked.answer) == ("sequence", "class"):
            what = f"{card.name} gives no scores that could be averaged"
            raise UsageError(what, where="--model", fix="Name models that classify, tag, detect or estimate")
    for card in cards[1:]:
        for what, one, other in (
            ("role", first.role, card.role), ("question", first.question, card.question), ("unit", first.unit, card.unit),
            ("labels", sorted(first.labels), sorted(card.labels)), ("frames", _hop(first), _hop(card)),
        ):  # fmt: skip
            if one != other:
                fix = "Models answer together that learned the same labels for the same verb"
                raise UsageError(f"{first.name} and {card.name} have other {what}", where="--model", fix=fix)
    share = np.asarray(weights) / np.sum(weights)
    points = {name: float(sum(w * c.operating_points[name] / _unit(c) for w, c in zip(share, cards, strict=True)))
              for name in first.operating_points if all(name in c.operating_points for c in cards)}  # fmt: skip
    windows = [c.window for c in cards if c.window is not None]
    return Card(
        name="+".join(c.name for c in cards)[:_SHOWN], role=first.role, kind=KIND, source="several models, averaged",
        question=first.question, licences=_licences(cards), sample_rate=max(c.sample_rate for c in cards),
        labels=first.labels, unit=first.unit, batch="exact" if all(c.batch == "exact" for c in cards) else "one",
        window=max(windows, default=None), hop=first.hop, causal=all(c.causal for c in cards), operating_points=points,
        trained_on="; ".join(dict.fromkeys(c.trained_on for c in cards)), seed=first.seed,
    )  # fmt: skip


def _hop(card: Card) -> float | None:
    return None if card.hop is None else round(card.hop, 6)


def _unit(card: Card) -> float:
    return card.operating_points[_BORDER] if card.kind == "outlier" else 1.0


def _licences(cards: Sequence[Card]) -> Licences:
    def told(values: Sequence[str]) -> str:
        return ", ".join(dict.fromkeys(values))

    all_told = [c.licences for c in cards]
    commercial = (
        False if any(x.commercial is False for x in all_told) else True if all(x.commercial is True for x in all_told) else None
    )
    return Licences(
        told([x.code for x in all_told]), told([x.weights for x in all_told]), told([x.data for x in all_told]), commercial,
        told([x.told_by for x in all_told]),
    )  # fmt: skip
