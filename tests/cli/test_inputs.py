"""Inputs: files, folders, globs, pipes, samples; what is missing is told with the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from aural.cli.inputs import expand
from aural.errors import UnreadableSound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.wav", "a.MP3", "notes.txt", "deep/c.opus"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


def test_a_folder_is_searched_and_sorted(folder: Path) -> None:
    assert [i.name for i in expand([str(folder)])] == ["a.MP3", "b.wav", "c.opus"]
    assert [str(i.folder) for i in expand([str(folder)])] == [".", ".", "deep"]


def test_globs_work_without_a_shell(folder: Path) -> None:
    assert [i.name for i in expand([str(folder / "*.wav")])] == ["b.wav"]


def test_each_once(folder: Path) -> None:
    assert len(expand([str(folder / "b.wav"), str(folder / "b.wav")])) == 1


def test_a_named_file_is_taken_whatever_its_ending(folder: Path) -> None:
    assert expand([str(folder / "notes.txt")])[0].name == "notes.txt"


def test_pipes_and_samples() -> None:
    assert [i.name for i in expand(["-", "sample:dialogue", "-"])] == ["stdin", "dialogue"]


def test_a_missing_file_names_the_nearest(folder: Path) -> None:
    with pytest.raises(UnreadableSound, match=r"b\.wav"):
        expand([str(folder / "bb.wav")])
    with pytest.raises(UnreadableSound, match="no such folder"):
        expand([str(folder / "nowhere" / "x.wav")])


def test_a_folder_without_recordings_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSound, match="no recording"):
        expand([str(tmp_path)])
