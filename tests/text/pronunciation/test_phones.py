"""A sentence as phones, and what surrounds each of them."""

from __future__ import annotations

import numpy as np

from aural.text.pronunciation.context import context, inventory, names
from aural.text.pronunciation.phones import SILENCE, Phone, phones_of, sequence


def told(phonemes: str) -> list[str]:
    return [p.name for p in phones_of(phonemes)]


def test_a_word_is_its_phones_with_stress_on_vowels_alone() -> None:
    assert phones_of("həlˈO", 3) == (Phone("h", 0, 3), Phone("ə", 0, 3), Phone("l", 0, 3), Phone("O", 1, 3))
    assert [p.stress for p in phones_of("ˌstˈɑp")] == [0, 0, 1, 0]


def test_an_r_belongs_to_the_vowel_before_it_unless_it_begins_a_syllable() -> None:
    assert told("wˈɜɹld") == ["w", "ɜɹ", "l", "d"]
    assert told("bˈʌtəɹ") == ["b", "ʌ", "t", "əɹ"]
    assert told("əɹˈWnd") == ["ə", "ɹ", "W", "n", "d"]


def test_marks_of_length_stay_with_their_letter() -> None:
    assert told("aːt") == ["aː", "t"]


def test_silences_stand_at_marks_and_ends_and_between_words_where_asked() -> None:
    words = ("həlˈO", "ju", "ðˈɛɹ")
    said = sequence(words, (",", "", "."))
    assert [p.mark for p in said if p.silent] == ["", ",", "."] and said[0].silent and said[-1].silent
    assert sum(p.silent for p in sequence(words, (",", "", "."), between=True)) == 4
    assert sum(p.silent for p in sequence(words)) == 2


def test_context_counts_places_and_names_neighbors() -> None:
    said = sequence(("kˈæt", "sˈɪts"), ("", "?"))
    own = inventory([said])
    asked, found = names(own), context(said, own)
    assert own[0] == SILENCE and found.shape == (len(said), len(asked)) and len(set(asked)) == len(asked)
    row = dict(zip(asked, found[2], strict=True))  # the vowel of "cat"
    assert row["+0 is æ"] == 1 and row["-1 is k"] == 1 and row["+1 is t"] == 1 and row["+2 is s"] == 1
    assert row["+0 is vowel"] == 1 and row["stress"] == 1 and row["place in the word"] == 1 and row["place from its end"] == 1
    assert row["stress of the next vowel"] == 1 and row["words of the phrase"] == 2 and row["mark behind"] == 4


def test_a_phone_that_the_inventory_lacks_keeps_its_kinds() -> None:
    said = sequence(("kˈæt",), (".",))
    asked, found = names(("_", "k")), context(said, ("_", "k"))
    row = dict(zip(asked, found[2], strict=True))
    assert row["+0 is vowel"] == 1 and not any(v for k, v in row.items() if k.startswith("+0 is ") and len(k) == 7)
    assert np.isfinite(found).all()
