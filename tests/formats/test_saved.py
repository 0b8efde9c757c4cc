"""A result is saved by the ending of its name, and read back from it."""

from __future__ import annotations

from pathlib import Path

import pytest

import aural
from aural import find
from aural.errors import UsageError
from aural.formats._saved import by_ending, save
from aural.results import Recording, Result, Segment

TALK = Result(Recording("talk", 3.0, 16000, 1), segments=(Segment(0.5, 1.5, "Hello there"), Segment(2.0, 3.0, "Good bye")))


@pytest.mark.parametrize("name", find.names("formats"))
def test_each_format_is_told_by_its_ending(name: str, tmp_path: Path) -> None:
    page = find.page("formats", name)
    path = tmp_path / f"talk{page.EXTENSION.upper()}"
    assert by_ending(str(path)) == name
    assert aural.save(TALK, path) == path
    written = page.write(TALK)
    assert path.read_bytes() == (written.encode() if isinstance(written, str) else written)


def test_options_of_the_format_are_taken(tmp_path: Path) -> None:
    save(TALK, tmp_path / "talk.srt", options={"max_words_per_line": 1})
    assert "Hello there" not in (tmp_path / "talk.srt").read_text(encoding="utf-8")


def test_a_result_saves_itself(tmp_path: Path) -> None:
    place = TALK.save(tmp_path / "talk.vtt", options={"max_words_per_line": 1})
    save(TALK, tmp_path / "other.vtt", options={"max_words_per_line": 1})
    assert place == tmp_path / "talk.vtt" and place.read_bytes() == (tmp_path / "other.vtt").read_bytes()


@pytest.mark.parametrize(
    ("result", "name", "options", "said"),
    [
        (TALK, "talk.doc", None, "names no format"),
        (TALK, "talk.srt", {"max_line_widht": 4}, "max_line_width"),
        (TALK, "talk.rttm", {"width": 4}, "options|option"),
        ({"text": "Hello"}, "talk.srt", None, "no Result"),
    ],
)
def test_what_cannot_be_saved_is_told(result: Result, name: str, options: dict[str, int] | None, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        save(result, tmp_path / name, options=options)
    assert not list(tmp_path.iterdir())
