"""The fourth stage: every voice is mapped onto the mean of all (fMLLR), and the models are learned of mapped voices (SAT).

Source: T. Anastasakos et al., "A compact model for speaker-adaptive training", 1996; M. Gales 1998.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from aural.learn.hidden_markov.rounds import Lesson, Plan, joined, taught
from aural.models.acoustics import Acoustics
from aural.models.adaptation import Adapted, silent_states
from aural.patterns.feature_transform import Evidence, best, evidence, moved
from aural.patterns.gaussian_mixtures import Mixtures
from aural.text.pronunciation.dictionary import Dictionary

_PASSES = (Plan(4, (), 0, 0.5), Plan(4, (0,), 0, 0.5), Plan(8, (0, 4), 0, 0.5))
_FEW = 300  # frames of speech below which a voice is left as it is


def adapted(
    model: Acoustics, lesson: Lesson, dictionary: Dictionary, gaussians: int, say: Callable[[str], None]
) -> tuple[Adapted, Lesson]:
    """Mixtures of mapped voices over the states of a model, begun from an alignment; the lesson with mapped frames."""
    plain = list(lesson.heard)
    mapped = model
    maps: dict[str, np.ndarray] = {}
    for plan in _PASSES:
        maps = {speaker: best(told) for speaker, told in gathered(mapped.mixtures, model, lesson, plain).items()}
        lesson = dataclasses.replace(lesson, heard=_moved(lesson, plain, maps))
        mapped, lesson = taught(mapped, lesson, dataclasses.replace(plan, gaussians=gaussians), dictionary, say)
    frames, states = joined(lesson)
    spoken = ~silent_states(model)[states]
    prior = evidence(mapped.mixtures, frames[spoken], states[spoken]).scaled(1.0)
    say(f"  {len(maps)} voices were mapped")
    return Adapted(mapped.mixtures, mapped.stay, prior), lesson


def gathered(mixtures: Mixtures, model: Acoustics, lesson: Lesson, heard: Sequence[np.ndarray]) -> dict[str, Evidence]:
    """What the frames of each voice say of its map, where there are enough that are no silence."""
    silent = silent_states(model)
    own: dict[str, list[tuple[np.ndarray, np.ndarray]]] = defaultdict(list)
    for one, x, utterance in zip(lesson.laid, heard, lesson.utterances, strict=True):
        if one is not None:
            spoken = ~silent[one.states]
            own[utterance.speaker].append((x[spoken], one.states[spoken]))
    found = {}
    for speaker, pairs in own.items():
        frames, states = np.concatenate([x for x, _ in pairs]), np.concatenate([s for _, s in pairs])
        if len(frames) >= _FEW:
            found[speaker] = evidence(mixtures, frames, states)
    return found


def _moved(lesson: Lesson, plain: Sequence[np.ndarray], maps: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    pairs = zip(lesson.utterances, plain, strict=True)
    return [moved(x, maps[u.speaker]) if u.speaker in maps else x for u, x in pairs]
