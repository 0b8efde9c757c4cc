"""A card is written and read back whole, and what is no card is refused."""

from __future__ import annotations

import json
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
