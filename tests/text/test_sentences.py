"""Sentences: abbreviations, initials, quotes, lists, paragraphs; nothing but white space lies between them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.text.sentences import LONGEST, sentences


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith lives on Elm Dr. near St. John St.|He paid $1.50.",
        "J. K. Rowling wrote it.|She did!",
        "It costs 3.5 dollars, i.e. more.|Why?|Nobody knows...|Really.",
        '"Stop!" he said.|"Why?" she asked.',
        "He lives in the U.S. and works for Acme Inc. in Ohio.|The end.",
        "We meet at 5 p.m. on Monday.|He came at 5 p.m.|The bell rang.",
        "(This is one.)|This is two.",
        "Visit example.com today.|Not here.",
        "Mr. and Mrs. Jones left.|It was Jan. 5 then.",
        "Is it I.|It is me.",
        "Roe v. Wade came first.|Call ext. 5 now.|See chapter v.|The end.",
        "A house est. 1990 stands there.|Bach (d. 1750) wrote it c. 1720.|Pop. 8,000, see op. 27 and bk. 3 of it.",
        "It is the best.|5 came.",
        "He left.¹|“Now.”¹²|It is 5 m².|Good.",
        "I met Max.|10 more came, max. 20 of them.",
        "Chapter 1|The road was long.",
    ],
)
def test_each_sentence_by_itself(text: str) -> None:
    wanted = text.split("|")
    joined = wanted[0] + "\n\n" + wanted[1] if wanted[0] == "Chapter 1" else " ".join(wanted)
    assert cut(joined) == wanted


def test_paragraphs_close_and_lines_do_not() -> None:
    text = "One line\ngoes on. Two.\n\nThree.\n- four\n- five"
    assert [(text[s.start : s.end], s.closes) for s in sentences(text)] == [
        ("One line\ngoes on.", False),
        ("Two.", True),
        ("Three.", True),
        ("- four", True),
        ("- five", True),
    ]


def test_what_never_ends_is_cut_at_a_mark_or_a_blank() -> None:
    for text in ("word, " * 1000, "word " * 1000, "x" * 5000):
        found = cut(text)
        assert all(len(one) <= LONGEST for one in found)
        assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert all(one.endswith(",") for one in cut("word, " * 1000))


@given(st.text(st.sampled_from("ab AB.!?…\n\"')(1,; "), max_size=80))
def test_all_but_white_space_is_in_a_sentence_once(text: str) -> None:
    at = 0
    for sentence in sentences(text):
        assert not text[at : sentence.start].strip() and sentence.start < sentence.end
        at = sentence.end
    assert not text[at:].strip()
