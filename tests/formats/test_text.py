"""Plain text and Markdown: what people read, and what comes back."""

from __future__ import annotations

import pytest

from aural.errors import FormatError
from aural.formats import markdown, txt
from aural.results import Event, Recording, Result, Segment, Speaker


def _talk(named: bool = True) -> Result:
    a, b = ("S0", "S1") if named else (None, None)
    segments = (
        Segment(0.5, 2.0, "Good morning.", speaker=a),
        Segment(2.2, 4.0, "How are you?", speaker=a),
        Segment(5.0, 6.0, "Fine: *very*.", speaker=b),
        Segment(12.0, 13.0, "I see.", speaker=b),
    )
    events = (Event(6.5, 7.25, "Door | gate", score=0.5),)
    return Result(
        Recording("talk_1.wav", 75.0, 16000, 1), language="en", segments=segments, speakers=(Speaker("S0", "Sarah"),), events=events
    )


def test_text_in_paragraphs_with_names() -> None:
    assert txt.write(_talk()) == "Sarah: Good morning. How are you?\n\nS1: Fine: *very*.\n\nS1: I see.\n"
    assert txt.write(_talk(), options=txt.Options(times=True)).startswith("[0:00] Sarah: Good")


def test_text_without_speakers_is_only_text() -> None:
    assert txt.write(_talk(named=False)) == "Good morning. How are you? Fine: *very*.\n\nI see.\n"


def test_text_that_looks_like_names_is_not_read_as_names() -> None:
    result = Result(Recording("x", 9.0, 8000, 1), segments=(Segment(0.0, 1.0, "Note: this"), Segment(8.0, 9.0, "Also: that")))
    again = txt.read(txt.write(result)).segments or ()
    assert [(s.speaker, s.text) for s in again] == [(None, "Note: this"), (None, "Also: that")]


def test_times_of_text_come_back() -> None:
    again = txt.read(txt.write(_talk(), options=txt.Options(times=True))).segments or ()
    assert [(s.start, s.speaker) for s in again] == [(0.0, "Sarah"), (5.0, "S1"), (12.0, "S1")]


def test_a_letter_of_anyone() -> None:
    found = txt.read("Dear all,\r\n\r\nthis is  a letter.\r\nTwo lines: one paragraph.\r\n").segments or ()
    assert [s.text for s in found] == ["Dear all,", "this is a letter. Two lines: one paragraph."]
    assert not txt.read(b"").segments


def test_markdown() -> None:
    assert markdown.write(_talk()) == (
        "# talk\\_1.wav\n\n1:15 · 2 speakers · en\n\n**Sarah** *0:00*\n\nGood morning. How are you?\n\n"
        "**S1** *0:05*\n\nFine: \\*very\\*.\n\n"
        "**S1** *0:12*\n\nI see.\n\n## Sounds\n\n| from | to | sound | layer | score |\n|---|---|---|---|---|\n"
        "| 0:06.500 | 0:07.250 | Door \\| gate | sound | 0.50 |\n"
    )


def test_markdown_numbers_and_lists_stay_text() -> None:
    for text in ("1. no list", "- no list", "# no title", "2) none", "+1 for that", "a_b <i> `c` [d](e)"):
        result = Result(Recording("x", 2.0, 8000, 1), segments=(Segment(0.0, 1.0, text),))
        (again,) = markdown.read(markdown.write(result)).segments or ()
        assert again.text == text
        assert not markdown.write(result).split("\n\n")[-1].startswith((text[0] + " ", text[:2] + " "))


def test_markdown_of_others_is_an_error() -> None:
    with pytest.raises(FormatError, match="no transcript"):
        markdown.read("Some *notes* of mine\n")
