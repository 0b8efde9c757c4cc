"""The line formats (tsv, rttm, ctm, csv, audacity, lrc): exact rows, foreign files, places of errors."""

from __future__ import annotations

import pytest

from aural.errors import FormatError
from aural.formats import audacity, ctm, lrc, rttm, tsv
from aural.formats import csv as csv_page
from aural.formats._options import CueOptions
from aural.results import Event, Recording, Result, Segment, Span, Turn, Word

WORDS = (Word(0.5, 1.0, "New York,", confidence=0.75), Word(1.0, 1.25, "50%"))
TALK = Result(
    Recording("my talk.wav", 5.0, 16000, 1),
    segments=(Segment(0.5, 1.25, "New York,\t50%", words=WORDS, speaker="Ann Lee"),),
    turns=(Turn(0.5, 1.25, "Ann Lee", confidence=0.5), Turn(1.0, 2.0, "B")),
    events=(Event(2.0, 3.0, "Door", score=0.25),),
)


def test_tsv_is_whispers() -> None:
    assert tsv.write(TALK) == "start\tend\ttext\n500\t1250\tNew York, 50%\n"


def test_rttm_rows() -> None:
    assert rttm.write(TALK).splitlines() == [
        "SPEAKER my%20talk.wav 1 0.500 0.750 <NA> <NA> Ann%20Lee 0.5000 <NA>",
        "SPEAKER my%20talk.wav 1 1.000 1.000 <NA> <NA> B <NA> <NA>",
    ]


def test_rttm_of_others() -> None:
    text = ";; a comment\nSPKR-INFO x 1 <NA> <NA> <NA> unknown A <NA>\n"
    text += "SPEAKER\tx  1 0.52 9.465 <NA> <NA> 367 <NA>\nSPEAKER x 2 1 0 <NA> <NA> 9 -3.5 <NA>\n"
    found = rttm.read(text)
    assert found.turns == (Turn(0.52, 9.985, "367"), Turn(1.0, 1.001, "9", channel=1))
    assert found.recording.name == "x"


def test_rttm_of_the_shared_recordings(data) -> None:  # type: ignore[no-untyped-def]
    for path in sorted((data / "ami_diarization" / "rttm").glob("*.rttm"))[:3]:
        found = rttm.read(path.read_bytes(), str(path))
        assert found.turns
        assert rttm.read(rttm.write(found)).turns == found.turns


def test_ctm_rows_and_segments() -> None:
    assert ctm.write(TALK).splitlines() == [
        "my%20talk.wav 1 0.500 0.500 New%20York, 0.7500 lex Ann%20Lee",
        "my%20talk.wav 1 1.000 0.250 50%25 NA lex Ann%20Lee",
    ]
    found = ctm.read("a 1 0.0 0.5 well\na 1 0.5 0.5 done.\na A 1.0 0.5 next 0.9\na 1 9.0 0.5 far\n").segments or ()
    assert [s.text for s in found] == ["well done.", "next", "far"]


def test_csv_rows_are_quoted() -> None:
    rows = csv_page.write(TALK).splitlines()
    assert rows[0] == "kind,start,end,speaker,text,confidence"
    assert rows[1:] == [
        'segment,0.500,1.250,Ann Lee,"New York, 50%",',
        'word,0.500,1.000,Ann Lee,"New York,",0.7500',
        "word,1.000,1.250,Ann Lee,50%,",
        "turn,0.500,1.250,Ann Lee,,0.5000",
        "turn,1.000,2.000,B,,",
        "sound,2.000,3.000,,Door,0.2500",
    ]
    assert csv_page.read("Text,End,Start,Kind,Speaker\nhi,2,1,segment,\n").segments == (Segment(1.0, 2.0, "hi"),)


def test_audacity_parts() -> None:
    assert audacity.write(TALK) == "0.500\t1.250\t[Ann Lee]: New York, 50%\n"
    only = {part: audacity.write(TALK, options=audacity.Options(part=part)) for part in ("words", "turns", "events", "speech")}
    assert only["words"].splitlines()[0] == "0.500\t1.000\tNew York,"
    assert only["turns"].splitlines()[1] == "1.000\t2.000\tB"
    assert (only["events"], only["speech"]) == ("2.000\t3.000\tDoor\n", "")
    assert audacity.write(Result(Recording("x", 3.0, 8000, 1), speech=(Span(1.0, 2.0),))) == "1.000\t2.000\tspeech\n"


def test_audacity_of_others() -> None:
    found = audacity.read("1,5\t2,5\tspoken\n\\\t120.0\t3400.0\n3.0\t3.0\n").segments or ()
    assert [(s.start, s.end, s.text) for s in found] == [(1.5, 2.5, "spoken"), (3.0, 3.001, "")]


def test_lrc_lines() -> None:
    assert lrc.write(TALK) == "[ti:my talk.wav]\n[00:00.50][Ann Lee]: New York, 50%\n"
    assert "<00:01.00>50%" in lrc.write(TALK, options=CueOptions(word_times=True))
    found = lrc.read("[ar:Someone]\n[00:10.5][01:00.00]Again\n[00:12.345]<00:12.50>and <00:13.00>more\n").segments or ()
    assert [(s.start, s.end, s.text) for s in found] == [(10.5, 12.345, "Again"), (12.345, 60.0, "and more"), (60.0, 65.0, "Again")]


@pytest.mark.parametrize(
    ("page", "text", "place"),
    [
        (tsv, "start\tend\ttext\n1\tx\thi\n", "f:2:3"),
        (tsv, "5\t4\thi\n", "f:1:1"),
        (tsv, "5\n", "f:1:1"),
        (rttm, "SPEAKER a 1 0.5 x <NA> <NA> s <NA> <NA>\n", "f:1:17"),
        (rttm, "SPEAKER a 1 0.5\n", "f:1:1"),
        (rttm, "hello\n", "f:1:1"),
        (rttm, "SPEAKER a 1 0 1 <NA> <NA> s\nSPEAKER b 1 0 1 <NA> <NA> s\n", "f:2:9"),
        (ctm, "a 1 0.5\n", "f:1:1"),
        (ctm, "a 1 -1 0.5 x\n", "f:1:5"),
        (ctm, "a 1 nan 0.5 x\n", "f:1:5"),
        (csv_page, "kind,start\n", "f:1:1"),
        (csv_page, "kind,start,end,speaker,text\nword,1,,,x\n", "f:2:1"),
        (audacity, "0.0\t1.0\tx\n0.0\tend\ty\n", "f:2:5"),
        (audacity, "1e12\t1e13\tx\n", "f:1:1"),
        (lrc, "[ti:x]\nno time\n", "f:2:1"),
    ],
)
def test_errors(page, text: str, place: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(FormatError) as caught:
        page.read(text, "f")
    assert caught.value.where == place


def test_words_of_a_table_that_go_back_are_an_error_with_a_place() -> None:
    rows = "kind,start,end,speaker,text,confidence\nsegment,0,3,,a b,\nword,2,3,,a,\nword,0,1,,b,\n"
    with pytest.raises(FormatError, match=r"x\.csv:4:1: word starts go back"):
        csv_page.read(rows, "x.csv")
