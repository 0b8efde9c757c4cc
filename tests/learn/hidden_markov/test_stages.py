"""The stages one by one: the flat start, language models and lexicons of a training, states retold in another tree."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

from aural.errors import LearningError
from aural.learn.hidden_markov.hybrid import frames_of
from aural.learn.hidden_markov.languages import language_of, loop
from aural.learn.hidden_markov.lexicons import lexicon_of
from aural.learn.hidden_markov.monophones import monophones, shortest, spread
from aural.learn.hidden_markov.recordings import Utterance
from aural.learn.hidden_markov.rounds import Lesson, joined, lasting, retied
from aural.learn.hidden_markov.triphones import counted, grown_up
from aural.models.acoustics import SILENCE, Acoustics
from aural.models.listener import beside
from aural.models.text_graph import PAUSE, laid
from aural.patterns.gaussian_mixtures import single
from aural.patterns.phonetic_tree import STATES, untied
from aural.sound.cepstra import Cepstra
from aural.text.pronunciation.dictionary import Dictionary

LETTERS = Dictionary({"ab": (("a", "b"),), "ba": (("b", "a"),)}, "letters")
PHONES = (SILENCE, "a", "b")


def utterance(words: str = "ab", frames: int = 60) -> Utterance:
    """Loud in the middle third."""
    cepstra = np.random.default_rng(0).normal(0, 0.1, (frames, 13)).astype(np.float32)
    cepstra[frames // 3 : 2 * frames // 3, 0] += 20
    return Utterance(cepstra, tuple(words.split()), "me")


def test_the_flat_start_shares_the_loud_frames_evenly() -> None:
    found = spread(utterance(), LETTERS, PHONES)
    assert found is not None
    words = np.array([piece.word for piece in found.known])[found.pieces]
    assert (words[:20] == PAUSE).all() and (words[20:40] == 0).all() and (words[40:] == PAUSE).all()
    assert np.bincount(found.states, minlength=9)[STATES:].tolist() == [4, 3, 3, 4, 3, 3]
    assert spread(utterance(frames=4), LETTERS, PHONES) is None
    assert spread(utterance("..."), LETTERS, PHONES) is None


def test_clips_too_short_for_their_texts_are_told() -> None:
    with pytest.raises(LearningError, match="no clip has as many frames"):
        monophones([utterance(frames=3)], LETTERS, Cepstra(), 10, lambda text: None)


def test_monophones_begin_with_the_shortest() -> None:
    several = [utterance(frames=n) for n in (90_000, 70_000, 100_000, 80_000)]
    assert [len(u.cepstra) for u in shortest(several)] == [90_000, 70_000, 80_000]
    assert len(shortest(several[:1])) == 1


def lesson() -> tuple[Acoustics, Lesson]:
    several = [utterance(words) for words in ("ab", "ba", "ab ba")]
    spreads = [spread(u, LETTERS, PHONES) for u in several]
    start = Lesson(several, [u.cepstra for u in several], spreads)
    mixtures = single(*joined(start), 9)
    model = Acoustics(PHONES, Cepstra(), untied(3), mixtures, np.full(9, np.log(0.5), np.float32))
    ways = [[LETTERS.of(word) for word in u.words] for u in several]
    return model, Lesson(several, start.heard, [laid(model, w, x) for w, x in zip(ways, start.heard, strict=True)])


def test_how_long_states_last() -> None:
    model, given = lesson()
    chance = np.exp(lasting(given, 9))
    assert ((chance >= 0.05 - 1e-6) & (chance <= 0.98 + 1e-6)).all()
    frames = sum(len(x) for x in given.heard)
    assert sum(one.counts.sum() for one in counted(given).values()) == frames
    assert {key[0] for key in counted(given)} == {0, 1, 2} and model.tree.states == 9


def test_an_alignment_is_told_in_the_states_of_another_tree() -> None:
    model, given = lesson()
    grown, told = grown_up(model, given, 12)
    assert 9 <= grown.tree.states <= 12 and grown.mixtures.states == grown.tree.states
    for before, after in zip(given.laid, told.laid, strict=True):
        assert before is not None and after is not None
        contexts = [after.known[piece].context for piece in after.pieces]
        expected = [grown.states(c)[step] for c, step in zip(contexts, after.steps, strict=True)]
        assert after.states.tolist() == expected and (before.pieces == after.pieces).all()
    assert all(a is None or (a.states == b.states).all() for a, b in zip(retied(model, told).laid, given.laid, strict=True) if b)


def test_few_words_said_alone_are_a_loop_and_texts_are_n_grams(tmp_path: Path) -> None:
    alone, told = language_of([["one"], ["two"], ["one"]], "auto", 3, None)
    assert "free loop of 2 words" in told
    assert alone.logprob(["one", "two"]) == pytest.approx(3 * -math.log(3))
    texts, told = language_of([["one", "two", "three"], ["two", "one", "three"]], "auto", 3, None)
    assert texts.order == 3 and "3-grams of 2 texts" in told
    assert language_of([["one", "two", "three"]], "loop", 3, None)[0].order == 1
    assert sum(math.exp(loop(["a", "b"]).score((), w)[0]) for w in ("a", "b", "</s>")) == pytest.approx(1.0)


def test_a_lexicon_of_the_users_own_goes_before_tables_and_rules(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("juno\tʤ u n O\n", encoding="utf-8")
    said: list[str] = []
    found = lexicon_of(["juno", "cat"], tmp_path / "own.txt", "english", said.append)
    assert found.alphabet == "english" and found.ways["juno"] == (("ʤ", "u", "n", "O"),)
    assert "k" in found.ways["cat"][0] and "1 entries of own.txt" in said[0]
    assert lexicon_of(["straße"], None, "letters", said.append).phones == sorted({*"strasse"})


def test_the_net_learns_from_what_it_will_hear() -> None:
    """Frames of an encoder lie beside the cepstra as they do in recognition; clips that fit no path are left out."""
    given = lesson()[1]
    sounds = [np.random.default_rng(n).standard_normal((24, 5)).astype(np.float16) for n in range(3)]
    utterances = [dataclasses.replace(u, sound=s) for u, s in zip(given.utterances, sounds, strict=True)]
    whole = dataclasses.replace(given, utterances=utterances, laid=[given.laid[0], None, given.laid[2]])
    frames = frames_of(whole)
    true = np.concatenate([beside(given.heard[n], sounds[n]) for n in (0, 2)])
    mean, size = frames.scale
    assert np.allclose(frames.scaled(np.arange(len(true))).numpy() / size + mean, true, atol=1e-3)
    assert frames.begins.tolist() == [0, 60, 120] and frames_of(given).sound is None
    assert np.array_equal(frames_of(given).scaled(np.array([[3, 1]])).shape, (1, 2, given.heard[0].shape[1]))
