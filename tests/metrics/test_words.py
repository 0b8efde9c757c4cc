"""WER and CER against jiwer, by hand and by property."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.errors import UsageError
from aural.metrics.words import Errors, align, cer, character_errors, distance, errors_between, wer, word_errors

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "metrics" / "words.json").read_text())
WORDS = st.lists(st.sampled_from("abcd"), max_size=12)


def test_the_sentence_of_the_docs() -> None:
    reference, answer = "the cat sat on the mat", "the cat sat the mat"
    errors = word_errors(reference, answer)
    assert wer(reference, answer) == pytest.approx(1 / 6, abs=1e-12)
    assert (errors.substituted, errors.inserted, errors.deleted, errors.length) == (0, 0, 1, 6)
    n, s, i, d = errors.length, errors.substituted, errors.inserted, errors.deleted
    assert (s + i + d) / n == pytest.approx(1 - (n - s - i - d) / n) == pytest.approx(1 - errors.correct)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=range(len(GOLDEN["cases"])))
def test_equal_to_jiwer(case: dict) -> None:
    words, letters = word_errors(case["reference"], case["answer"]), character_errors(case["reference"], case["answer"])
    assert words.rate == pytest.approx(case["wer"], abs=1e-9)
    assert letters.rate == pytest.approx(case["cer"], abs=1e-9)
    assert [words.substituted, words.inserted, words.deleted] == case["words"]
    assert [letters.substituted, letters.inserted, letters.deleted] == case["characters"]


def test_texts_together_are_summed_before_dividing() -> None:
    references, answers = ([c[k] for c in GOLDEN["cases"]] for k in ("reference", "answer"))
    assert wer(references, answers) == pytest.approx(GOLDEN["together"]["wer"], abs=1e-9)
    assert cer(references, answers) == pytest.approx(GOLDEN["together"]["cer"], abs=1e-9)
    assert wer(["a", "b c d e"], ["b", "b c d e"]) == pytest.approx(1 / 5)


def test_empty_sides() -> None:
    assert wer("", "") == 0
    assert wer("", "a b") == 2
    assert word_errors("a b", "") == Errors(deleted=2, length=2)
    assert wer("a", "a b c d") == 3


@given(WORDS, WORDS)
def test_an_alignment_spells_both_sides_and_costs_the_distance(reference: list[str], answer: list[str]) -> None:
    steps = align(reference, answer)
    assert [s.reference for s in steps if s.reference is not None] == reference
    assert [s.answer for s in steps if s.answer is not None] == answer
    assert sum(s.kind != "same" for s in steps) == distance(reference, answer) == errors_between(reference, answer).total
    assert all((s.kind == "same") == (s.reference == s.answer) for s in steps)


@given(WORDS, WORDS, WORDS)
def test_the_distance_is_a_distance(a: list[str], b: list[str], c: list[str]) -> None:
    assert distance(a, b) == distance(b, a)
    assert distance(a, c) <= distance(a, b) + distance(b, c)
    assert (distance(a, b) == 0) == (a == b)


def test_as_many_references_as_answers() -> None:
    with pytest.raises(UsageError, match="2 references and 1 answers"):
        wer(["a", "b"], ["a"])
    with pytest.raises(UsageError, match="a text was expected"):
        wer(["a"], [None])  # type: ignore[list-item]
