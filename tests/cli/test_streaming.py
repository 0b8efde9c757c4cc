"""`aural transcribe --stream`: a pipe that is heard as it comes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

import aural
from aural.cli.main import main
from aural.sound.sound import load


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    load(aural.sample("dialogue")).cut(2.0, 5.4).mono().resample(16000).save(tmp_path / "clip.wav")
    return tmp_path / "clip.wav"


@pytest.mark.weights
def test_a_pipe_gives_updates_line_by_line(clip: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.FileIO(clip))))
    assert main(["transcribe", "--stream", "-", "-m", "small"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {"speech_start", "final", "speech_end"} <= {x["type"] for x in lines}
    text = " ".join(x["text"] for x in lines if x["type"] == "final")
    assert "hear me" in text.lower() and lines[-1]["type"] == "turn_end"
    assert all(x["lag"] >= 0 for x in lines if x["type"] in ("partial", "final"))
    sys.stdin.close()


@pytest.mark.weights
def test_a_file_gives_final_texts(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transcribe", "--stream", str(clip), "-m", "small", "-f", "txt"]) == 0
    assert "hear me" in capsys.readouterr().out.lower()


@pytest.mark.parametrize(
    "more", [["a.wav", "b.wav"], ["a.wav", "-f", "srt"], ["a.wav", "-o", "x/"], ["missing.wav"], ["-", "--raw", "5"]]
)
def test_what_cannot_be_streamed(
    more: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["transcribe", "--stream", *more]) in (2, 3)
    assert capsys.readouterr().err.startswith("aural: ")
