"""Events: hysteresis, joining, one name for one sound, edges, watched sounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import aural
from aural.errors import UsageError
from aural.sound.source import Source
from aural.tasks import detect
from aural.tasks._events import Follower, Found, Levels, as_event, joined, without_doubles
from aural.tasks._hearing import Grid, Heard
from aural.tasks._kinds import kinds_of

# A piece of the tagger's list, in its order.
LABELS = (
    "Speech", "Conversation", "Speech synthesizer", "Laughter", "Baby laughter", "Chuckle, chortle", "Animal",
    "Domestic animals, pets", "Dog", "Bark",
    "Bow-wow", "Whimper (dog)", "Cat", "Meow", "Caterwaul", "Whale vocalization", "Vehicle", "Emergency vehicle",
    "Police car (siren)", "Fire engine, fire truck (siren)", "Skateboard", "Alarm", "Siren", "Civil defense siren", "Steam whistle",
    "Glass", "Chink, clink", "Shatter", "Silence",
)  # fmt: skip
AT = {label: i for i, label in enumerate(LABELS)}
KINDS = kinds_of(LABELS)
GRID = Grid(window=15_600, hop=7_680, rate=16_000)


def follow(rows: list[list[float]], high: float = 0.5, low: float = 0.2, level: float = 0.1) -> list[Found]:
    follower = Follower(len(rows[0]), range(len(rows[0])), high, low)
    follower.push(Heard(0, np.array(rows), np.full(len(rows), level)))
    return follower.finish()


def test_an_event_lasts_as_long_as_it_stays_above_the_lower_threshold() -> None:
    assert follow([[0.1], [0.3], [0.6], [0.3], [0.1], [0.4], [0.1]]) == [Found(0, 1, 3, 0.6)]


def test_an_event_at_the_end_is_closed_and_silence_is_none() -> None:
    assert follow([[0.9], [0.9]]) == [Found(0, 0, 1, 0.9)]
    assert follow([[0.9], [0.9]], level=1e-5) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 29))
def test_blocks_do_not_matter(values: list[float], cut: int) -> None:
    whole = Follower(1, [0], 0.5, 0.2)
    whole.push(Heard(0, np.array(values)[:, None], np.ones(len(values))))
    halves = Follower(1, [0], 0.5, 0.2)
    for part in (values[:cut], values[cut:]):
        halves.push(Heard(0, np.array(part).reshape(-1, 1), np.ones(len(part))))
    assert whole.finish() == halves.finish()


def test_short_gaps_are_joined() -> None:
    found = [Found(0, 0, 1, 0.6), Found(1, 2, 2, 0.9), Found(0, 3, 3, 0.8), Found(0, 6, 6, 0.7)]
    assert joined(found, 1) == [Found(0, 0, 3, 0.8), Found(1, 2, 2, 0.9), Found(0, 6, 6, 0.7)]


def names(found: list[Found]) -> list[str]:
    return [LABELS[f.kind] for f in without_doubles(found, KINDS)]


def test_one_bark_is_told_once() -> None:
    barks = [Found(AT[n], 3, 4, p) for n, p in (("Animal", 0.99), ("Domestic animals, pets", 0.98), ("Dog", 0.97), ("Bark", 0.7))]
    assert names([*barks, Found(AT["Bow-wow"], 3, 3, 0.6)]) == ["Bark"]


def test_a_general_name_stays_where_nothing_special_fills_it() -> None:
    assert names([Found(AT["Animal"], 0, 20, 0.9), Found(AT["Bark"], 3, 4, 0.9)]) == ["Animal", "Bark"]


def test_a_siren_is_not_a_vehicle_and_four_kinds_of_siren() -> None:
    kinds = {"Vehicle": 0.8, "Emergency vehicle": 0.85, "Police car (siren)": 0.7, "Fire engine, fire truck (siren)": 0.6}
    found = [Found(AT[n], 0, 5, p) for n, p in (kinds | {"Alarm": 0.7, "Siren": 0.9}).items()]
    assert names(found) == ["Siren"]


def test_different_sounds_at_one_time_both_stay() -> None:
    assert sorted(names([Found(AT["Bark"], 0, 5, 0.9), Found(AT["Meow"], 0, 5, 0.6)])) == ["Bark", "Meow"]


def test_edges_come_from_the_level_where_a_sound_is_short() -> None:
    levels = np.full(500, 1e-4, np.float32)
    levels[130:150] = 0.2
    event = as_event(Found(AT["Bark"], 2, 2, 0.71), "Bark", GRID, levels, 5.0)
    assert (event.start, event.end, event.score) == (1.3, 1.5, 0.71)
    steady = as_event(Found(AT["Glass"], 0, 9, 0.9), "Glass", GRID, np.full(500, 0.1, np.float32), 5.0)
    assert (steady.start, steady.end) == (0.0, 5.0)


def test_levels_are_root_mean_squares_of_ten_milliseconds() -> None:
    sound = np.random.default_rng(0).normal(size=1_000).astype(np.float32)
    levels = Levels(16_000)
    for part in (sound[:7], sound[7:400], sound[400:]):
        levels.push(part)
    assert np.allclose(levels.all(), np.sqrt((sound[:960].reshape(6, 160) ** 2).mean(1)), atol=1e-6)


def test_watched_names_are_read_as_people_write_them() -> None:
    assert KINDS.named(["glass"]) == {AT["Glass"], AT["Chink, clink"], AT["Shatter"]}
    assert AT["Police car (siren)"] in KINDS.named(["police car"])
    with pytest.raises(UsageError, match="Did you mean 'Siren'"):
        KINDS.named(["Sirene"])


@pytest.mark.weights
def test_a_made_beep_is_found_where_it_is() -> None:
    t = np.arange(16_000 * 10) / 16_000
    sound = 1e-4 * np.random.default_rng(0).standard_normal(len(t))
    beep = (t >= 4) & (t < 6)
    sound[beep] += 0.3 * np.sin(2 * np.pi * 1000 * t[beep])  # far from every border: processors round differently
    result = aural.detect(Source.from_samples(sound.astype(np.float32), 16_000), speech=False)
    assert result.events and all(3.5 <= e.start < e.end <= 6.5 for e in result.events)
    assert any(e.label == "Beep, bleep" and e.start < 4.3 and e.end > 5.7 for e in result.events)
    assert aural.detect(Source.from_samples(sound.astype(np.float32), 16_000), watch=("Dog",)).events == ()
    assert detect.show(aural.detect(Source.from_samples(np.zeros(16_000), 16_000))) == "No sound was found."
    with pytest.raises(UsageError, match="Did you mean 'Glass'"):
        aural.detect(Source.from_samples(np.zeros(16_000), 16_000), watch=("Glas",))
