"""SubRip: the exact text, and files as others write them."""

from __future__ import annotations

import pytest

from aural.errors import FormatError
from aural.formats import srt
from aural.formats._options import CueOptions
from aural.results import Recording, Result, Segment, Word

WORDS = tuple(Word(3600.0 + i, 3600.9 + i, text) for i, text in enumerate(("Good", "morning,", "all.")))
TALK = Result(
    Recording("talk.wav", 4000.0, 16000, 1), segments=(Segment(3600.0, 3602.9, "Good morning, all.", words=WORDS, speaker="Sarah"),)
)


def test_exact_text() -> None:
    assert srt.write(TALK) == "1\n01:00:00,000 --> 01:00:02,900\n[Sarah]: Good morning, all.\n"


def test_highlighted_words_follow_one_another() -> None:
    written = srt.write(TALK, options=CueOptions(highlight_words=True))
    assert written.count("-->") == 3
    assert "2\n01:00:01,000 --> 01:00:02,000\n[Sarah]: Good <u>morning,</u> all.\n" in written


def test_reads_what_others_write() -> None:
    text = "\ufeff7\r\n0:00:01.5 --> 00:00:02,5 X1:10 Y1:20\r\n<i>Hello</i>\r\n{\\an8}there\r\n\r\n\r\n"
    text += "00:00:03,000 --> 00:00:03,000\r\nOne\r\n"
    first, second = srt.read(text.encode()).segments or ()
    assert (first.start, first.end, first.text) == (1.5, 2.5, "Hello there")
    assert (second.start, second.end, second.text) == (3.0, 3.001, "One")
    assert [s.text for s in srt.read(text.encode("utf-16")).segments or ()] == ["Hello there", "One"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("1\n00:00:01,000 -> 00:00:02,000\nx\n", "a.srt:2:1"),
        ("1\n00:00:03,000 --> 00:00:02,000\nx\n", "a.srt:2:1"),
        ("1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:01,000 --> later\ny\n", "a.srt:6:17"),
        ("hello", "a.srt:1:1"),
    ],
)
def test_errors(text: str, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        srt.read(text, "a.srt")
    assert caught.value.where == place
