"""Clips as rows of numbers: what the methods without gradients learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.errors import LearningError
from aural.judge.run import opened
from aural.models.features import RATE, Ear, joined
from aural.models.runtime import Runtime
from aural.progress import Progress

Heard = Mapping[str, np.ndarray]


def hear(clips: Sequence[Clip], inputs: Sequence[str], progress: Progress, threads: int = 0) -> dict[str, np.ndarray]:
    """Each input (such as "quarters + yamnet") -> features [N, D] float64 of the clips; what inputs share is heard once.

    Raises: LearningError without clips; SoundError for one that cannot be read.
    """
    if not clips:
        raise LearningError("there are no clips to learn from", fix="Add recordings")
    parts = {text: Ear(text, Runtime(threads=threads), progress) for text in dict.fromkeys(inputs)}
    rows: dict[str, list[np.ndarray]] = {text: [] for text in parts}
    try:
        for done, clip in enumerate(clips):
            progress.step(done, len(clips), "features", "clips")
            with opened(clip) as source:
                samples = source.load(rate=RATE, mono=True).samples[0]
            told: dict[str, np.ndarray] = {}
            for text, ear in parts.items():
                told |= {p: ear.hear_part(p, samples) for p in ear.parts if p not in told}
                rows[text].append(np.concatenate([told[p] for p in ear.parts]))
        progress.step(len(clips), len(clips), "features", "clips")
    finally:
        for ear in parts.values():
            ear.close()
    return {text: np.stack(found) for text, found in rows.items()}


def inputs_of(features: Sequence[str], embedding: str | None) -> tuple[str, ...]:
    """The candidates: as given, and with an embedding that one alone and joined with each."""
    if embedding is None:
        return tuple(features)
    return (embedding, *(joined(embedding, text) for text in features if embedding not in text))


def seconds_of(clips: Sequence[Clip]) -> list[float]:
    """Lengths (s), sorted; a clip that does not tell its own counts as 1 s."""
    return sorted(clip.duration or 1.0 for clip in clips)
