"""Clips as rows of numbers: what the methods without gradients learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.split import folds
from aural.errors import LearningError
from aural.judge.run import opened
from aural.models.features import RATE, Ear, joined
from aural.models.runtime import Runtime
from aural.progress import Progress
from aural.tasks._stretches import stretches

Heard = Mapping[str, np.ndarray]


def hear(
    clips: Sequence[Clip], inputs: Sequence[str], progress: Progress, threads: int = 0, window: int | None = None
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Each input (such as "quarters + yamnet") -> features [N, D] float64, and the number [N] of the clip they are of.

    A row is a clip, or with `window` (samples at 16 kHz) a stretch of one, each half a window. What inputs share is
    heard once. Raises: SoundError for a clip that cannot be read.
    """
    parts = {text: Ear(text, Runtime(threads=threads), progress) for text in dict.fromkeys(inputs)}
    rows: dict[str, list[np.ndarray]] = {text: [] for text in parts}
    owner: list[int] = []
    try:
        for done, clip in enumerate(clips):
            progress.step(done, len(clips), "features", "clips")
            with opened(clip) as source:
                samples = source.load(rate=RATE, mono=True).samples[0]
            cut = [samples] if window is None else [piece for _, piece in stretches([samples], window, window // 2)]
            for piece in cut:
                told: dict[str, np.ndarray] = {}
                for text, ear in parts.items():
                    told |= {p: ear.hear_part(p, piece) for p in ear.parts if p not in told}
                    rows[text].append(np.concatenate([told[p] for p in ear.parts]))
                owner.append(done)
        progress.step(len(clips), len(clips), "features", "clips")
    finally:
        for ear in parts.values():
            ear.close()
    return {text: np.stack(found) for text, found in rows.items()}, np.array(owner)


def inputs_of(features: Sequence[str], embedding: str | None) -> tuple[str, ...]:
    """The candidates: as given, and with an embedding that one alone and joined with each."""
    if embedding is None:
        return tuple(features)
    return (*features, embedding, *(joined(embedding, text) for text in features if embedding not in text))


def seconds_of(clips: Sequence[Clip]) -> list[float]:
    """Lengths (s), sorted; a clip that does not tell its own counts as 1 s."""
    return sorted(clip.duration or 1.0 for clip in clips)


def places(clips: Sequence[Clip], count: int, seed: int) -> np.ndarray:
    """The fold [N] of each clip; fewer folds where there are fewer groups. Raises: LearningError for a single group."""
    for many in range(count, 1, -1):
        try:
            parts = folds(clips, many, seed)
        except LearningError:
            continue
        at = {id(clip): k for k, (_, held) in enumerate(parts) for clip in held}
        return np.array([at[id(clip)] for clip in clips])
    raise LearningError("all clips hang together in one group, so nothing can be left out to choose by", fix="Add other recordings")
