"""A task without a model, for tests of the judge: it answers with what lies beside a recording."""

from __future__ import annotations

import json
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aural.errors import DamagedSound
from aural.progress import Progress
from aural.results import Event, Label, Match, Result, Segment, Turn, Vectors, Word
from aural.settings import option
from aural.sound.source import Source
from aural.tasks._task import Task


@dataclass(frozen=True)
class Options:
    """What a test may set."""

    top: int = option(5, "how many")
    language: str | None = option(None, "language")
    worse: bool = option(False, "answer with a word less")


def task(answers: Mapping[str, Mapping[str, Any]], verb: str = "transcribe") -> Task:
    """A task that gives `answers[stem of the name]`: text, words, turns, labels, events; "damaged" raises."""

    def run(source: Source, shelf: Any, options: Options, progress: Progress) -> Result:
        shelf.made_by["recognizer"] = "fake"
        told = answers[Path(source.name.split("@")[0]).stem]
        if told.get("damaged"):
            raise DamagedSound("this breaks off", where=source.name)
        recording = source.recording
        end = recording.duration or 1.0
        text = told.get("text", "")
        if options.worse:
            text = " ".join(text.split()[:-1])
        words = tuple(Word(s, e, t, speaker=k) for s, e, t, k in told.get("words", ())) or None
        text = " ".join(w.text for w in words) if words else text
        segments = (Segment(0.0, end, text, words=words),) if text else ()
        return Result(
            recording, dict(shelf.made_by), language=told.get("language"), segments=segments,
            turns=tuple(Turn(*t) for t in told.get("turns", ())),
            labels=tuple(Label(k, v) for k, v in told.get("labels", {}).items())[: options.top or None],
            events=tuple(Event(*e) for e in told.get("events", ())),
        )  # fmt: skip

    return Task("source", Options, run, str, {}, None)


def embed() -> Task:
    """Embeds a recording as (1, mean): the sign of the mean tells the voice."""

    def run(source: Source, shelf: Any, options: Options, progress: Progress) -> Vectors:
        return Vectors(np.array([voice(source)]), (), "fake")

    return Task("source", Options, run, str, {}, None)


def verify(threshold: float = 0.5, twisted: bool = False) -> Task:
    """Compares two recordings by the cosine of `voice`; `twisted`: by another number."""

    def run(pair: tuple[Source, Source], shelf: Any, options: Options, progress: Progress) -> Match:
        one, other = (voice(s) for s in pair)
        score = float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
        score = score / 2 if twisted else score
        return Match("pair", score, score >= threshold, threshold)

    return Task("pair", Options, run, str, {}, None)


def voice(source: Source) -> np.ndarray:
    """The vector of a recording."""
    return np.array([0.1, float(source.load(mono=True).samples.mean())])


def wav(path: Path, level: float = 0.1, seconds: float = 1.0, rate: int = 8000) -> Path:
    """A constant level (with a little tone) as 16-bit WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(round(seconds * rate)) / rate
    samples = (32767 * (level + 0.01 * np.sin(2 * np.pi * 440 * time))).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.tobytes())
    return path


def manifest(folder: Path, rows: Sequence[Mapping[str, Any]], seconds: float = 1.0) -> Path:
    """A manifest whose recordings are made."""
    for row in rows:
        wav(folder / row["audio"], seconds=seconds)
    path = folder / "m.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in rows) + "\n")
    return path
