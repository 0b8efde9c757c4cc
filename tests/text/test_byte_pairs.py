"""Byte-level pairs: text to ids and back, words with and without spaces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.text.byte_pairs import BytePairs, visible

SHOWN = visible()
MERGES = ["Ġ h", "e l", "Ġh el", "l o", "Ġhel lo"]
WHOLE = [m.replace(" ", "") for m in MERGES]
IDS = {c: i for i, c in enumerate(SHOWN)} | {m: 256 + i for i, m in enumerate(WHOLE)}
PLAIN = {"model": {"vocab": IDS, "merges": MERGES}, "added_tokens": [{"content": "<|end|>", "id": 999}]}
PAIRS = BytePairs.read(PLAIN)


def test_every_byte_is_shown_once() -> None:
    assert len(set(SHOWN)) == 256 and SHOWN[ord("a")] == "a" and SHOWN[ord(" ")] == "Ġ" and not any(c.isspace() for c in SHOWN)


def test_pairs_are_joined_in_their_order() -> None:
    assert PAIRS.tokens("hello") == [IDS["Ġhello"]]
    assert PAIRS.tokens("hel") == [IDS["Ġhel"]]
    assert PAIRS.tokens("lo") == [IDS["Ġ"], IDS["lo"]]


def test_marks_write_nothing() -> None:
    assert PAIRS.special == {"<|end|>": 999}
    assert PAIRS.text([IDS["Ġhello"], 999, 12345]) == "hello"


@given(st.text())
def test_text_comes_back(text: str) -> None:
    plain = " ".join(text.encode("utf-8", "replace").decode().split())
    assert PAIRS.text(PAIRS.tokens(plain)) == plain


def test_words_begin_at_spaces_and_marks_are_not_voiced() -> None:
    tokens = PAIRS.tokens("hello you, hello.")
    words = PAIRS.words(tokens)
    assert [w.text for w in words] == ["hello", "you,", "hello."]
    assert words[0].first == 0 and words[-1].last == len(tokens)
    assert all(a.last == b.first for a, b in itertools.pairwise(words))
    assert words[-1].voiced == len(tokens) - 1
    assert PAIRS.words([]) == []


def test_scripts_without_spaces_break_at_their_marks() -> None:
    words = PAIRS.words(PAIRS.tokens("今日は、雨です。明日も"))
    assert [w.text for w in words] == ["今日は、", "雨です。", "明日も"]


@pytest.mark.parametrize("plain", [None, {}, {"model": {}}, {"model": {"vocab": 3, "merges": []}, "added_tokens": []}])
def test_what_is_no_vocabulary_is_refused(plain: object) -> None:
    with pytest.raises(ValueError, match="no byte-level vocabulary"):
        BytePairs.read(plain)
