"""Small sounds with labels for tests of learning: tones of three heights and noise, as files and rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from aural.sound.sound import Sound

RATE = 8000
KINDS = ("high", "low", "noise")


def tone(kind: str, rng: np.random.Generator, seconds: float = 0.4) -> np.ndarray:
    """Samples [T] of a kind, with a level and a height of their own."""
    size = int(seconds * RATE)
    if kind == "noise":
        return (0.1 * rng.standard_normal(size)).astype(np.float32)
    middle = 2000 if kind == "high" else 300
    hz = middle * rng.uniform(0.9, 1.1)
    return (rng.uniform(0.05, 0.3) * np.sin(2 * np.pi * hz * np.arange(size) / RATE)).astype(np.float32)


def manifest(folder: Path, each: int = 4, seed: int = 0) -> Path:
    """A manifest of `each` clips a kind in `folder`, of several lengths."""
    rng = np.random.default_rng(seed)
    rows = []
    for kind in KINDS:
        for k in range(each):
            seconds = 0.3 + 0.1 * (k % 3)
            name = f"{kind}-{seed}-{k}.wav"
            Sound(tone(kind, rng, seconds)[None], RATE).save(folder / name)
            rows.append({"audio": name, "label": kind, "duration": seconds, "speaker": f"s{k}", "number": 100 * k})
    path = folder / f"rows-{seed}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path
