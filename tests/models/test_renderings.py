"""Many readings of a phrase: planned from the seed alone, all voices first, valid whatever is drawn."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from aural.errors import UsageError
from aural.models.borrowed.misaki_lexicon import MisakiLexicon
from aural.models.face import Utterance
from aural.models.renderings import PITCHES, SPEEDS, plans, render, utterance_of

VOICES = {"ann": "en-US, female", "bob": "en-GB, male", "chloe": "fr, female", "dan": "en-US, male"}
SAID = Utterance(("hey", "juno"), ("hˈA", "ʤˈunO"))


def test_a_reading_depends_on_the_seed_and_its_number_alone() -> None:
    few, many = (list(plans(SAID, VOICES, n, seed=7, blends=True)) for n in (5, 50))
    assert few == many[:5]
    assert many != list(plans(SAID, VOICES, 50, seed=8, blends=True))
    assert len(set(many)) == 50


def test_every_english_voice_comes_before_one_comes_twice() -> None:
    voices = [prosody.voice for _, prosody in plans(SAID, VOICES, 9)]
    for turn in range(3):
        assert sorted(voices[3 * turn : 3 * turn + 3]) == ["ann", "bob", "dan"]


def test_blends_come_after_the_first_round_and_only_where_they_can() -> None:
    voices = [prosody.voice for _, prosody in plans(SAID, VOICES, 300, blends=True)]
    blended = [v for v in voices[3:] if "+" in v]
    assert not any("+" in v for v in voices[:3]) and 50 < len(blended) < 200
    assert all(len({*v.split("+")}) == 2 and "chloe" not in v for v in blended)


def test_speeds_and_pitches_fill_their_ranges() -> None:
    drawn = [prosody for _, prosody in plans(SAID, VOICES, 500)]
    for name, (low, high) in (("speed", SPEEDS), ("pitch", PITCHES)):
        values = np.array([getattr(p, name) for p in drawn])
        assert low <= values.min() < low * 1.02 and high / 1.02 < values.max() <= high
    marks = {said.marks[-1] for said, _ in plans(SAID, VOICES, 60)}
    assert marks == {".", "", "!", "?"}


@pytest.mark.parametrize("words", [("yes",), ("turn", "on", "the", "lights")])
def test_any_number_of_words_gives_utterances_that_hold(words: tuple[str, ...]) -> None:
    for said, _ in itertools.islice(plans(Utterance(words), {"ann": "fr, female"}, 20), 20):
        assert said.words == words and len(said.marks) == len(said.pauses) == len(words)


def test_a_phrase_takes_its_phonemes_from_the_user_or_the_speller() -> None:
    assert utterance_of("hey juno", "hˈA ʤˈunO") == SAID
    assert utterance_of("hey juno", None, MisakiLexicon([{"hey": "hˈA", "juno": "ʤˈunO"}])) == SAID
    with pytest.raises(UsageError, match="2 words have 1 groups"):
        utterance_of("hey juno", "hˈA")
    with pytest.raises(UsageError, match="no word"):
        utterance_of(" ")


def test_less_than_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="count is -1"):
        next(render("yes", -1, phonemes="jˈɛs"))


@pytest.mark.weights
def test_readings_come_with_their_words_in_time() -> None:
    made = list(render("hey juno", 2, phonemes="hˈA ʤˈunO", seed=3))
    assert len({r.prosody.voice for r in made}) == 2
    for r in made:
        assert r.model == "kokoro" and r.sample_rate == 24_000 and 0.4 < len(r.samples) / r.sample_rate < 3
        assert 0 <= r.words[0].start < r.words[0].end <= r.words[1].end <= len(r.samples) / r.sample_rate
