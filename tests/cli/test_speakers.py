"""`aural speakers` changes names everywhere in a result, merges people, and refuses what would mix them up."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.cli.main import main
from aural.formats import json as json_page
from aural.results import Recording, Result, Segment, Speaker, Turn, Word


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    words = (Word(0.0, 0.5, "one", speaker="S0"), Word(0.5, 1.0, "two", speaker="S1"), Word(2.0, 2.4, "three", speaker="S2"))
    result = Result(
        Recording("talk.wav", 4.0, 16000, 1),
        segments=(
            Segment(0.0, 1.0, "one two", words=words[:2], speaker="S0"),
            Segment(2.0, 2.4, "three", words=words[2:], speaker="S2"),
        ),
        turns=(Turn(0.0, 0.6, "S0"), Turn(0.5, 1.0, "S1"), Turn(0.9, 2.4, "S2")),
        speakers=(Speaker("S0", "Anna", 0.7), Speaker("S1"), Speaker("S2")),
    )
    path = tmp_path / "talk.json"
    path.write_text(json_page.write(result), encoding="utf-8")
    return path


def _labels(path: Path) -> set[str | None]:
    result = json_page.read(path.read_bytes())
    spoken = (
        {s.speaker for s in result.segments or ()} | {w.speaker for w in result.words()} | {t.speaker for t in result.turns or ()}
    )
    assert spoken == {s.label for s in result.speakers or ()}
    return spoken


def test_list(talk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speakers", "list", str(talk)]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["S0", "(Anna)", "0:00", "1", "turn"],
        ["S1", "0:00", "1", "turn"],
        ["S2", "0:01", "1", "turn"],
    ]


def test_rename_everywhere(talk: Path) -> None:
    assert main(["speakers", "rename", str(talk), "S0=Sarah", "S1=S0"]) == 0
    assert _labels(talk) == {"Sarah", "S0", "S2"}
    result = json_page.read(talk.read_bytes())
    assert result.speakers and (result.speakers[0].label, result.speakers[0].name) == ("Sarah", None)


def test_rename_by_the_name_of_the_voice_book(talk: Path) -> None:
    assert main(["speakers", "rename", str(talk), "Anna=Sarah"]) == 0
    assert "Sarah" in _labels(talk)


def test_rename_to_another_file_leaves_the_first(talk: Path) -> None:
    other = talk.parent / "new.json"
    assert main(["speakers", "rename", str(talk), "S2=Tom", "-o", str(other)]) == 0
    assert (_labels(talk), _labels(other)) == ({"S0", "S1", "S2"}, {"S0", "S1", "Tom"})


def test_merge_joins_turns(talk: Path) -> None:
    assert main(["speakers", "merge", str(talk), "S1", "S2"]) == 0
    assert _labels(talk) == {"S0", "S1"}
    turns = json_page.read(talk.read_bytes()).turns
    assert turns == (Turn(0.0, 0.6, "S0"), Turn(0.5, 2.4, "S1"))


@pytest.mark.parametrize(
    "arguments",
    [["rename", "S9=Tom"], ["rename", "S0"], ["rename", "S0="], ["rename", "S0=S1"], ["merge", "S0"], ["merge", "S0", "S7"]],
)
def test_refuses(talk: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    before = talk.read_bytes()
    assert main(["speakers", arguments[0], str(talk), *arguments[1:]]) == 2
    assert talk.read_bytes() == before
    assert capsys.readouterr().err.startswith("aural: ")
