"""Hotwords from a list and from a file, and what is no hotword."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.text import hotwords


def test_a_list_with_bonuses() -> None:
    assert [h.entry for h in hotwords.read("Alexandra,  Carl Linstrum ^2.5, ")] == ["Alexandra^2", "Carl Linstrum^2.5"]


def test_a_file_with_comments(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("\ufeff# people\nEmil\n\nMarie Tovesky^3\nEmil^2\n", encoding="utf-8")
    assert [(h.text, h.weight) for h in hotwords.read(str(path))] == [("Emil", 2.0), ("Marie Tovesky", 3.0)]


@pytest.mark.parametrize("spec", ["a^x", "^2", "a^99", "a^nan", ",".join(f"w{i}" for i in range(2001))])
def test_what_is_no_hotword(spec: str) -> None:
    with pytest.raises(UsageError):
        hotwords.read(spec)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "names.bin"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(UsageError):
        hotwords.read(str(path))


def test_a_list_that_is_not_there_is_no_hotword() -> None:
    with pytest.raises(UsageError, match="no such list"):
        hotwords.read("names.txt")


def test_a_folder_is_no_list_and_a_comma_makes_it_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "yes").mkdir()
    monkeypatch.chdir(tmp_path)
    for spec in ("yes", "./yes/", str(tmp_path)):
        with pytest.raises(UsageError, match=r"^--hotwords [^ ]*: this is a folder and no list of words"):
            hotwords.read(spec)
    assert [h.text for h in hotwords.read("yes,")] == ["yes"]
