"""Writes down what each stage of diarization gave, for people who want to see how an answer came about."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from aural.files import write_bytes, write_text
from aural.results import Result
from aural.tasks._diarize_hear import Heard
from aural.tasks._diarize_map import voice_map_of
from aural.tasks._diarize_voices import Voices


def explain(result: Result, heard: Heard, voices: Voices, columns: dict[str, int], folder: Path) -> None:
    """Write 1-speech.json, 2-slices.json, 3-vectors.npz, 4-clusters.json and 5-turns.json into `folder`."""
    labels = {k: label for label, k in columns.items()}
    whose = [labels.get(int(k)) for k in voices.labels] if len(voices.centers) else [None] * len(heard.times)
    held = io.BytesIO()
    np.savez(held, vectors=heard.vectors, times=heard.times, mass=heard.mass, centers=voices.centers)
    write_bytes(folder / "3-vectors.npz", held.getvalue())
    near = voices.centers @ voices.centers.T if len(voices.centers) else np.zeros((0, 0))
    order = list(columns.values())
    pages: dict[str, Any] = {
        "1-speech": [{"start": s.start, "end": s.end} for s in result.speech or ()],
        "2-slices": [
            {"middle": round(float(t), 3), "alone": round(float(m), 3)} for t, m in zip(heard.times, heard.mass, strict=True)
        ],
        "4-clusters": {
            "speakers": list(columns),
            "cosine": near[np.ix_(order, order)].round(3).tolist(),
            "slice": whose,
            "map": voice_map_of(heard, voices, columns),
        },
        "5-turns": [{"start": t.start, "end": t.end, "speaker": t.speaker, "confidence": t.confidence} for t in result.turns or ()],
    }
    for name, page in pages.items():
        write_text(folder / f"{name}.json", json.dumps(page, indent=1, sort_keys=True) + "\n")
