"""A card is written and read back whole, and what is no card is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from aural.errors import ModelRefused
from aural.models import card as cards
from aural.models.card import Card, Licences
from aural.results import Question

CARD = Card(
    name="x", role="tagger", kind="onnx", licences=Licences("MIT", "unknown", "unknown", None, "nobody"), source="here",
    question=Question("frame", "set"), labels=("a", "b"), languages=("en",), aliases=("small",), batch="exact", hop=0.02,
    operating_points={"speech": 0.5}, files={"model.onnx": "0" * 64}, figures={"map": 0.5}, seed=3,
)  # fmt: skip


def test_a_card_is_read_back_equal(tmp_path: Path) -> None:
    cards.write(CARD, tmp_path / "card.json")
    assert cards.read(tmp_path / "card.json") == CARD


def test_a_card_is_written_with_sorted_keys(tmp_path: Path) -> None:
    cards.write(CARD, tmp_path / "card.json")
    keys = list(json.loads((tmp_path / "card.json").read_text()))
    assert keys == sorted(keys)


@pytest.mark.parametrize("licence, permissive", [(True, True), (False, False), (None, False)])
def test_only_a_clear_yes_is_permissive(licence: bool | None, permissive: bool) -> None:
    assert Licences("", "", "", licence, "").permissive is permissive


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"name": 1}', '{"licences": {}}', '{"licences": null}', "\x00"])
def test_what_is_no_card_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "card.json").write_text(text)
    with pytest.raises(ModelRefused):
        cards.read(tmp_path / "card.json")


def test_a_card_with_unknown_keys_or_of_a_later_format_is_refused(tmp_path: Path) -> None:
    cards.write(CARD, tmp_path / "card.json")
    plain = json.loads((tmp_path / "card.json").read_text())
    for change in ({"mystery": 1}, {"format": 2}):
        (tmp_path / "card.json").write_text(json.dumps({**plain, **change}))
        with pytest.raises(ModelRefused):
            cards.read(tmp_path / "card.json")


BROKEN: dict[str, tuple[str, str]] = {
    "nothing": ("", r"no JSON, line 1, column 1"),
    "half a card": ('{"name":', r"no JSON, line 1, column 9"),
    "lists within lists": ("[" * 100_000, "lists within lists"),
    "a list": ("[]", r"it is \[\], and no object"),
    "a number": ("7", "it is 7, and no object"),
    "no licences": ('{"licences": null}', "name is missing|licences is null"),
}
CHANGED: dict[str, tuple[dict[str, object], str]] = {
    "licences as a text": ({"licences": "MIT"}, r'licences is "MIT", and no object with names'),
    "licences without fields": ({"licences": {"code": "MIT"}}, "licences.weights is missing"),
    "a licence that is none": ({"licences": {**vars(CARD.licences), "commercial": "yes"}}, "true or false or null belongs there"),
    "licences with more": ({"licences": {**vars(CARD.licences), "who": "me"}}, "'who' is no field of licences"),
    "a misspelt field": ({"lables": ["a"]}, r"'lables' is no field of a card, did you mean 'labels'\?"),
    "a role that is a number": ({"role": 5}, "role is 5, and a text belongs there"),
    "labels as a text": ({"labels": "abc"}, 'labels is "abc", and a list of texts belongs there'),
    "labels as numbers": ({"labels": [1]}, r"labels is \[1\], and a list of texts"),
    "a question as a text": ({"question": "clip"}, 'question is "clip", and no object'),
    "a question of nothing": ({"question": {"over": "x", "answer": "set"}}, "one of clip, frame, sequence belongs there"),
    "a batch that is none": ({"batch": "maybe"}, "one of exact, equal_length, one belongs there"),
    "a rate of zero": ({"sample_rate": 0}, "sample_rate is 0"),
    "a rate without end": ({"sample_rate": 10**400}, "sample_rate is 1000"),
    "a window that goes back": ({"window": -1}, "window is -1, and a number above 0"),
    "a step that is no number": ({"hop": float("nan")}, "hop is NaN, and a number or null belongs there"),
    "points in words": ({"operating_points": {"a": "b"}}, "an object whose values are each a number belongs there"),
    "voices in a list": ({"voices": ["me"]}, "an object whose values are each a text"),
}


def told(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(ModelRefused) as error:
        cards.read(path)
    line = str(error.value)
    assert not any(word in line for word in ("__init__", "Python", "argument", "object is not", "NoneType", "str'")), line
    assert len(line) < 300
    return line


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_card_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    text, words = BROKEN[name]
    assert re.search(words, told(tmp_path / "card.json", text))


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_a_field_that_does_not_fit_is_named(name: str, tmp_path: Path) -> None:
    change, words = CHANGED[name]
    cards.write(CARD, tmp_path / "card.json")
    plain = {**json.loads((tmp_path / "card.json").read_text()), **change}
    assert re.search(words, told(tmp_path / "card.json", json.dumps(plain)))


@pytest.mark.parametrize("field", ["name", "role", "kind", "licences", "source"])
def test_a_field_that_is_missing_is_named(field: str, tmp_path: Path) -> None:
    cards.write(CARD, tmp_path / "card.json")
    plain = json.loads((tmp_path / "card.json").read_text())
    del plain[field]
    assert f"({field} is missing)" in told(tmp_path / "card.json", json.dumps(plain))
