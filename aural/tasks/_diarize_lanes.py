"""Which voice each window's local speakers are: by the voice vectors where they are alone, else by the other windows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np

from aural.tasks._diarize_hear import Heard

_SHARPNESS = 10.0  # how fast a voice's likeness turns into certainty
_TIED = 0.4  # votes that tie a local speaker to a voice: one clear vector has up to 1; 0.1 to 0.5 give DER within 0.5 points
_COVERED = 0.7  # share of its speech that a hidden voice may speak alone; a reader split in two by the net has 0.9 and more
_PRESENT = 0.5  # s that a local speaker must speak to prove a voice more; 0.3 to 0.8 are alike
_ROWS = 8192  # vectors or frames that are looked at together; hours of them at once would take hundreds of megabytes
_SPAN = 60.0  # s inside which a hidden voice must prove itself, lest slips of the net add up in a long recording


def likely_of(heard: Heard, centers: np.ndarray) -> np.ndarray:
    """How likely each vector is each voice's [M, K]; a faint vector says little about anybody."""
    if not len(centers) or not len(heard.vectors):
        return np.zeros((len(heard.vectors), len(centers)), np.float32)
    near = _SHARPNESS * nearness(heard.vectors, centers)
    odds = np.exp(near - near.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True) * np.minimum(heard.mass, 1)[:, None], np.float32)


def nearness(vectors: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Cosines [M, K] of vectors (float16) with centers; never all of them as wider numbers at once."""
    parts = [vectors[i : i + _ROWS].astype(np.float32) @ centers.T for i in range(0, max(len(vectors), 1), _ROWS)]
    return np.concatenate(parts)


def lanes_of(heard: Heard, likely: np.ndarray) -> np.ndarray:
    """The voice of each window's local speakers [N, L], -1 for one who never speaks or has no voice left to take."""
    votes, spoke, _ = _votes(heard, likely)
    # A little for speaking at all: of those whom no vector tells, who speak more choose first.
    return _settled(votes + 1e-6 * spoke[:, :, None], spoke > 0.1)


def lanes_with_hidden(heard: Heard, likely: np.ndarray) -> tuple[np.ndarray, float]:
    """The same where a voice more may be hidden, with number K; and the most seconds in a minute that prove it.

    A window in which more local speakers speak than there are voices proves a voice that is hardly ever alone,
    so that no vectors are its own. Those who are left without a voice there, and speak mostly together with
    others, are this one. Whoever else is tied to no voice by vectors, in windows that see fewer, takes the
    voice that the windows sure of theirs give the same frames.
    """
    votes, spoke, alone = _votes(heard, likely)
    count = likely.shape[1]
    votes = np.concatenate([votes, np.zeros((*votes.shape[:2], 1), np.float32)], axis=2)
    tied = votes.max(axis=2) >= _TIED
    crowded = (spoke > _PRESENT).sum(axis=1) > count
    chosen = _settled(votes + 1e-6 * spoke[:, :, None], spoke > 0.1)
    covered = (spoke > _PRESENT) & (alone < _COVERED * spoke)
    proof = (chosen == count) & crowded[:, None] & covered
    sure = np.where(chosen == count, proof, tied)
    share = shares(heard, np.where(sure, chosen, -1), count + 1)
    for window, first in enumerate(heard.first.tolist()):
        low, high = max(0, first), min(heard.frames, first + heard.sets.shape[1])
        told = heard.active(window)[low - first : high - first].T @ share[low:high] * heard.hop
        votes[window] += told * ~tied[window][:, None]
    total = np.cumsum(np.concatenate([np.zeros(round(_SPAN / heard.hop)), share[:, count]])) * heard.hop
    proven = float((total[round(_SPAN / heard.hop) :] - total[: heard.frames]).max())
    return _settled(votes + 1e-6 * spoke[:, :, None], spoke > 0.1), proven


def shares(heard: Heard, lanes: np.ndarray, count: int) -> np.ndarray:
    """Mean over all windows of how much of each voice there is in each frame [F, K]."""
    return np.concatenate([share for _, share in share_blocks(heard, lanes, count)])


def share_blocks(heard: Heard, lanes: np.ndarray, count: int) -> Iterator[tuple[int, np.ndarray]]:
    """The same in blocks of frames, each with the number of its first one."""
    length = heard.sets.shape[1]
    for begin in range(0, heard.frames, _ROWS):
        end = min(begin + _ROWS, heard.frames)
        share, seen = np.zeros((end - begin, count), np.float32), np.zeros(end - begin, np.float32)
        bounds = np.searchsorted(heard.first, (begin - length + 1, end)).tolist()
        for window in range(*bounds):
            first = int(heard.first[window])
            low, high = max(begin, first), min(end, first + length)
            active = heard.active(window)[low - first : high - first]
            for lane, voice in enumerate(lanes[window].tolist()):
                if voice >= 0:
                    share[low - begin : high - begin, voice] += active[:, lane]
            seen[low - begin : high - begin] += 1
        yield begin, share / np.maximum(seen, 1)[:, None]


def _votes(heard: Heard, likely: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the vectors say of each window's local speakers [N, L, K]; for how long each speaks, and alone [N, L] (s)."""
    lanes, count = heard.members.shape[1], likely.shape[1]
    votes = np.zeros((len(heard.first), lanes, count), np.float32)
    spoke, single = np.zeros((2, len(heard.first), lanes), np.float32)
    starts = heard.first * heard.hop + heard.center
    bounds = np.searchsorted(heard.times, np.stack([starts, starts + heard.sets.shape[1] * heard.hop], axis=1))
    for window, (low, high) in enumerate(bounds.tolist()):
        alone = heard.alone(window)
        spoke[window], single[window] = heard.active(window).sum(axis=0) * heard.hop, alone.sum(axis=0) * heard.hop
        if high > low:
            at = np.rint((heard.times[low:high] - starts[window]) / heard.hop).astype(int)
            votes[window] = alone[np.clip(at, 0, len(alone) - 1)].T @ likely[low:high]
    return votes, spoke, single


def _settled(votes: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Give each local speaker of a window another voice so that the votes [N, L, K] add up to the most.

    In some order of choosing, everyone taking the best that is left is the best solution of all.
    """
    windows, lanes, count = votes.shape
    best, chosen = np.full(windows, -1.0), np.full((windows, lanes), -1)
    rows = np.arange(windows)
    for order in permutations(range(lanes)):
        left = np.ones((windows, count), bool)
        score, taken = np.zeros(windows), np.full((windows, lanes), -1)
        for lane in order if count else ():
            open_votes = np.where(left, votes[:, lane], -1.0)
            pick = open_votes.argmax(axis=1)
            ok = present[:, lane] & (open_votes[rows, pick] >= 0)
            score += np.where(ok, open_votes[rows, pick], 0)
            taken[:, lane] = np.where(ok, pick, -1)
            left[rows[ok], pick[ok]] = False
        better = score > best
        best, chosen = np.where(better, score, best), np.where(better[:, None], taken, chosen)
    return chosen
