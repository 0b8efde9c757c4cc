"""The other half of a transducer in numpy: what was written is read by a small net, and joined with each frame.

`joint.safetensors` holds `seen` [P, K, J], an embedding for each of the last P tokens (of an LSTM: for the last one), `token`
[J, J], `out` [K, J] with their biases, and for an LSTM `input`, `state` [4 J, J] and `bias` [4 J], gates in torch's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np

from aural.beams.transducer import Joint
from aural.errors import ModelRefused, reason
from aural.models import tensors

FILE = "joint.safetensors"
_ALWAYS, _LSTM = ("seen", "token", "token_bias", "out", "out_bias"), ("input", "state", "bias")


@dataclass(frozen=True, eq=False)
class Read:
    """What was written, as the net knows it: the last tokens, an LSTM's two states, and the vector [J] that meets the frames."""

    last: tuple[int, ...]
    hidden: np.ndarray | None
    cell: np.ndarray | None
    vector: np.ndarray


@final
class Joiner(Joint):
    """Answers for many paths at once."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._a = {name: np.asarray(arrays[name], np.float32) for name in (*_ALWAYS, *(n for n in _LSTM if n in arrays))}
        self._lstm = "input" in self._a
        self._known: dict[tuple[int, ...], Read] = {}

    @property
    def classes(self) -> int:
        """K."""
        return len(self._a["out"])

    def start(self) -> Read:
        if not self._lstm:
            return self._seen((0,) * len(self._a["seen"]))
        nothing = np.zeros(self._a["token"].shape[1], np.float32)
        return self._walked([Read((), nothing, nothing, nothing)], [0])[0]

    def ahead(self, frame: np.ndarray, states: Sequence[Any]) -> np.ndarray:
        met = np.tanh(frame[None] + np.stack([s.vector for s in states]))
        logits = met @ self._a["out"].T + self._a["out_bias"]
        top = logits.max(axis=1, keepdims=True)
        return np.asarray(logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True)))

    def walk(self, states: Sequence[Any], tokens: Sequence[int]) -> list[Read]:
        if self._lstm:
            return self._walked(states, tokens)
        return [self._seen((*s.last[1:], int(t))) for s, t in zip(states, tokens, strict=True)]

    def _seen(self, last: tuple[int, ...]) -> Read:
        """The state of a stateless net: the same tokens give the same vector, so it is computed once."""
        found = self._known.get(last)
        if found is None:
            x = np.maximum(sum(table[t] for table, t in zip(self._a["seen"], last, strict=True)), 0.0)
            found = self._known[last] = Read(last, None, None, self._a["token"] @ x + self._a["token_bias"])
        return found

    def _walked(self, states: Sequence[Any], tokens: Sequence[int]) -> list[Read]:
        if not states:
            return []
        x, h = self._a["seen"][0][np.array(tokens)], np.stack([s.hidden for s in states])
        gates = x @ self._a["input"].T + h @ self._a["state"].T + self._a["bias"]
        i, f, g, o = np.split(gates, 4, axis=1)
        cell = _sigmoid(f) * np.stack([s.cell for s in states]) + _sigmoid(i) * np.tanh(g)
        hidden = _sigmoid(o) * np.tanh(cell)
        vectors = hidden @ self._a["token"].T + self._a["token_bias"]
        return [Read((), h, c, v) for h, c, v in zip(hidden, cell, vectors, strict=True)]


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -30.0, 30.0))))


def read(folder: Path, classes: int) -> Joiner:
    """The joiner of a model folder. Raises: ModelRefused for arrays that are missing or do not fit."""
    arrays = tensors.read(folder / FILE)
    try:
        size = arrays["token"].shape[0]
        fits = arrays["seen"].shape[1:] == (classes, size) and arrays["out"].shape == (classes, size)
        fits = fits and arrays["token"].shape == (size, size) and len(arrays["out_bias"]) == classes
        if "input" in arrays:
            fits = fits and arrays["input"].shape == arrays["state"].shape == (4 * size, size) and len(arrays["bias"]) == 4 * size
        found = Joiner(arrays)
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise ModelRefused(
            f"the arrays of a transducer are missing or damaged ({reason(error)})", where=str(folder / FILE)
        ) from None
    if not fits:
        raise ModelRefused("the arrays of this transducer do not fit each other or its units", where=str(folder / FILE))
    return found
