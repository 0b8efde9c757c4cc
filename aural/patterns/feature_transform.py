"""fMLLR: an affine map of what is heard of one speaker, so that models of all speakers fit it best.

Letters: N frames, D width; a map is [D, D + 1], its last column what is added.
Source: M. Gales, "Maximum likelihood linear transformations for HMM-based speech recognition", 1998.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.patterns.gaussian_mixtures import Mixtures, grouped

_TURNS = 15


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a voice's frames say: their number, linear [D, D + 1] and square terms [D, D + 1, D + 1] of the likelihood of a map."""

    frames: float
    linear: np.ndarray
    square: np.ndarray

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(self.frames + other.frames, self.linear + other.linear, self.square + other.square)

    def scaled(self, frames: float) -> Evidence:
        """The same as if it came from so many frames."""
        by = frames / max(self.frames, 1e-9)
        return Evidence(frames, self.linear * by, self.square * by)


def evidence(mixtures: Mixtures, x: np.ndarray, states: np.ndarray) -> Evidence:
    """From frames x [N, D] that know their state [N]."""
    weights, pulled = np.empty(x.shape), np.empty(x.shape)
    for state, own in grouped(states):
        gaussians = slice(int(mixtures.first[state]), int(mixtures.first[state + 1]))
        share = mixtures.posteriors(x[own], state)
        precise = 1 / mixtures.variances[gaussians]
        weights[own], pulled[own] = share @ precise, share @ (mixtures.means[gaussians] * precise)
    longer = np.concatenate([x, np.ones((len(x), 1))], axis=1).astype(np.float64)
    square = np.stack([(longer * weights[:, i : i + 1]).T @ longer for i in range(x.shape[1])])
    return Evidence(float(len(x)), pulled.T @ longer, square)


def best(told: Evidence, turns: int = _TURNS) -> np.ndarray:
    """The map [D, D + 1] with the largest `gain`, found row after row from the one that changes nothing."""
    width = len(told.linear)
    found = np.eye(width, width + 1)
    inverse = np.linalg.inv(told.square + 1e-6 * told.frames * np.eye(width + 1))
    for _ in range(turns):
        for i in range(width):
            cofactor = np.append(np.linalg.inv(found[:, :width])[:, i], 0.0)
            a, b = float(cofactor @ inverse[i] @ cofactor), float(cofactor @ inverse[i] @ told.linear[i])
            root = np.sqrt(b * b + 4 * a * told.frames)
            rows = [inverse[i] @ (scale * cofactor + told.linear[i]) for scale in ((-b + root) / (2 * a), (-b - root) / (2 * a))]
            found[i] = max(rows, key=lambda row: _row_gain(row, cofactor, told, i))
    return found


def _row_gain(row: np.ndarray, cofactor: np.ndarray, told: Evidence, i: int) -> float:
    along = abs(float(cofactor @ row))
    return float(told.frames * np.log(max(along, 1e-300)) + row @ told.linear[i] - 0.5 * row @ told.square[i] @ row)


def gain(found: np.ndarray, told: Evidence) -> float:
    """The log-likelihood of all frames under a map, but for a constant."""
    linear = (found * told.linear).sum() - 0.5 * np.einsum("id,ide,ie->", found, told.square, found)
    return float(told.frames * np.linalg.slogdet(found[:, :-1])[1] + linear)


def moved(x: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Frames [N, D] as a map changes them."""
    return np.asarray(x @ found[:, :-1].T + found[:, -1], np.float32)
