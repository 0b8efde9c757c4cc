"""Which voices there are in a recording: clusters of its voice vectors, as many as are found or asked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aural.patterns.agglomerative import Tree, tree
from aural.tasks._diarize_hear import Heard
from aural.tasks._diarize_lanes import lanes_with_hidden, likely_of, nearness

BLOCK = 600.0  # s: vectors are clustered inside blocks, then the blocks' clusters; so the cost is linear in length
CLEAR = 0.35  # s of one speaker alone that make a vector clear enough to found a cluster on
LEAST = 0.8  # s that a cluster or a hidden voice needs, unless a number of speakers is asked for
LIKENESS = 0.28  # mean cosine of two clusters of vectors of about 1 s above which they are one voice; 0.26 to 0.29 are alike
JOINED = 0.55  # the same for two clusters of different blocks, whose vectors are means over many seconds
_FINER = 0.1  # added to LIKENESS inside blocks where more voices are asked for than are found


@dataclass(frozen=True)
class Wanted:
    """How many speakers there may be: at least and at most (None = as many as are found)."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, eq=False)
class Voices:
    """centers [K, D] of unit length; label [M] of each vector of the recording, by its nearest center.

    With `hidden` the last voice is one that only ever speaks together with others: its center is all zeros,
    like nobody's voice, and no vector has its label.
    """

    centers: np.ndarray
    labels: np.ndarray
    hidden: bool = False

    @property
    def heard_alone(self) -> np.ndarray:
        """The centers of those voices that have one."""
        return self.centers[:-1] if self.hidden else self.centers


def voices_of(heard: Heard, wanted: Wanted, likeness: float = LIKENESS) -> Voices:
    """The voices of a recording. `likeness`: mean cosine above which two clusters are one voice.

    A number that is asked for is kept as long as there are so many vectors. Where one more is wanted than has
    clusters of its own, a voice that is only heard under others is that one rather than a part of a cluster.
    """
    found = _clustered(heard, Wanted(most=wanted.most), likeness)
    if wanted.most is None or len(found.centers) < wanted.most:
        found = _with_hidden(heard, found)
    return found if len(found.centers) >= (wanted.least or 0) else _clustered(heard, wanted, likeness)


def _with_hidden(heard: Heard, found: Voices) -> Voices:
    """One voice more where the windows prove as much of it as a cluster needs (no window tells more than it has lanes for)."""
    if not 0 < len(found.centers) < heard.members.shape[1]:
        return found
    _, seconds = lanes_with_hidden(heard, likely_of(heard, found.centers))
    if seconds < LEAST:
        return found
    return Voices(np.concatenate([found.centers, np.zeros_like(found.centers[:1])]), found.labels, hidden=True)


def _clustered(heard: Heard, wanted: Wanted, likeness: float) -> Voices:
    """The voices that have clusters of their own."""
    clear = heard.mass >= CLEAR
    if clear.sum() < max(1, wanted.least or 0):
        clear = heard.mass > 0
    if not clear.any():
        return Voices(np.zeros((0, heard.vectors.shape[1]), np.float32), np.zeros(len(heard.vectors), int))
    chosen = np.flatnonzero(clear)
    blocks = (heard.times[chosen] // BLOCK).astype(int)
    # A block may miss speakers that are asked for, but must not merge those that it has.
    inside = likeness + _FINER if (wanted.least or 0) > 1 else likeness
    alone = blocks.max() == 0
    parts = [
        _clusters(
            heard.vectors[at].astype(np.float32),
            np.minimum(heard.mass[at], 1.0),
            *((wanted, likeness) if alone else (Wanted(), inside)),
        )
        for at in (chosen[blocks == b] for b in np.unique(blocks))
    ]
    centers, sizes = np.concatenate([c for c, _ in parts]), np.concatenate([s for _, s in parts])
    if not alone:
        centers, _ = _clusters(centers, sizes, wanted, JOINED - LIKENESS + likeness)
    nearest = nearness(heard.vectors, centers).argmax(axis=1)
    owned = [np.flatnonzero(nearest == k) for k in range(len(centers))]
    settled = [_mean(heard.vectors[own].astype(np.float32), heard.mass[own], c) for own, c in zip(owned, centers, strict=True)]
    centers = np.stack(settled)
    return Voices(centers, nearness(heard.vectors, centers).argmax(axis=1))


def _clusters(vectors: np.ndarray, weights: np.ndarray, wanted: Wanted, likeness: float) -> tuple[np.ndarray, np.ndarray]:
    """Centers [K, D] and seconds [K] of the clusters that are large enough."""
    made = tree(vectors @ vectors.T, weights)
    labels = made.cut(threshold=likeness)
    kept = _large(labels, weights, LEAST)
    if wanted.least is not None and len(kept) < wanted.least:
        labels, kept = _exactly(made, weights, wanted.least)
    elif wanted.most is not None and len(kept) > wanted.most:
        labels, kept = _exactly(made, weights, wanted.most)
    # EVERY seconds lie between two vectors, so a sum of weights of 1 stands for about as many seconds.
    centers = np.stack([_mean(vectors[labels == k], weights[labels == k]) for k in kept])
    return centers, np.array([weights[labels == k].sum() for k in kept])


def _exactly(made: Tree, weights: np.ndarray, count: int) -> tuple[np.ndarray, list[int]]:
    """The coarsest cut with `count` clusters that are large enough; the rest of it is no speaker's own."""
    count = min(count, made.count)
    least = LEAST / 3  # whoever asks for so many knows of someone who hardly speaks
    while True:
        for clusters in range(count, min(made.count, 4 * count + 20) + 1):
            labels = made.cut(clusters=clusters)
            kept = _large(labels, weights, least)
            if len(kept) >= count:
                heaviest = sorted(kept, key=lambda k: -weights[labels == k].sum())[:count]
                return labels, sorted(heaviest)
        least /= 2


def _large(labels: np.ndarray, weights: np.ndarray, least: float) -> list[int]:
    """Labels of the clusters with a weight of `least` or more, else of the heaviest alone."""
    sums = np.bincount(labels, weights)
    return np.flatnonzero(sums >= least).tolist() or [int(sums.argmax())]


def _mean(vectors: np.ndarray, weights: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """Weighted mean direction; `start` counts as one vector more."""
    total = weights @ vectors + (0 if start is None else start)
    return np.asarray(total / max(float(np.linalg.norm(total)), 1e-9), np.float32)
