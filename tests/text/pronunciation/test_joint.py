"""The model of letter and phone pairs: its arithmetic, what it prefers, and what ships."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aural.text.pronunciation import joint
from aural.text.pronunciation.joint import BEGIN, END, NEVER, STEP, Joint, packed

START = (BEGIN,) * (joint.ORDER - 1)


def small(grams: dict[tuple[str, ...], tuple[float, float]], pairs: list[str]) -> Joint:
    held = packed(grams, pairs)
    return Joint(np.cumsum(held["gaps"].astype(np.int64)), held["chances"], held["rests"], pairs)


def test_longer_histories_count_and_shorter_ones_cost() -> None:
    model = small({("a|A",): (-2.0, -0.5), ("b|B",): (-3.0, 0.0), ("a|A", "b|B"): (-1.0, 0.0)}, ["a|A", "b|B"])
    assert model.chance(("a|A",), "b|B") == pytest.approx(-1.0, abs=STEP)
    assert model.chance(("a|A",), "a|A") == pytest.approx(-0.5 - 2.0, abs=2 * STEP)
    assert model.chance(("b|B",), "a|A") == pytest.approx(-2.0, abs=STEP)


def test_the_likeliest_cut_counts() -> None:
    grams = {("p|P",): (-2.0, 0.0), ("h|HH",): (-2.0, 0.0), ("h|",): (-4.0, 0.0), ("ph|F",): (-1.0, 0.0), (END,): (-1.0, 0.0)}
    model = small(grams, ["p|P", "h|HH", "h|", "ph|F"])
    assert model.score("ph", ["F"]) == pytest.approx(-2.0, abs=2 * STEP)
    assert model.score("ph", ["P", "HH"]) == pytest.approx(-5.0, abs=3 * STEP)
    assert model.score("ph", ["P"]) == pytest.approx(-7.0, abs=3 * STEP)
    assert model.score("ph", ["K"]) == model.score("x", ["K"]) == NEVER


def test_what_ships_knows_english() -> None:
    model = joint.shipped()
    assert model.score("phone", "F OW1 N".split()) > model.score("phone", "P HH OW1 N".split()) > NEVER
    assert model.score("table", "T EY1 B AH0 L".split()) > model.score("table", "T AE1 B AH0 L".split())
    total = sum(math.exp(model.chance(START, pair)) for pair in [*model._pairs, END])
    assert 0.7 < total < 1.4, "probabilities add up to one, but for their rounding"
