"""TextGrid: Praat's own long and short files, other tools' tiers, and what Praat demands of ours."""

from __future__ import annotations

import re

import pytest
from format_results import everything

from aural.errors import FormatError
from aural.formats import textgrid
from aural.results import Event, Recording, Result, Turn

LONG = '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.3
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.3
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.7
            text = ""
        intervals [2]:
            xmin = 0.7
            xmax = 1.1
            text = "he ""said"""
        intervals [3]:
            xmin = 1.1
            xmax = 2.3
            text = "no"
    item [2]:
        class = "IntervalTier"
        name = "Mary"
        xmin = 0
        xmax = 2.3
        intervals: size = 1
        intervals [1]:
            xmin = 0.5
            xmax = 2.3
            text = "he ""said"" no"
    item [3]:
        class = "TextTier"
        name = "bell"
        xmin = 0
        xmax = 2.3
        points: size = 1
        points [1]:
            number = 1.5
            mark = "ring"
'''
SHORT = (
    '"ooTextFile"\n"TextGrid"\n0\n1.5\n<exists>\n1\n"IntervalTier"\n"phones"\n0\n1.5\n2\n0\n0.5\n""\n0.5\n1.5\n"AH0" ! a comment\n'
)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_long_form_in_every_coding(codec: str) -> None:
    found = textgrid.read(LONG.replace("\n", "\r\n").encode(codec))
    (segment,) = found.segments or ()
    assert (segment.speaker, segment.text, segment.start, segment.end) == ("Mary", 'he "said" no', 0.5, 2.3)
    assert [w.text for w in segment.words or ()] == ['he "said"', "no"]
    assert found.events == (Event(1.5, 1.501, "ring", layer="bell"),)
    assert found.duration == 2.3


def test_short_form() -> None:
    for head in ('"ooTextFile"', 'File type = "ooTextFile short"'):
        found = textgrid.read(SHORT.replace('"ooTextFile"', head))
        assert found.events == (Event(0.5, 1.5, "AH0", layer="phone"),)


def test_tiers_of_an_aligner() -> None:
    text = SHORT.replace('"phones"', '"Ann - words"')
    (segment,) = textgrid.read(text).segments or ()
    assert (segment.speaker, segment.text) == ("Ann", "AH0")


def test_tiers_have_no_holes_and_no_overlaps() -> None:
    turns = (Turn(0.0, 1.0, "A"), Turn(0.5, 1.5, "A"), Turn(0.5, 2.0, "B"))
    written = textgrid.write(Result(Recording("x", 3.0, 8000, 1), turns=turns))
    assert re.findall(r'name = "(.*)"', written) == ["A - turns", "A - turns 2", "B - turns"]
    for tier in re.split(r"item \[\d+\]:", textgrid.write(everything()))[1:]:
        times = [float(t) for t in re.findall(r"            xm(?:in|ax) = (\S+)", tier)]
        assert times[0] == 0 and times[-1] == 4.0
        assert times[1:-1:2] == times[2::2]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (LONG.replace("xmax = 1.1", 'xmax = "x"', 1), "g:21:20"),
        (LONG.replace("xmax = 1.1", "xmax = 0.1", 1), "g:20:20"),
        (LONG[: LONG.index('"no"')], "g:26:20"),
        (LONG.replace('"Mary"', "Mary"), "g:30:16"),
        ("TextGrid", "g:1:1"),
        ("", "g:1:1"),
        (LONG.replace("intervals: size = 3", "intervals: size = 3.5"), "g:14:27"),
    ],
)
def test_errors(text: str, place: str) -> None:
    with pytest.raises(FormatError) as caught:
        textgrid.read(text, "g")
    assert caught.value.where == place


def test_phones_lie_on_a_tier_as_praats_users_call_it() -> None:
    phones = (Event(0.1, 0.2, "s", layer="phone"), Event(0.2, 0.35, "ɪ", layer="phone"))
    text = textgrid.write(Result(Recording("a.wav", 1.0, 16000, 1), events=phones))
    assert 'name = "phones"' in text and textgrid.read(text).events == phones
