"""Pronunciations: own words first, then tables, endings, letters; weak forms and stress in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from aural.errors import FormatError, UsageError
from aural.text.pronunciation import endings, lexicon, phonemes, spelled
from aural.text.pronunciation.pronounce import Pronouncer

TABLE = {
    "the": "ði", "a": "A", "to": "tu", "dog": "dˈɔɡ", "cat": "kˈæt", "box": "bˈɑks", "eat": "ˈit", "him": "hɪm", "try": "tɹˈI",
    "stop": "stˈɑp", "hate": "hˈAt", "James": "ʤˈAmz", "cafe": "kæfˈA",
}  # fmt: skip


def readings(word: str) -> Mapping[str, str]:
    return {"DEFAULT": TABLE[word]} if word in TABLE else {}


@pytest.mark.parametrize(
    ("word", "sound", "origin"),
    [
        ("dog", "dˈɔɡ", "lexicon"),
        ("Dog", "dˈɔɡ", "lexicon"),
        ("DOG", "dˌiˌOʤˈi", "letters"),
        ("dogs", "dˈɔɡz", "ending"),
        ("cat’s", "kˈæts", "ending"),
        ("boxes", "bˈɑksᵻz", "ending"),
        ("dogs'", "dˈɔɡz", "ending"),
        ("James's", "ʤˈAmzᵻz", "ending"),
        ("tries", "tɹˈIz", "ending"),
        ("stopped", "stˈɑpt", "ending"),
        ("stopping", "stˈɑpɪŋ", "ending"),
        ("hated", "hˈAɾᵻd", "ending"),
        ("café", "kæfˈA", "lexicon"),
        ("CEO", "sˌiˌiˈO", "letters"),
        ("U.S.", "jˌuˈɛs", "letters"),
        ("CDs", "sˌidˈiz", "letters"),
        ("juno", "ʤˈunO", "user lexicon"),
        ("Juno", "ʤˈunO", "user lexicon"),
        ("junos", "ʤˈunOz", "ending"),
        ("你好", "", "letters"),
    ],
)
def test_where_a_word_comes_from(word: str, sound: str, origin: str) -> None:
    found = Pronouncer(readings, {"juno": "ʤˈunO"}).word(word)
    assert (found.phonemes, found.origin) == (sound, origin)


def test_rules_read_what_no_table_holds() -> None:
    pronouncer = Pronouncer(readings, rules=lambda word: f"<{word}>")
    assert pronouncer.word("zorb").phonemes == "<zorb>" and pronouncer.word("zorb").origin == "rule"
    assert pronouncer.word("xkcd").origin == "letters" and pronouncer.word("b").origin == "letters"
    assert pronouncer.word("dogs").origin == "ending"


def test_weak_forms_look_at_the_next_sound() -> None:
    spoken = Pronouncer(readings).sentence("the dog to eat a cat the".split())
    assert [s.phonemes for s in spoken] == ["ðə", "dˈɔɡ", "tʊ", "ˈit", "ɐ", "kˈæt", "ði"]


def test_somebody_says_at_least_one_thing_in_earnest() -> None:
    assert [s.phonemes for s in Pronouncer(readings).sentence(["the", "him"])] == ["ðə", "hˈɪm"]
    assert Pronouncer(readings).sentence([]) == ()


def test_stress_goes_to_the_syllable_that_bears_some() -> None:
    assert phonemes.stressed("ʃʌʃ") == "ʃˈʌʃ" and phonemes.stressed("ˌOvəɹ") == "ˈOvəɹ" and phonemes.stressed("ʃ") == "ˈʃ"


@pytest.mark.parametrize(
    ("told", "sound"),
    [
        ("HH AH0 L OW1", "həlˈO"),
        ("/'tuːmə/", "tˈumə"),
        ("tˈu", "tˈu"),
        ("/əb'stɹækt/", "əbstɹˈækt"),
        ("B ER1 D", "bˈɜɹd"),
        ("/tʃeɪ/", "ʧA"),
    ],
)
def test_three_alphabets(told: str, sound: str) -> None:
    assert lexicon.phonemes_of(told) == sound


def test_a_lexicon_is_read_and_its_faults_have_a_line(tmp_path: Path) -> None:
    path = tmp_path / "own.tsv"
    path.write_text("# mine\n\nJuno\tʤˈunO\ntomato\tT AH0 M EY1 T OW0\n", encoding="utf-8")
    assert lexicon.read(path) == {"Juno": "ʤˈunO", "tomato": "təmˈAtO"}
    for line, words in (("juno", "word with phonemes"), ("juno\tjж", "no phoneme"), ("\tx", "word with phonemes")):
        path.write_text(f"a\tˈA\n{line}\n", encoding="utf-8")
        with pytest.raises(FormatError, match=rf"{words}") as told:
            lexicon.read(path)
        assert told.value.where.startswith(f"{path}:2:")
    with pytest.raises(UsageError, match="cannot be read"):
        lexicon.read(tmp_path / "none.tsv")


def test_acronyms_and_words() -> None:
    assert all(spelled.is_acronym(word) for word in ("CEO", "U.S.A.", "HTTP", "CDs", "CEO's"))
    assert not any(spelled.is_acronym(word) for word in ("Ceo", "A", "a.m.", ""))
    assert spelled.readable("zorblax") and not spelled.readable("xkcd") and not spelled.readable("angstschweiss")


def test_no_ending_without_a_stem() -> None:
    for word in ("zorbs", "glass", "s", "'s", "ing", "xed"):
        assert endings.ended(word, lambda w: TABLE.get(w)) is None
