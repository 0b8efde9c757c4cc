"""The acoustic model of the classical pipeline, log p(X | states): front end, phones, tied states and their mixtures.

Letters: F frames, D width of what is heard of a frame, P tied states.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from aural.errors import ModelRefused, reason
from aural.models import tensors
from aural.patterns.gaussian_mixtures import Mixtures
from aural.patterns.phonetic_tree import STATES, Context, Tree
from aural.sound.cepstra import Cepstra, spliced, with_deltas

SILENCE = "_"  # phone 0; as a context it is the border of a word
_ARRAYS = ("roots", "side", "asked", "yes", "no", "questions")


@dataclass(frozen=True, eq=False)
class Acoustics:
    """`phones` by number, 0 silence; `stay` [P]: log-probability that a state lasts another frame; `matrix` [D, (2 around + 1) N]
    of spliced cepstra (None = deltas)."""

    phones: tuple[str, ...]
    front: Cepstra
    tree: Tree
    mixtures: Mixtures
    stay: np.ndarray
    matrix: np.ndarray | None = None
    around: int = 0

    def heard(self, found: np.ndarray) -> np.ndarray:
        """What the mixtures hear [F, D] of cepstra [F, N] whose mean is taken off."""
        if self.matrix is None:
            return with_deltas(found)
        return np.asarray(spliced(found, self.around) @ self.matrix.T, np.float32)

    def number(self, phone: str) -> int:
        """The number of a phone. Raises: KeyError."""
        return self._numbers[phone]

    def states(self, context: Context) -> tuple[int, ...]:
        """The tied states of a phone in its context."""
        found = self._known.get(context)
        if found is None:
            found = self._known[context] = self.tree.of(context)
        return found

    def contexts(self, phones: Sequence[str]) -> list[Context]:
        """The phones of a word, each between its neighbors; the border of the word counts as silence."""
        numbers = [0, *(self.number(p) for p in phones), 0]
        return [(numbers[i - 1], numbers[i], numbers[i + 1]) for i in range(1, len(numbers) - 1)]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {phone: i for i, phone in enumerate(self.phones)}

    @cached_property
    def _known(self) -> dict[Context, tuple[int, ...]]:
        return {}


def write(model: Acoustics, path: Path) -> None:
    """Write all arrays; the same model gives the same bytes."""
    arrays: dict[str, np.ndarray] = {name: np.asarray(getattr(model.tree, name)) for name in _ARRAYS}
    arrays = {name: a if a.dtype == bool else a.astype(np.int32) for name, a in arrays.items()}
    mixtures = model.mixtures
    arrays |= {"first": mixtures.first.astype(np.int32), "shares": mixtures.shares.astype(np.float32)}
    arrays |= {"means": mixtures.means.astype(np.float32), "variances": mixtures.variances.astype(np.float32)}
    arrays |= {"stay": model.stay.astype(np.float32)}
    if model.matrix is not None:
        arrays["matrix"] = model.matrix.astype(np.float32)
    tensors.write(path, arrays)


def plain(model: Acoustics) -> dict[str, Any]:
    """What is no array, as JSON holds it."""
    return {"phones": list(model.phones), "front": dataclasses.asdict(model.front), "around": model.around}


def read(path: Path, told: dict[str, Any]) -> Acoustics:
    """A model from its arrays and what `plain` gave. Raises: ModelRefused."""
    arrays = tensors.read(path)
    try:
        tree = Tree(*(np.asarray(arrays[name]) for name in _ARRAYS))
        mixtures = Mixtures(*(np.asarray(arrays[name]) for name in ("first", "shares", "means", "variances")))
        phones, front = tuple(str(p) for p in told["phones"]), Cepstra(**told["front"])
        matrix = arrays.get("matrix")
        model = Acoustics(phones, front, tree, mixtures, arrays["stay"], matrix, int(told["around"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelRefused(f"an array of this model is missing or damaged ({reason(error)})", where=str(path)) from None
    numbers = (mixtures.shares, mixtures.means, mixtures.variances, model.stay)
    fits = (
        tree.roots.shape == (len(phones), STATES) and len(model.stay) == mixtures.states == tree.states
        and mixtures.first[-1] == len(mixtures.shares) == len(mixtures.means) and mixtures.means.shape == mixtures.variances.shape
        and all(np.isfinite(a).all() for a in numbers) and bool((mixtures.variances > 0).all())
    )  # fmt: skip
    if not fits:
        raise ModelRefused("the arrays of this model do not fit each other", where=str(path))
    return model
