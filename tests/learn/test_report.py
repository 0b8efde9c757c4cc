"""How a training compares what its model says with what it was taught."""

from __future__ import annotations

from pathlib import Path

from aural.corpora.manifest import Clip
from aural.judge.scorers.words import item
from aural.judge.terms import Names, Terms
from aural.learn.report import terms_of
from aural.models.card import Card, Licences
from aural.results import Recording, Result, Segment

LICENCES = Licences("Apache-2.0", "Apache-2.0", "CC0", None, "none")


def card(kind: str) -> Card:
    return Card("one", "recognizer", kind, LICENCES, "here")


def clip(text: str, language: str | None = None) -> Clip:
    return Clip(id="a", audio=Path("a.wav"), text=text, extra={"language": language} if language else {})


def test_digits_count_one_by_one() -> None:
    said = clip("nine four three")
    answer = Result(Recording("a", 2.0, 16000, 1), segments=(Segment(0.0, 2.0, "nine five three"),))
    told = item(said, answer, terms_of(card("ctc"), [said]), Names())
    assert (told["errors"], told["words"]) == (1, 3)


def test_what_another_recognizer_writes_is_compared_as_it_writes() -> None:
    assert terms_of(card("adapted"), [clip("nine")]) == Terms()


def test_scripts_without_spaces_are_compared_by_letters() -> None:
    assert terms_of(card("ctc"), [clip("你好", "zh")]) == Terms()
