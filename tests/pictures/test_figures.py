"""docs/figures.md does what it says: its example prints its numbers, and its commands name what exists."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from aural import settings
from aural.sound.sound import load
from aural.tasks.spectrogram import Options

PAGE = (Path(__file__).parents[2] / "docs" / "figures.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_one_mel_frame_by_hand() -> None:
    code = next(b for b in BLOCKS if "triangle" in b)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    assert printed.getvalue().split() == ["9.34", "7.82", "-6.47"]
    assert "```text\n" + printed.getvalue() + "```" in PAGE


def test_the_sounds_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(BLOCKS[0], {})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["complex.wav", "note.wav", "tone.wav"]
    assert load(tmp_path / "tone.wav").length == 441000


def test_every_command_has_known_options() -> None:
    commands = re.findall(r"`aural spectrogram (.*?)`", PAGE)
    assert len(commands) >= 15
    for command in commands:
        words = shlex.split(command)
        given = {w[2:].replace("-", "_"): v for w, v in zip(words, [*words[1:], ""], strict=True) if w.startswith("--")}
        given = {k: "true" if k == "animate" else v for k, v in given.items()}
        settings.build(Options, given)
