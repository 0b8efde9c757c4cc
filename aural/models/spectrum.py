"""What tells the numbers of each frame of a parametric voice, with their spread: trees, a leaf for each state, or a small net."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.models.manner import STATES, leaves_of
from aural.patterns import trees
from aural.patterns.trees import Tree

PLACES = STATES + 5  # numbers that say where a frame lies in its phone


class Spectrum(ABC):
    """Of phones and how long their states last to what each frame holds."""

    @abstractmethod
    def told(self, around: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Means and variances [F, D] of every frame: phones [L, Q] whose states take so many frames [L, 3]."""

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """All numbers, for a file of arrays."""

    @abstractmethod
    def fits(self, width: int, asked: int) -> bool:
        """True when it tells `width` numbers of a frame, and asks for no column from `asked` on."""


@final
@dataclass(frozen=True, eq=False)
class Trees(Spectrum):
    """A tree for each state: the frames of a leaf are all alike."""

    each: tuple[Tree, ...]

    def told(self, around: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return leaves_of(self.each, around, frames)

    def arrays(self) -> dict[str, np.ndarray]:
        return {name: a for k, tree in enumerate(self.each) for name, a in trees.arrays(tree, f"spectrum{k}").items()}

    def fits(self, width: int, asked: int) -> bool:
        most = max((int(t.question.max()) for t in self.each if len(t.question)), default=-1)
        return all(t.mean.shape[1] == width for t in self.each) and most < asked


@final
@dataclass(frozen=True, eq=False)
class Net(Spectrum):
    """Layers of matrix [I, O] and offset [O] with max(0, x) between them, over what surrounds a phone and where in it a frame
    lies, less `center` and times `scale` [Q + 8]; what comes out is times `spread` [D] plus `middle` [D]; variance [D] is what
    it leaves open.

    Source: H. Zen, A. Senior and M. Schuster, "Statistical parametric speech synthesis using deep neural networks", ICASSP 2013.
    """

    layers: tuple[tuple[np.ndarray, np.ndarray], ...]
    center: np.ndarray
    scale: np.ndarray
    middle: np.ndarray
    spread: np.ndarray
    variance: np.ndarray

    def told(self, around: np.ndarray, frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        owners, places = within(frames)
        x = (np.concatenate([around[owners], places], axis=1) - self.center) * self.scale
        for k, (matrix, offset) in enumerate(self.layers):
            x = x @ matrix + offset
            if k + 1 < len(self.layers):
                x = np.maximum(x, 0)
        mean = x.astype(np.float64) * self.spread + self.middle
        return mean, np.broadcast_to(self.variance, mean.shape)

    def arrays(self) -> dict[str, np.ndarray]:
        found = {name: getattr(self, name).astype(np.float32) for name in ("center", "scale", "middle", "spread", "variance")}
        for k, (matrix, offset) in enumerate(self.layers):
            found |= {f"matrix{k}": matrix.astype(np.float16), f"offset{k}": offset.astype(np.float32)}
        return {f"net.{name}": array for name, array in found.items()}

    def fits(self, width: int, asked: int) -> bool:
        into = [m.shape[0] for m, _ in self.layers] + [width]
        chained = all(
            m.shape == (a, b) and o.shape == (b,) for (m, o), (a, b) in zip(self.layers, itertools.pairwise(into), strict=True)
        )
        ends = self.middle.shape == self.spread.shape == self.variance.shape == (width,)
        return chained and ends and self.center.shape == self.scale.shape == (into[0],) and into[0] == asked + PLACES


def within(frames: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The phone of each frame [F], and where in it the frame lies [F, 8]: its state, the shares of state and phone that are
    over, and ln of 1 + the frames of the phone, since its begin and until its end."""
    owners = np.repeat(np.arange(len(frames)), frames.sum(axis=1))
    counts = frames.ravel()
    state = np.repeat(np.arange(len(counts)), counts)
    at = np.arange(len(owners))
    begin = np.cumsum(counts) - counts
    phone = begin.reshape(frames.shape)[:, 0]
    whole = frames.sum(axis=1)[owners]
    since = at - phone[owners]
    places = [state % STATES == k for k in range(STATES)]
    places += [
        (at - begin[state] + 0.5) / counts[state],
        (since + 0.5) / whole,
        np.log1p(whole),
        np.log1p(since),
        np.log1p(whole - since),
    ]
    return owners, np.column_stack(places).astype(np.float32)


def of_arrays(found: Mapping[str, np.ndarray]) -> Spectrum:
    """What was written, again. Raises: KeyError, ValueError when it is not whole."""
    if "net.middle" not in found:
        return Trees(tuple(trees.of_arrays(found, f"spectrum{k}") for k in range(STATES)))
    count = sum(name.startswith("net.matrix") for name in found)
    layers = tuple((found[f"net.matrix{k}"].astype(np.float32), found[f"net.offset{k}"]) for k in range(count))
    if not layers or any(m.ndim != 2 for m, _ in layers):
        raise ValueError("the net has no layers")
    names = ("center", "scale", "middle", "spread", "variance")
    return Net(layers, *(found[f"net.{name}"] for name in names))
