"""Texts are read plain or packed, and what is no text is told by its file."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from aural.errors import UsageError
from aural.text.lines import lines, named_file


def test_lines_plain_and_packed(tmp_path: Path) -> None:
    told = "\ufeffeins zwei\nñ\n"
    (plain := tmp_path / "a.txt").write_text(told, encoding="utf-8")
    (packed := tmp_path / "a.gz").write_bytes(gzip.compress(told.encode()))
    assert lines(plain) == lines(packed) == ["eins zwei", "ñ"]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (latin := tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (cut := tmp_path / "cut.gz").write_bytes(gzip.compress(b"one two three" * 99)[:-12])
    packed = bytearray(gzip.compress(b"one two three" * 99))
    packed[14:20] = b"\xff" * 6
    (spoiled := tmp_path / "spoiled.gz").write_bytes(packed)
    for place in (latin, cut, spoiled, tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match=place.name):
            lines(place)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_a_pipe_is_told_to_be_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="a pipe cannot be read again"):
        named_file(str(tmp_path / "pipe"), "--lm-text")
