"""Four clips of a tone each, that say two words: what methods that learn to write are tried on."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from aural.corpora.manifest import Clip
from aural.learn.job import Job
from aural.results import Question
from aural.sound.sound import Sound

RATE = 8000
TEXTS = ("low high", "high low", "low low", "high high")


def rows(folder: Path) -> Path:
    """A manifest of them, each of a speaker of its own."""
    lines = []
    for k, text in enumerate(TEXTS):
        save(folder / f"{k}.wav", text)
        lines.append(json.dumps({"audio": f"{k}.wav", "duration": 1.0, "text": text, "speaker": f"s{k}"}) + "\n")
    path = folder / "rows.jsonl"
    path.write_text("".join(lines))
    return path


def save(path: Path, text: str) -> None:
    """One second, low where the text begins so."""
    tone = 0.2 * np.sin(2 * np.pi * (220 if text.startswith("low") else 880) * np.arange(RATE) / RATE)
    Sound(tone.astype(np.float32)[None], RATE).save(path)


def job(given: dict[str, object], clips: list[Clip] | None = None) -> Job:
    """A training of transcribe with these options."""
    return Job("transcribe", "recognizer", Question("sequence", "class"), {"train": clips or [], "valid": []}, Path("x"), given)
