"""The lexicon: look-up in order, weak forms, stress, and words that it does not know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aural.errors import ModelRefused, UsageError
from aural.models import store
from aural.models.borrowed.misaki_lexicon import MisakiLexicon, read_table

GOOD = {
    "hey": "hˈA", "the": "ði", "a": "A", "to": "tu", "apple": "ˈæpᵊl", "door": "dˈɔɹ", "Paris": "pˈɛɹɪs", "up": "ˌʌp",
    "him": "hɪm", "don't": "dˈOnt", "eat": "ˈit",
}  # fmt: skip
SPELLER = MisakiLexicon([GOOD, {"hey": "worse", "juno": "ʤˈunˌO"}])


@pytest.mark.parametrize(
    ("phrase", "phonemes"),
    [
        ("hey juno", "hˈA ʤˈunˌO"),
        ("HEY Juno", "hˈA ʤˈunˌO"),
        ("the door", "ðə dˈɔɹ"),
        ("the apple", "ði ˈæpᵊl"),
        ("a door", "ɐ dˈɔɹ"),
        ("to eat", "tʊ ˈit"),
        ("paris", "pˈɛɹɪs"),
        ("don’t", "dˈOnt"),
        ("up", "ˈʌp"),
        ("him", "hˈɪm"),
        ("hey up", "hˈA ˌʌp"),
    ],
)
def test_words_are_spelled(phrase: str, phonemes: str) -> None:
    assert SPELLER.spell(phrase.split()) == tuple(phonemes.split())


def test_the_last_word_is_never_weak() -> None:
    assert SPELLER.spell(["the"]) == ("ðˈi",)


def test_nothing_to_spell_is_nothing() -> None:
    assert SPELLER.spell([]) == ()


def test_an_unknown_word_is_named_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"'zorblax', 'qwx'.*--phonemes"):
        SPELLER.spell(["hey", "zorblax", "qwx"])


def test_of_several_readings_all_are_kept_and_the_usual_one_is_spelled(tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    path.write_text(json.dumps({"read": {"VBD": "ɹˈɛd", "DEFAULT": "ɹˈid"}, "none": None, "gone": {"DEFAULT": None}} | {"a": "A"}))
    with pytest.raises(ModelRefused):
        read_table(path)  # null is no reading at all
    path.write_text(json.dumps({"read": {"VBD": "ɹˈɛd", "DEFAULT": "ɹˈid"}, "gone": {"DEFAULT": None}}))
    lexicon = MisakiLexicon([read_table(path)])
    assert lexicon.spell(["read"]) == ("ɹˈid",)
    assert list(lexicon.readings("read").items()) == [("DEFAULT", "ɹˈid"), ("VBD", "ɹˈɛd")]
    assert lexicon.readings("gone") == {}


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": {}}'])
def test_a_damaged_table_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "table.json"
    path.write_text(text)
    with pytest.raises(ModelRefused, match="lexicon"):
        read_table(path)


@pytest.mark.weights
def test_all_its_phonemes_are_in_its_card_and_in_the_default_voice() -> None:
    from aural.models.borrowed.kokoro import read_ids

    with store.open_model("misaki-lexicon", "speller") as speller:
        assert isinstance(speller, MisakiLexicon)
        words = [word for table in speller._tables for word in table]
        seen = {letter for word in words for phonemes in speller.readings(word).values() for letter in phonemes}
        assert seen <= set(speller.card.labels)
        assert speller.spell("turn on the lights".split()) == ("tˈɜɹn", "ˌɔn", "ðə", "lˈIts")
    assert seen <= set(read_ids(store.ensure("kokoro") / "vocab.json"))
