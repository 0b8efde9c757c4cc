"""WebVTT: voices, word times, and what must be passed over."""

from __future__ import annotations

import pytest

from aural.errors import FormatError
from aural.formats import vtt
from aural.formats._options import CueOptions
from aural.results import Recording, Result, Segment, Word

WORDS = tuple(Word(1.0 + i, 1.9 + i, text) for i, text in enumerate(("a<b", "&", "so")))
TALK = Result(Recording("talk.wav", 9.0, 16000, 1), segments=(Segment(1.0, 3.9, "a<b & so", words=WORDS, speaker="Tom > Co"),))


def test_exact_text() -> None:
    assert vtt.write(TALK) == "WEBVTT\n\n00:00:01.000 --> 00:00:03.900\n<v Tom &gt; Co>a&lt;b &amp; so\n"


def test_word_times() -> None:
    written = vtt.write(TALK, options=CueOptions(word_times=True))
    assert "<c>a&lt;b</c> <00:00:02.000><c>&amp;</c> <00:00:03.000><c>so</c>" in written
    again = vtt.read(written).segments or ()
    assert (again[0].speaker, again[0].text) == ("Tom > Co", "a<b & so")


def test_notes_styles_regions_and_settings_are_passed_over() -> None:
    text = (
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:one\n\n"
        "NOTE 00:01.000 --> 00:02.000\nno cue\n\n"
        "intro\n00:01.000 --> 00:02.500 align:start position:10%\n<v.loud Mary Ann>Hello <b>you</b></v>\nand all\n"
    )
    found = vtt.read(text.encode()).segments or ()
    assert [(s.start, s.end, s.speaker, s.text) for s in found] == [(1.0, 2.5, "Mary Ann", "Hello you and all")]


@pytest.mark.parametrize(
    ("text", "place"),
    [("1\n00:01.000 --> 00:02.000\nx", "a:1:1"), ("WEBVTT\n\n00:01.000 --> x\ny", "a:3:14"), ("WEBVTT\n\njust words\n", "a:3:1")],
)
def test_errors(text: str, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        vtt.read(text, "a")
    assert caught.value.where == place
