"""Learns how a voice times and intones: trees over what surrounds each phone, from prepared clips."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aural.learn.voicing.said import Said
from aural.models.face import Prosody
from aural.models.manner import STATES, Manner
from aural.patterns.trajectories import with_slopes
from aural.patterns.trees import Sums, grow
from aural.text.pronunciation.context import context, inventory

_LEAST_PHONES, _LEAST_FRAMES = 20, 200
_FRAMES_ARE_ALIKE = 5.0  # how much stricter splits are over frames, which are no witnesses of their own
_LIVELIEST = 1.6
_MEASURED = 60  # clips


def state_frames(said: Said) -> np.ndarray:
    """Frames of each state of each phone [L, 3], their sum being that of the clip."""
    times = np.column_stack([said.inner, said.ends]).ravel()
    edges = np.minimum(np.round(np.concatenate([[0.0], times]) / said.hop).astype(int), said.frames)
    edges[-1] = said.frames
    return np.diff(np.maximum.accumulate(edges)).reshape(-1, STATES)


def filled(pitch: np.ndarray) -> np.ndarray:
    """Log Hz [F] of a pitch (0 = none), going over evenly where there is none."""
    known = np.flatnonzero(pitch > 0)
    if not len(known):
        return np.zeros(len(pitch))
    return np.asarray(np.interp(np.arange(len(pitch)), known, np.log(pitch[known])))


def summed(values: np.ndarray, weight: np.ndarray, frames: np.ndarray) -> Sums:
    """Sums of frames' values [F, D], each with its weight [F], over consecutive states of so many frames [S]."""
    edges = np.concatenate([[0], np.cumsum(frames.ravel())])

    def over(rows: np.ndarray) -> np.ndarray:
        total = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0, dtype=np.float64)])
        return np.asarray(total[edges[1:]] - total[edges[:-1]])

    heavy = weight[:, None]
    return Sums(over(heavy)[:, 0], over(values * heavy), over(values * values * heavy))


def joined(parts: Sequence[Sums]) -> Sums:
    """The rows of all, one behind the other."""
    return Sums(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("weight", "first", "second")))


def every(sums: Sums, state: int) -> Sums:
    """Of rows for each state of each phone, those of one state."""
    return Sums(sums.weight[state::STATES], sums.first[state::STATES], sums.second[state::STATES])


def learn(said: Sequence[Said]) -> tuple[Manner, np.ndarray]:
    """The manner of a voice, and what surrounds each phone of all clips [N, Q]."""
    phones = inventory([s.phones for s in said])
    around = np.concatenate([context(s.phones, phones) for s in said])
    frames = [state_frames(s) for s in said]
    inner = np.concatenate([np.arange(len(s.phones)) for s in said])
    last = np.concatenate([np.full(len(s.phones), len(s.phones) - 1) for s in said])
    kept = (inner > 0) & (inner < last)  # the silences at the ends were cut, so that their lengths tell nothing
    length = np.log(np.maximum(np.concatenate(frames), 0.5) * said[0].hop)[kept]
    least = float(min(_LEAST_PHONES, max(2, len(length) // 20)))
    duration = grow(around[kept], Sums(np.ones(len(length)), length, length**2), least=least)
    voiced = np.concatenate([s.pitch for s in said])
    middle = float(np.median(np.log(voiced[voiced > 0]))) if (voiced > 0).any() else np.log(100.0)
    parts = []
    for one, own in zip(said, frames, strict=True):
        course = with_slopes(filled(one.pitch)[:, None])
        parts.append(summed(course - [middle, 0, 0], (one.pitch > 0).astype(float), own))
    told = joined(parts)
    pitch = []
    for k in range(STATES):
        tree = grow(around, every(told, k), least=_LEAST_FRAMES, strictness=_FRAMES_ARE_ALIKE)
        tree.mean[:, 0] += middle
        pitch.append(tree)
    manner = Manner(phones, said[0].hop, duration, tuple(pitch), middle, 1.0)
    lively = _lively(manner, said[:: max(1, len(said) // _MEASURED)])
    return Manner(phones, said[0].hop, duration, tuple(pitch), middle, lively), around


def _lively(manner: Manner, said: Sequence[Said]) -> float:
    """By how much the voice's own pitch moves more than what the trees tell of it."""
    rng, own, told = np.random.default_rng(0), [], []
    for one in said:
        heard = one.pitch > 0
        course = manner.contour(manner.context(one.phones), state_frames(one), Prosody(), rng)
        own.append(np.log(one.pitch[heard]) - manner.middle)
        told.append(course[heard] - manner.middle)
    spread = np.concatenate(told).std() if told else 0.0
    return float(np.clip(np.concatenate(own).std() / spread, 1.0, _LIVELIEST)) if spread > 1e-6 else 1.0
