"""Clips as the pipeline hears them: cepstra without the mean of their speaker, with the words that are said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aural.corpora.manifest import Clip
from aural.learn.targets._text import text_of
from aural.models.listener import Listener
from aural.progress import Progress
from aural.sound.cepstra import QUIET, Cepstra, bands, cepstra, usual
from aural.sound.resample import resample
from aural.sound.sound import Sound, load
from aural.text.pronunciation.dictionary import plain

Change = Callable[[Sound, np.random.Generator], Sound]
_EDGE = (QUIET, 3e-4)  # size of the faint noise put around a clip


@dataclass(frozen=True, eq=False)
class Utterance:
    """One clip as it is learned from: cepstra [F, N], its words, whose voice it is, and an encoder's frames [J, E] of it."""

    cepstra: np.ndarray
    words: tuple[str, ...]
    speaker: str
    sound: np.ndarray | None = None


@dataclass(frozen=True)
class Hearing:
    """How clips are heard. `edges` (s): faint noise around each, so that what is cut tight teaches silence, too; `speeds`: each
    clip is heard at all of them, which makes a voice larger or smaller; `change`: an effect of a second hearing of each;
    `listener`: an encoder that hears all of it beside the cepstra."""

    front: Cepstra
    edges: float = 0.0
    speeds: tuple[float, ...] = (1.0,)
    change: Change | None = None
    seed: int = 0
    listener: Listener | None = None


def hear(clips: Sequence[Clip], hearing: Hearing, progress: Progress, stage: str = "hear") -> list[Utterance]:
    """All clips, at every speed, the mean of each voice taken off. A clip without a speaker is a voice of its own."""
    found: list[tuple[np.ndarray, tuple[str, ...], str, np.ndarray | None]] = []
    for number, clip in enumerate(clips):
        words = tuple(plain(text_of(clip)))
        for name, samples in _variants(clip, hearing, number):
            speaker = f"{clip.speaker or clip.group or clip.id}{name}"
            sound = hearing.listener.frames(samples) if hearing.listener is not None else None
            found.append((bands(samples, hearing.front), words, speaker, sound))
        progress.step(number + 1, len(clips), stage, "clips")
    progress.close()
    by: dict[str, list[np.ndarray]] = defaultdict(list)
    for heard, _, speaker, _ in found:
        if len(heard):
            by[speaker].append(heard)
    means = {speaker: usual(own) for speaker, own in by.items()}
    silent = np.zeros(hearing.front.n_mels)
    return [
        Utterance(cepstra(x, means.get(speaker, silent), hearing.front), words, speaker, sound)
        for x, words, speaker, sound in found
    ]


def _variants(clip: Clip, hearing: Hearing, number: int) -> Iterator[tuple[str, np.ndarray]]:
    """(what is added to the name of the voice, samples [T]) of each hearing of a clip; draws depend on seed and number alone."""
    end = None if clip.duration is None else clip.start + clip.duration
    rate = hearing.front.sample_rate
    sound = load(clip.audio, rate=rate, mono=True, start=clip.start, end=end)
    rng = np.random.default_rng([hearing.seed, number])
    for speed in hearing.speeds:
        samples = sound.samples
        if speed != 1:
            samples = resample(samples, round(rate * speed), rate)
        name = "" if speed == 1 else f" x{speed:g}"
        yield name, _edged(samples[0], hearing, rng)
        if hearing.change is not None:
            edged = _edged(samples[0], hearing, rng)
            changed = hearing.change(Sound(edged[None], rate), rng).samples[0]
            yield f"{name} changed", changed


def _edged(samples: np.ndarray, hearing: Hearing, rng: np.random.Generator) -> np.ndarray:
    count = round(hearing.edges * hearing.front.sample_rate)
    if not count:
        return samples
    size = float(np.exp(rng.uniform(*np.log(_EDGE))))
    noise = (size * rng.standard_normal(2 * count + len(samples))).astype(np.float32)
    noise[count : count + len(samples)] += samples
    return noise
