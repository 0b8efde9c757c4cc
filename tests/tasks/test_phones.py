from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

import aural
from aural.corpora.manifest import Clip
from aural.judge.scorers import phones as scorer
from aural.judge.terms import Names, Terms
from aural.models import store
from aural.models.engines.phones import PhoneScorer
from aural.results import Event, Recording, Result, Word
from aural.sound.sound import load
from aural.sound.source import Source
from aural.tasks import phones

pytestmark = pytest.mark.weights


@pytest.fixture(scope="module")
def model() -> PhoneScorer:
    found = store.open_model("phones", "phones")
    assert isinstance(found, PhoneScorer)
    return found


def test_chances_of_a_frame_add_up_and_blocks_change_nothing(model: PhoneScorer) -> None:
    samples = (0.1 * np.random.default_rng(0).standard_normal(8000)).astype(np.float32)
    whole = model.score(samples[None], np.array([8000]))[0]
    assert whole.shape == (25, len(model.card.labels))
    np.testing.assert_allclose(np.exp(whole).sum(axis=1), 1.0, rtol=1e-4)
    state, told = model.start(), []
    for at in range(0, 8000, 777):
        state, frames = model.step(state, samples[at : at + 777])
        told.append(frames)
    np.testing.assert_allclose(np.concatenate([*told, model.finish(state)]), whole, atol=1e-4)


def test_the_best_path_stays_in_a_phone_where_changes_cost(model: PhoneScorer) -> None:
    rng = np.random.default_rng(1)
    chances = np.log(rng.dirichlet(np.ones(len(model.card.labels)), size=80))
    counts = [
        len(list(phones.runs(phones.path_of(chances, model, phones.Options(change=cost, order=0.0))))) for cost in (0.0, 2.0, 20.0)
    ]
    assert counts[0] > counts[1] > counts[2] and counts[2] <= 3
    spans = list(phones.runs(np.array([3, 3, 0, 5, 5, 5])))
    assert spans == [(3, 0, 2), (0, 2, 3), (5, 3, 6)]
    assert list(phones.runs(phones.path_of(chances[:0], model, phones.Options()))) == []


def test_phones_of_a_word_fill_its_time_in_order(model: PhoneScorer) -> None:
    sound = (0.1 * np.random.default_rng(2).standard_normal((1, 32000))).astype(np.float32)
    word = Word(0.5, 1.1, "hello")
    laid = phones.laid(Source((sound, 16000)), word, list("həlO"), model, 2.0)
    assert [e.label for e in laid] == list("həlO") and laid[0].start == 0.5 and laid[-1].end == pytest.approx(1.1, abs=0.021)
    assert all(a.end == pytest.approx(b.start, abs=0.002) for a, b in itertools.pairwise(laid))
    short = phones.laid(Source((sound, 16000)), Word(0.5, 0.54, "hello"), list("həlO"), model, 2.0)
    assert len(short) == 4 and short[-1].end <= 0.541
    assert phones.laid(Source((sound, 16000)), word, [], model, 2.0) == []


def test_what_is_said_in_phones() -> None:
    talk = load(aural.sample("dialogue")).cut(0.0, 6.0)
    result = aural.phones(talk)
    text = result.text.split()
    assert len(text) > 15 and {e.layer for e in result.events} == {"phone"} and [e.label for e in result.events] == text
    assert all(a.start <= b.start for a, b in itertools.pairwise(result.events))
    assert phones.show(result).count("\n") == len(result.segments) - 1
    assert aural.transcribe(talk, units="phones").text == result.text
    heard = aural.phones(talk, free=True)
    assert len(heard.text.split()) > 10 and heard.text != result.text


def test_the_error_rate_folds_sounds_that_tell_no_words_apart() -> None:
    told = tuple(Event(k / 10, (k + 1) / 10, p, layer="phone") for k, p in enumerate("wɔɾᵊ"))
    answer = Result(Recording("a.wav", 1.0, 16000, 1), events=told)
    given = Clip(Path("a.wav"), "a", extra={"phones": "w ɔ t ə ɹ"})
    item = scorer.item(given, answer, Terms(), Names())
    assert (item["errors"], item["deleted"], item["phones"]) == (1, 1, 5)
    by_text = scorer.item(Clip(Path("a.wav"), "a", text="Water"), answer, Terms(), Names())
    assert by_text["reference"].startswith("w ɔ t") and scorer.FIGURES["per"].over([by_text]) <= 0.4
    assert scorer.item(given, None, Terms(), Names())["errors"] == 5
