"""The front end: words, marks and pauses; every character is said, silent, or named as dropped."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from aural.text.front_end import PARAGRAPH_PAUSE, SENTENCE_PAUSE, Line, lines, parted, soundless
from aural.text.pronunciation.pronounce import Pronouncer


def readings(word: str) -> Mapping[str, str]:
    return {"DEFAULT": "ˈɑ"} if word.isascii() and word.isalpha() else {}


SPEAKER = Pronouncer(readings)


def read(text: str) -> list[Line]:
    return list(lines(text, SPEAKER))


def test_marks_follow_the_word_before_them() -> None:
    (line,) = read('He said (softly): "yes, why not"')
    assert [(t.said[0].word, t.mark) for t in line.tokens] == [
        ("He", ""), ("said", ","), ("softly", ":"), ("yes", ","), ("why", ""), ("not", "."),
    ]  # fmt: skip
    (line,) = read("well - yes -- no — why? ")
    assert [t.mark for t in line.tokens] == [",", ",", ",", "?"]
    (line,) = read("well-known")
    assert line.tokens[0].mark != ","


def test_pauses_are_longer_behind_paragraphs() -> None:
    assert [line.pause for line in read("One. Two.\n\nThree.")] == [SENTENCE_PAUSE, PARAGRAPH_PAUSE, PARAGRAPH_PAUSE]


def test_what_cannot_be_said_is_named() -> None:
    text = "hello 😀 你好 world"
    (line,) = read(text)
    assert [t.said[0].word for t in line.tokens] == ["hello", "world"]
    assert [text[a:b] for a, b in line.dropped] == ["😀", "你好"]
    (line,) = read("😀")
    assert not line.tokens and line.dropped == ((0, 1),)


def test_a_long_sentence_can_come_in_two() -> None:
    (line,) = read("The quick brown fox jumps over the lazy dog, and nobody is surprised.")
    first, second = parted(line)
    assert first.end == second.start and first.tokens + second.tokens == line.tokens
    assert first.tokens[-1].mark == "," and first.pause == 0 and second.pause == line.pause
    for text in ("One, two, three.", "Well, the quick brown fox.", "The quick brown fox jumps over the lazy dog today."):
        (line,) = read(text)
        assert parted(line) == (line,)


@given(st.text(max_size=60))
def test_each_letter_is_in_one_place(text: str) -> None:
    for line in read(text):
        spans = sorted([(t.start, t.end) for t in line.tokens] + list(line.dropped))
        assert all(a < b for a, b in spans) and all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
        covered = {i for a, b in spans for i in range(a, b)}
        left = [text[i] for i in range(line.start, line.end) if i not in covered]
        assert not any(c.isalnum() for c in left)


def test_ipa_in_a_text_is_said_as_it_sounds() -> None:
    text = "The word /θɪŋk/, not [ˈsɪŋk] or /ʁaʁ/, is in /home/me and [sic]."
    (line,) = read(text)
    given_ = {text[t.start : t.end]: t.said[0].phonemes for t in line.tokens if t.category == "phonemes"}
    assert given_ == {"/θɪŋk/": "θˈɪŋk", "[ˈsɪŋk]": "sˈɪŋk"}


def test_letters_of_other_scripts_inside_a_word_are_named() -> None:
    text = "abcпривет and Łódź Straße Ærø"
    (line,) = read(text)
    assert [text[a:b] for a, b in line.dropped] == ["привет"]
    assert all(one.phonemes for token in line.tokens for one in token.said)


def test_what_has_no_sound_is_told_apart_from_marks() -> None:
    text = 'He *said* "well-known" words, "no" 😀 (really)!'
    (line,) = read(text)
    assert soundless(text, line) == ("*", '"', "-")
    assert [text[a:b] for a, b in line.dropped] == ["😀"]
