"""Lexicons for recognizing: made, written and read back, words that they lack read by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.errors import FormatError, UsageError
from aural.text.pronunciation.dictionary import Dictionary, alphabet_of, made, phones_of, read, write


def test_a_dictionary_survives_its_file(tmp_path: Path) -> None:
    own = Dictionary({"the": (("ð", "ə"), ("ð", "i")), "cat": (("k", "æ", "t"),), "l'été": (("l", "e"),)}, "english")
    write(own, tmp_path / "lexicon.txt")
    assert read(tmp_path / "lexicon.txt") == own


def test_what_other_programs_write_is_read(tmp_path: Path) -> None:
    (tmp_path / "cmu.txt").write_text(";;; a remark\nA  AH0\nA  EY1\nCAT  K AE1 T\n")
    assert read(tmp_path / "cmu.txt").ways == {"A": (("AH0",), ("EY1",)), "CAT": (("K", "AE1", "T"),)}
    (tmp_path / "bad.txt").write_text("cat k a t\ndog\n")
    with pytest.raises(FormatError, match="no phones") as error:
        read(tmp_path / "bad.txt")
    assert error.value.where.endswith(":2:1")
    with pytest.raises(UsageError):
        read(tmp_path / "none.txt")


def test_own_entries_come_first_then_the_table_then_rules() -> None:
    table = {"cat": "kˈæt", "the": "ðə"}
    found = made(["cat", "dog", "the", "xyzzy"], "english", table.get, {"dog": (("d", "ɔ", "g"),)})
    assert found.ways["cat"] == (("k", "æ", "t"),) and found.ways["dog"] == (("d", "ɔ", "g"),)
    assert found.ways["the"] == (("ð", "ə"), ("ð", "i"))
    assert len(found.ways["xyzzy"][0]) >= 3
    assert made(["Straße"], "letters", table.get, {}).ways["Straße"] == (("s", "t", "r", "a", "s", "s", "e"),)


def test_words_are_added_by_rule_where_their_phones_are_known() -> None:
    small = Dictionary({"ab": (("a", "b"),)}, "letters")
    assert set(small.with_words(["ba", "ax", "ab"]).ways) == {"ab", "ba"}
    assert small.of("...") == () and small.of("BA") == (("b", "a"),)


def test_phones_and_alphabets() -> None:
    assert phones_of("bˈʌɾəɹ") == ("b", "ʌ", "t", "ə", "ɹ")
    assert alphabet_of(["zwei"], "de") == "letters" and alphabet_of(["two"], None) == "english"
    assert alphabet_of(["zwölf"], None) == "letters" and alphabet_of(["café"], "en") == "english"
