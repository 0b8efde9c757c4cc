"""What linear and outlier models hear: a clip as one row of numbers, by the names that stand in a card's `input`."""

from __future__ import annotations

from typing import final

import numpy as np

from aural.errors import ModelRefused, UsageError
from aural.models import store
from aural.models.face import Embedder, FrameEmbedder
from aural.models.runtime import Runtime
from aural.progress import Progress
from aural.sound.statistics import StatisticsOptions, statistics

RATE = 16000
JOIN = " + "
EMBEDDERS = ("sound_embedder", "speaker_embedding")
_OWN = {"statistics": StatisticsOptions(), "quarters": StatisticsOptions(parts=4)}


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of an input such as "quarters + yamnet", in their order.

    `statistics` (aural.sound.statistics), `quarters` (the same, and means in four quarters of time), or the name of
    a model that embeds sounds or voices. Raises: UsageError for a part that is none of these, or told twice.
    """
    parts = tuple(part.strip() for part in text.split("+"))
    for part in parts:
        if part not in _OWN and role_of(part) is None:
            fix = f"It is {', '.join(_OWN)}, or a model that embeds: {', '.join(embedders())}"
            raise UsageError(f"there are no features called {part!r}", where="features", fix=fix)
    if len(set(parts)) < len(parts):
        raise UsageError(f"{text!r} names the same features twice", where="features")
    return parts


def joined(*parts: str) -> str:
    """Parts as one input."""
    return JOIN.join(parts)


def embedders() -> tuple[str, ...]:
    """The models at hand by name that embed sounds or voices."""
    return tuple(e.card.name for e in store.entries() if set(e.roles) & set(EMBEDDERS))


def role_of(name: str) -> str | None:
    """The embedding role that a model of the store fills; None for any other name."""
    entry = next((e for e in store.entries() if e.card.name == name), None)
    return next((role for role in EMBEDDERS if entry and role in entry.roles), None)


@final
class Ear:
    """Opens what an input names, and hears clips. `RATE` is its sample rate (Hz)."""

    def __init__(self, text: str, runtime: Runtime | None = None, progress: Progress | None = None) -> None:
        self.parts = parts_of(text)
        self._models: dict[str, Embedder] = {}
        for part in self.parts:
            role = None if part in _OWN else role_of(part)
            if role is not None:
                model = store.open_model(part, role, runtime, progress)
                if not isinstance(model, Embedder) or model.card.sample_rate != RATE:
                    raise ModelRefused(f"{part} does not embed sound at {RATE} Hz")
                self._models[part] = model

    def close(self) -> None:
        """Close the models."""
        while self._models:
            self._models.popitem()[1].close()

    def hear(self, samples: np.ndarray) -> np.ndarray:
        """Samples [T] at 16 kHz -> [D] float64, part after part."""
        return np.concatenate([self.hear_part(part, samples) for part in self.parts])

    def hear_part(self, part: str, samples: np.ndarray) -> np.ndarray:
        """What one part makes of samples [T]: [d] float64. An empty clip is heard as one zero."""
        sound = np.asarray(samples, np.float32) if len(samples) else np.zeros(1, np.float32)
        sound = np.nan_to_num(sound, posinf=0.0, neginf=0.0)
        if part in _OWN:
            return statistics(sound, options=_OWN[part])
        model = self._models[part]
        if isinstance(model, FrameEmbedder) and role_of(part) == "sound_embedder":
            frames = model.frames(sound).astype(np.float64)
            return np.concatenate([frames.mean(axis=0), frames.std(axis=0)])
        return np.asarray(model.embed(sound[None], np.array([len(sound)]))[0], np.float64)
