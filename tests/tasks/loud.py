"""A voice gate for made sounds: what is loud is a voice."""

from __future__ import annotations

from typing import Any

import numpy as np

from aural.models import store
from aural.models.face import StreamingScorer
from aural.tasks._gate import FRAME


class Gate(StreamingScorer):
    """Somebody speaks in each frame that is loud."""

    def __init__(self) -> None:
        self.card = store.entry_of("silero-vad").card

    def close(self) -> None:
        return

    def score(self, samples: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def start(self) -> Any:
        return None

    def step(self, state: Any, samples: np.ndarray) -> tuple[Any, np.ndarray]:
        rows = samples.reshape(-1, FRAME)
        return None, (np.sqrt((rows**2).mean(axis=1)) > 0.02).astype(np.float32)[:, None]

    def finish(self, state: Any) -> np.ndarray:
        return np.zeros((0, 1), np.float32)
