"""Small recordings of a made-up speaker for tests: two vowels and a hiss, said in known places."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from aural.sound.sound import Sound

RATE = 16000
FORMANTS = {"ɑ": (700, 1200), "i": (300, 2300), "u": (320, 800)}
WORDS = {"sɑ": "sah", "si": "see", "ɑsi": "ahsee", "isɑ": "eesah", "su": "soo", "usi": "oosee"}


def sounded(phone: str, rng: np.random.Generator, pitch: float, seconds: float) -> np.ndarray:
    """A vowel as harmonics under two resonances, or a hiss."""
    count = round(seconds * RATE)
    t = np.arange(count) / RATE
    if phone == "s":
        noise = np.diff(rng.standard_normal(count + 1))
        wave = 0.04 * noise
    else:
        wave = np.zeros(count)
        for k in range(1, int(4000 / pitch)):
            level = sum(1 / (1 + ((k * pitch - f) / 120) ** 2) for f in FORMANTS[phone])
            wave += 0.15 * level * np.sin(2 * np.pi * k * pitch * t + k)
    edge = min(80, count // 2)
    wave[:edge] *= np.linspace(0, 1, edge)
    wave[-edge:] *= np.linspace(1, 0, edge)
    return wave


def said(phonemes: str, rng: np.random.Generator) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """Samples, and (phone, end in s) of what is said in groups parted by blanks, with silence around and between."""
    parts, ends, at = [0.001 * rng.standard_normal(round(0.15 * RATE))], [("_", 0.15)], 0.15
    pitch = float(rng.uniform(110, 130))
    for number, group in enumerate(phonemes.split()):
        if number:
            parts.append(0.001 * rng.standard_normal(round(0.1 * RATE)))
            at += 0.1
            ends.append(("_", at))
        for phone in group:
            seconds = float(rng.uniform(0.09, 0.16))
            parts.append(sounded(phone, rng, pitch, seconds))
            at += len(parts[-1]) / RATE
            ends.append((phone, at))
    parts.append(0.001 * rng.standard_normal(round(0.15 * RATE)))
    ends.append(("_", at + 0.15))
    return np.concatenate(parts).astype(np.float32), ends


def manifest(folder: Path, count: int, seed: int = 0) -> Path:
    """Rows with audio, text and phonemes of two to four words each."""
    rng, rows = np.random.default_rng(seed), []
    for k in range(count):
        groups = [str(g) for g in rng.choice(list(WORDS), int(rng.integers(2, 5)))]
        samples, ends = said(" ".join(groups), rng)
        name = f"{seed}-{k}.wav"
        Sound(samples[None], RATE).save(folder / name)
        rows.append({
            "audio": name, "text": " ".join(WORDS[g] for g in groups), "phonemes": " ".join(groups), "speaker": "nobody",
            "duration": len(samples) / RATE, "ends": ends, "licence": "CC0 1.0", "group": f"{seed}-{k}",
        })  # fmt: skip
    path = folder / f"voice-{seed}.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
