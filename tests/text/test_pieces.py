"""A small vocabulary of word pieces: text to ids and back, and the words of ids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aural.text.pieces import BLANK, Pieces

MARKS = [b"<unk>", b"<s>", b"</s>"]
BYTES = [f"<0x{i:02X}>".encode() for i in range(256)]
REST = [f"{BLANK}t".encode(), b"he", f"{BLANK}the".encode(), f"{BLANK}a".encode(), BLANK.encode()]
REST += [b"t", b"h", b"e", b"a", b",", b"5"]
VOCABULARY = Pieces([*MARKS, *BYTES, *REST])


@given(st.text(max_size=30))
def test_any_text_comes_back(text: str) -> None:
    expected = " ".join(text.replace(BLANK, " ").split())
    assert VOCABULARY.text(VOCABULARY.tokens(text)) == expected


def test_pairs_with_the_lowest_id_join_first() -> None:
    assert VOCABULARY.tokens("the") == [261]
    assert VOCABULARY.tokens("") == []


def test_words_and_where_their_voice_ends() -> None:
    tokens = VOCABULARY.tokens("the, a 5")
    words = VOCABULARY.words(tokens)
    assert [w.text for w in words] == ["the,", "a", "5"]
    assert words[0].last - words[0].first == 2 and words[0].voiced == words[0].first + 1
    assert VOCABULARY.words([]) == []


def test_lengths_of_one_and_two_bytes() -> None:
    long = b"x" * 300
    data = bytes([2]) + b"ab" + bytes([0]) + bytes([128 + 300 % 128, 300 // 128]) + long
    assert len(Pieces.read(data)) == 3
    assert Pieces([*MARKS, *BYTES, long]).bytes_of(259) == long
