"""Clips of formulas, the same wherever they are made: what the golden marks are for."""

from __future__ import annotations

import numpy as np

RATE = 16000


def clips() -> dict[str, np.ndarray]:
    """Name -> samples [T] float32 at 16 kHz within -1..1: shorter and longer than a stretch, still, loud and noisy."""
    rng = np.random.default_rng(11)
    return {
        "a vowel of 2.5 s": _vowel(2.5),
        "a vowel of 9.5 s": _vowel(9.5),
        "a vowel of 10.6 s in noise": _vowel(10.6) + _noise(rng, 10.6, 0.02),
        "13.2 s of noise": _noise(rng, 13.2, 0.1),
        "0.3 s of noise": _noise(rng, 0.3, 0.05),
        "silence": np.zeros(4 * RATE, np.float32),
        "clipped": np.clip(4 * _vowel(4.0), -1, 1),
    }


def _vowel(seconds: float) -> np.ndarray:
    """Harmonics of a gliding 120 Hz under three peaks, in syllables of a quarter of a second."""
    t = np.arange(round(seconds * RATE)) / RATE
    pitch = 120 + 20 * np.sin(2 * np.pi * 0.7 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    out = np.zeros_like(t)
    for k in range(1, 30):
        hz = 120.0 * k
        gain = sum(a / (1 + ((hz - f) / w) ** 2) for f, w, a in ((700, 130, 1.0), (1220, 170, 0.5), (2600, 250, 0.2)))
        out += gain * np.sin(k * phase)
    return np.asarray(0.1 * out * (0.5 - 0.5 * np.cos(2 * np.pi * 4 * t)), np.float32)


def _noise(rng: np.random.Generator, seconds: float, level: float) -> np.ndarray:
    return np.asarray(np.clip(level * rng.standard_normal(round(seconds * RATE)), -1, 1), np.float32)
