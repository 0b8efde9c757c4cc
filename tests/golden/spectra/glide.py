"""The sound that all golden values of spectra are made of: a glide, a chord and noise, as 16-bit numbers."""

import numpy as np


def signal(rate: int, count: int) -> np.ndarray:
    """int16 [count]: deterministic, with a faint stretch in the middle."""
    time = np.arange(count) / rate
    sound = 0.25 * np.sin(2 * np.pi * (200 * time + 900 * time**2))
    for frequency in (261.63, 329.63, 392.0, 3000.0):
        sound += 0.08 * np.sin(2 * np.pi * frequency * time)
    sound += 0.03 * np.random.Generator(np.random.PCG64(7)).standard_normal(count)
    sound[count // 2 : count // 2 + count // 6] *= 0.02
    return np.rint(np.clip(sound, -1, 1) * 32767).astype(np.int16)
