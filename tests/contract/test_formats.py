"""Every format page: written and read back it gives what it holds, and broken input ends in a FormatError."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aural import find
from aural.errors import FormatError
from aural.formats._holds import PARTS, held, lost
from aural.results import Media, Recording, Result, Segment, Word
from aural.settings import options_of

sys.path.insert(0, str(Path(__file__).parents[1] / "formats"))
from format_results import everything, results

NAMES = find.names("formats")
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def test_number_of_pages() -> None:
    on_disk = [p for p in (Path(find.__file__).parent / "formats").glob("*.py") if not p.name.startswith("_")]
    assert len(NAMES) == len(on_disk) == 13


@pytest.fixture(params=NAMES)
def page(request: pytest.FixtureRequest) -> Any:
    return find.page("formats", request.param)


def test_says_what_it_is(page: Any) -> None:
    assert re.fullmatch(r"(\.\w+)+", page.EXTENSION)
    assert page.HOLDS and set(PARTS) >= page.HOLDS
    assert {part.split(".")[0] for part in page.HOLDS} <= page.HOLDS | {"segments"}
    for option in options_of(page.Options) if "Options" in vars(page) else ():
        assert option.help


def test_names_are_unique() -> None:
    pages = [find.page("formats", name) for name in NAMES]
    spelled = [*NAMES, *(alias for p in pages for alias in getattr(p, "ALIASES", ()))]
    assert len(spelled) == len(set(spelled))
    endings = [p.EXTENSION for p in pages]
    assert len(endings) == len(set(endings))


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(result=results())
def test_written_and_read_back(name: str, result: Result) -> None:
    page = find.page("formats", name)
    written = page.write(result)
    again = page.read(written, "talk" + page.EXTENSION)
    assert held(again, page.HOLDS) == held(result, page.HOLDS)
    # As bytes, with Windows' line ends where it is text.
    data = written.encode("utf-8") if isinstance(written, str) else written
    assert held(page.read(data), page.HOLDS) == held(result, page.HOLDS)
    if name not in ("json", "html", "csv"):
        assert held(page.read(data.replace(b"\n", b"\r\n")), page.HOLDS) == held(result, page.HOLDS)


def test_everything_and_nothing(page: Any) -> None:
    for result in (everything(), _nothing(), _asked_and_empty()):
        again = page.read(page.write(result), "talk")
        assert held(again, page.HOLDS) == held(result, page.HOLDS)


def test_same_bytes_twice(page: Any) -> None:
    assert page.write(everything()) == page.write(everything())


def test_hours_and_numerals(page: Any) -> None:
    words = tuple(Word((143_990 + i) / 10, (143_991 + i) / 10, t) for i, t in enumerate(["$1,250.50", "at", "3:45"]))
    segment = Segment(14_399.0, 14_399.3, "$1,250.50 at 3:45", words=words)
    result = Result(Recording("long.wav", 14_400.0, 16000, 1), segments=(segment,))
    again = page.read(page.write(result))
    assert held(again, page.HOLDS) == held(result, page.HOLDS)
    if "text" in page.HOLDS and page.EXTENSION != ".txt":
        assert again.segments and again.segments[0].start == pytest.approx(14_399.0, abs=0.01)


@pytest.mark.parametrize("name", [n for n in NAMES if n != "txt"])
def test_foreign_bytes_are_an_error_with_a_place(name: str) -> None:
    page = find.page("formats", name)
    for data in (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", b"no such format at all, just words\nand more", b"\xff\xfe\x00\xd8"):
        with pytest.raises(FormatError) as caught:
            page.read(data, "dir/odd.file")
        assert re.fullmatch(r"dir/odd\.file:\d+:\d+", caught.value.where)


@pytest.mark.parametrize("name", NAMES)
@QUICK
@given(choice=st.data())
def test_damage_is_a_result_or_a_format_error(name: str, choice: st.DataObject) -> None:
    page = find.page("formats", name)
    written = page.write(everything())
    data = bytearray(written.encode() if isinstance(written, str) else written)
    for _ in range(choice.draw(st.integers(1, 4))):
        at = choice.draw(st.integers(0, len(data) - 1))
        if choice.draw(st.booleans()):
            data[at] = choice.draw(st.integers(0, 255))
        else:
            del data[at : at + choice.draw(st.integers(1, 40))]
        if not data:
            break
    try:
        assert isinstance(page.read(bytes(data), "x"), Result)
    except FormatError as error:
        assert re.search(r":\d+:\d+$", error.where)


def test_tells_what_is_lost(page: Any) -> None:
    told = lost(everything(), page.HOLDS)
    assert (told == ()) == (set(PARTS) == page.HOLDS)
    assert lost(_nothing(), page.HOLDS) == ()


def test_media_is_never_needed_and_never_harms(page: Any) -> None:
    media = Media(4.0, np.zeros((10, 2), np.float32))
    again = page.read(page.write(everything(), media=media))
    assert held(again, page.HOLDS) == held(everything(), page.HOLDS)


def _nothing() -> Result:
    return Result(Recording("talk.wav", 2.0, 16000, 1))


def _asked_and_empty() -> Result:
    return Result(Recording("talk.wav", 2.0, 16000, 1), segments=(), turns=(), speakers=(), events=(), labels=(), speech=())
