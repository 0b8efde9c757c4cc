"""What the listener hears of clips that hold phrases, in many places, and of recordings that hold none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np

from aural.corpora.manifest import Clip
from aural.corpora.rows import rows
from aural.judge.run import opened
from aural.learn.augment import Effects
from aural.learn.job import Job
from aural.learn.spotting.options import Options
from aural.learn.spotting.windows import Store, joined, marked, unsaid
from aural.models.engines import _stepping
from aural.models.engines.phrases import kept
from aural.models.runtime import Runtime
from aural.sound.effects.noise import colored
from aural.sound.sound import Sound

LISTENER = "listener"  # the shipped model whose frames phrases are learned from
RATE = 16000
BEFORE, _BEHIND = 1.3, 0.4  # s of faint noise around a clip
_FAINT = 1e-3  # level of that noise


@final
class Ear:
    """The listener: samples to frames, each `every` of its own."""

    def __init__(self, folder: Path, runtime: Runtime, every: int) -> None:
        self._stream, self.every = _stepping.opened(folder, runtime), every

    def hear(self, samples: np.ndarray) -> np.ndarray:
        """samples [T] at 16 kHz -> frames [F, D]."""
        state, frames = self._stream.step(self._stream.start(), samples)
        return kept(np.concatenate([frames, self._stream.finish(state)]), self.every)


def hear(ear: Ear, job: Job, labels: Sequence[str], options: Options, hop: float) -> Store:
    """The clips to learn from, each with some faint noise around it; those of phrases several times, the first time as they are."""
    effects = Effects(options.augment, options.noise, options.rooms)
    clips, stores = job.clips["train"], []
    for done, clip in enumerate(clips):
        job.progress.step(done, len(clips), "listen", "clips")
        with opened(clip) as source:
            samples = source.load(rate=RATE, mono=True).samples[0]
        phrase = labels.index(clip.label) if clip.label in labels else None
        end = BEFORE + end_of(clip, samples)
        for copy in range(options.copies if phrase is not None else max(1, options.copies // 4)):
            rng = np.random.default_rng((options.seed, done, copy))
            sound = effects(Sound(samples[None], RATE), rng) if copy else Sound(samples[None], RATE)
            frames = ear.hear(placed(sound.samples[0], rng))
            stores.append(marked(frames, phrase, len(labels), end, hop, round(options.window / hop)))
    job.progress.close()
    return joined(stores)


def placed(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A clip with faint noise before and behind it."""
    out = (_FAINT * 10 ** rng.uniform(-1.5, 0.5)) * colored(rng, "pink", len(samples) + round((BEFORE + _BEHIND) * RATE))
    at = round(BEFORE * RATE)
    out[at : at + len(samples)] += samples
    return out.astype(np.float32)


def end_of(clip: Clip, samples: np.ndarray) -> float:
    """Where (s) a phrase is over: as its row tells, or where the clip falls 30 dB below its loudest 20 ms."""
    if clip.events:
        return max(e.end for e in clip.events) - clip.start
    size = RATE // 50
    level = (
        np.sqrt(np.mean(samples[: len(samples) // size * size].reshape(-1, size) ** 2, axis=1)) if len(samples) >= size else samples
    )
    loud = np.flatnonzero(level > level.max(initial=0.0) / 32)
    return float((loud[-1] + 1) * 0.02) if len(loud) else len(samples) / RATE


def against(ear: Ear, place: Path, job: Job, width: int) -> Store:
    """Recordings in which no phrase is said."""
    clips, stores = rows(place), []
    for done, clip in enumerate(clips):
        job.progress.step(done, len(clips), "background", "clips")
        with opened(clip) as source:
            frames = ear.hear(source.load(rate=RATE, mono=True).samples[0])
        stores.append(Store(frames, *unsaid(len(frames), width)))
    job.progress.close()
    return joined(stores)
