"""Adaptation to one speaker while recognizing: a first reading tells how the voice differs from all voices, a second one profits.

The map of what is heard (fMLLR) is estimated from the first reading; what all voices together say weighs as much as some seconds
of speech, so that a few words do not bend it out of shape. Source: M. Gales 1998; C. Lei et al., "fMAPLR", 2006.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.errors import ModelRefused, reason
from aural.models import tensors
from aural.models.acoustics import Acoustics
from aural.patterns.feature_transform import Evidence, best, evidence
from aural.patterns.gaussian_mixtures import Mixtures


@dataclass(frozen=True, eq=False)
class Adapted:
    """Mixtures and chances to last of voices after their own map, over the same states as the model of the first reading;
    `prior`: what adapted voices say of a frame; `room`: frames that it weighs."""

    mixtures: Mixtures
    stay: np.ndarray
    prior: Evidence
    room: float = 500.0

    def evidence(self, heard: np.ndarray, states: np.ndarray, silent: np.ndarray) -> Evidence:
        """What frames [N, D] of states [N] say of their voice; those in a `silent` state [P] say nothing."""
        spoken = ~silent[states]
        return evidence(self.mixtures, heard[spoken], states[spoken])

    def map_of(self, said: Sequence[Evidence]) -> np.ndarray:
        """The map [D, D + 1] of one voice from all that it said."""
        total = self.prior.scaled(self.room)
        for one in said:
            total += one
        return best(total)

    def over(self, model: Acoustics) -> Acoustics:
        """The model that hears mapped frames."""
        return Acoustics(model.phones, model.front, model.tree, self.mixtures, self.stay, model.matrix, model.around)


def silent_states(model: Acoustics) -> np.ndarray:
    """Which tied states [P] are those of silence."""
    found = np.zeros(model.mixtures.states, bool)
    found[list(model.states((0, 0, 0)))] = True
    return found


def write(adapted: Adapted, path: Path) -> None:
    """Write all arrays."""
    mixtures, prior = adapted.mixtures, adapted.prior
    arrays = {"shares": mixtures.shares, "means": mixtures.means, "variances": mixtures.variances, "stay": adapted.stay}
    arrays |= {"linear": prior.linear, "square": prior.square, "room": np.array([adapted.room])}
    tensors.write(path, {"first": mixtures.first.astype(np.int32), **{n: np.asarray(a, np.float32) for n, a in arrays.items()}})


def read(path: Path, model: Acoustics) -> Adapted:
    """Read what `write` wrote, for the states of a model. Raises: ModelRefused."""
    arrays = tensors.read(path)
    try:
        mixtures = Mixtures(*(arrays[name] for name in ("first", "shares", "means", "variances")))
        width = mixtures.means.shape[1]
        prior = Evidence(1.0, arrays["linear"].astype(np.float64), arrays["square"].astype(np.float64))
        fits = prior.linear.shape == (width, width + 1) and prior.square.shape == (width, width + 1, width + 1)
        numbers = (mixtures.shares, mixtures.means, mixtures.variances, arrays["stay"], prior.linear, prior.square)
        fits = fits and all(bool(np.isfinite(a).all()) for a in numbers) and len(arrays["stay"]) == mixtures.states
        if not fits or mixtures.states != model.mixtures.states or width != model.mixtures.means.shape[1]:
            raise ValueError("the arrays do not fit each other")
        return Adapted(mixtures, arrays["stay"], prior, float(arrays["room"][0]))
    except (KeyError, ValueError, IndexError) as error:
        raise ModelRefused(f"an array of this model is missing or damaged ({reason(error)})", where=str(path)) from None
