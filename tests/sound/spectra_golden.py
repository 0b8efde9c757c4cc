"""Golden values of spectra, and the sound that they were made of."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def golden(name: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The sound as float32, and the values that make_<name>.py wrote."""
    path = Path(__file__).parents[1] / "golden" / "spectra" / f"{name}.npz"
    with np.load(path, allow_pickle=False) as held:
        values = {key: held[key] for key in held.files}
    return (values["pcm"] / np.float32(32768)).astype(np.float32), values
