"""Made speech within full scale."""

from __future__ import annotations

import numpy as np

LOUDEST = 0.99


def bounded(samples: np.ndarray) -> np.ndarray:
    """samples [T] in float32, made softer where their peak is above 0.99."""
    peak = float(np.abs(samples).max(initial=0.0))
    return np.asarray(samples * min(1.0, LOUDEST / max(peak, LOUDEST)), np.float32)
