"""When each phone of a known text is said: hidden Markov models of three states a phone, learned from the voice's own clips.

It begins without any times: phones are spread evenly over what is loud, Gaussians are fitted, the best paths found, and so on
with two and four Gaussians a state. Silences between words are taken where one is heard. Source: L. Rabiner, "A tutorial on
hidden Markov models", Proc. IEEE 77, 1989; K. Sjolander, "An HMM-based system for automatic segmentation", Fonetik 2003.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from aural.sound.mel import MelOptions
from aural.sound.mfcc import deltas, mfcc
from aural.text.pronunciation.phones import Phone

RATE, HOP = 16000, 0.005
STATES = 3
ROUNDS = ((1, 4), (2, 2), (4, 2))  # Gaussians a state, and how often the paths are found with so many
FEW = 400  # clips that are learned from: more change no boundary
_OPTIONS = MelOptions(RATE, n_fft=400, hop=round(HOP * RATE), n_mels=26, window="hamming")
_FLOOR = 0.05  # of the variance over all frames
_LOUD = 30.0  # dB below the loud parts (95th percentile) from which on a frame may be speech
_LOW = np.float32(-1e30)
_PAUSE = -8.0  # log-probability of a silence where no mark is written


@dataclass(frozen=True, eq=False)
class Heard:
    """Features [F, D] of one clip, its phones (silences that may be left out between words), and whether each must be there."""

    features: np.ndarray
    phones: tuple[Phone, ...]
    loud: np.ndarray


@dataclass(frozen=True, eq=False)
class Path:
    """Where states begin [L, 3] (frames), -1 in silences that were left out; the end; log-likelihood a frame."""

    starts: np.ndarray
    end: int
    fit: float


@dataclass(frozen=True, eq=False)
class Aligner:
    """Gaussians of each state: mean, precision [S, G, D], constant [S, G]; `stay` [S] the log-odds of staying."""

    names: tuple[str, ...]
    mean: np.ndarray
    precision: np.ndarray
    constant: np.ndarray
    stay: np.ndarray

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Log-densities [F, S] of features [F, D]."""
        states, count, width = self.mean.shape
        linear = (self.mean * self.precision).reshape(-1, width)
        flat = features @ linear.T - 0.5 * ((features * features) @ self.precision.reshape(-1, width).T)
        parts = flat.reshape(len(features), states, count) + self.constant
        top = parts.max(axis=2)
        return np.asarray(top + np.log(np.exp(parts - top[..., None]).sum(axis=2)), np.float32)

    def path(self, heard: Heard) -> Path | None:
        """The best path through a clip; None where it is shorter than its phones."""
        return best_path(self.scores(heard.features), heard.phones, self.names, self.stay)


def features_of(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cepstra with slopes and bends [F, 39], their mean taken out, of samples [T] at 16 kHz; and which frames are loud [F]."""
    noise = 1e-4 * np.random.default_rng(0).standard_normal(len(samples)).astype(np.float32)
    cepstra = mfcc(samples + noise, n=13, options=_OPTIONS, top_db=None)
    told = np.concatenate([cepstra, deltas(cepstra, width=9, edges="repeat"), deltas(cepstra, width=9, order=2, edges="repeat")])
    level = cepstra[0] / np.sqrt(_OPTIONS.n_mels)
    loud = level > np.percentile(level, 95) - _LOUD
    told[1:13] -= told[1:13, loud].mean(axis=1, keepdims=True)
    told[0] -= np.percentile(told[0], 95)
    return np.asarray(told.T, np.float32), loud


def learn(clips: Sequence[Heard], names: Sequence[str], step: Callable[[int, int], None] = lambda done, of: None) -> Aligner:
    """Models for the phones in `names` from at most 400 clips, evenly taken."""
    chosen = [clips[k] for k in np.unique(np.linspace(0, len(clips) - 1, min(FEW, len(clips))).astype(int))]
    paths: list[Path | None] = [spread(h) for h in chosen]
    every = np.concatenate([h.features for h in chosen])
    floor = _FLOOR * every.var(axis=0)
    aligner = None
    rounds = [count for count, times in ROUNDS for _ in range(times)]
    for number, count in enumerate(rounds):
        aligner = fitted(chosen, paths, tuple(names), count, floor)
        step(number, len(rounds))
        paths = [aligner.path(h) or spread(h) for h in chosen]
    assert aligner is not None
    return fitted(chosen, paths, tuple(names), rounds[-1], floor)


def spread(heard: Heard) -> Path:
    """Phones evenly over what is loud, silences at the ends alone."""
    count = len(heard.features)
    loud = np.flatnonzero(heard.loud)
    first, last = (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, count)
    said = [n for n, p in enumerate(heard.phones) if not p.silent]
    if last - first < STATES * len(said):
        first, last = 0, count
    starts = np.full((len(heard.phones), STATES), -1, np.int64)
    edges = np.linspace(first, last, STATES * len(said) + 1).astype(np.int64)
    starts[said] = edges[:-1].reshape(-1, STATES)
    starts[0] = np.linspace(0, first, STATES + 1).astype(np.int64)[:-1]
    starts[-1] = np.linspace(last, count, STATES + 1).astype(np.int64)[:-1]
    return Path(starts, count, 0.0)


def labels_of(heard: Heard, path: Path, names: Sequence[str]) -> np.ndarray:
    """The state of each frame [F], phone times three and which third."""
    place = {name: n for n, name in enumerate(names)}
    kept = np.flatnonzero(path.starts[:, 0] >= 0)
    own = np.array([STATES * place[heard.phones[n].name] + k for n in kept for k in range(STATES)])
    edges = np.append(path.starts[kept].ravel(), path.end)
    return np.repeat(own, np.diff(edges))


def fitted(clips: Sequence[Heard], paths: Sequence[Path | None], names: tuple[str, ...], count: int, floor: np.ndarray) -> Aligner:
    """Gaussians of all states from paths; `count` a state, fewer where little was heard of it."""
    features = np.concatenate([h.features for h in clips])
    labels = np.concatenate([labels_of(h, p or spread(h), names) for h, p in zip(clips, paths, strict=True)])
    order = np.argsort(labels, kind="stable")
    sorted_features, bounds = features[order], np.searchsorted(labels[order], np.arange(STATES * len(names) + 1))
    width = features.shape[1]
    mean = np.zeros((STATES * len(names), count, width), np.float32)
    variance = np.ones_like(mean)
    weight = np.full((STATES * len(names), count), 1e-8, np.float32)
    stay = np.zeros(STATES * len(names), np.float32)
    common = features.mean(axis=0), features.var(axis=0)
    visits = np.bincount(np.concatenate([_visited(h, p or spread(h), names) for h, p in zip(clips, paths, strict=True)]),
                         minlength=STATES * len(names))  # fmt: skip
    for state in range(STATES * len(names)):
        own = sorted_features[bounds[state] : bounds[state + 1]]
        parts = mixture(own, count, floor) if len(own) >= 2 else [(1.0, *common)]
        for k, (share, middle, spread_) in enumerate(parts):
            mean[state, k], variance[state, k], weight[state, k] = middle, np.maximum(spread_, floor), share
        length = max(1.05, len(own) / max(1, visits[state]))
        stay[state] = np.log((1 - 1 / length) * length)  # staying against leaving, as one number a step
    constant = np.log(weight) - 0.5 * (np.log(2 * np.pi * variance) + mean * mean / variance).sum(axis=2)
    return Aligner(names, mean, 1 / variance, np.asarray(constant, np.float32), stay)


def _visited(heard: Heard, path: Path, names: Sequence[str]) -> np.ndarray:
    """The states that a path goes through, each visit once."""
    place = {name: n for n, name in enumerate(names)}
    kept = np.flatnonzero(path.starts[:, 0] >= 0)
    return np.array([STATES * place[heard.phones[n].name] + k for n in kept for k in range(STATES)])


def mixture(points: np.ndarray, count: int, floor: np.ndarray) -> list[tuple[float, np.ndarray, np.ndarray]]:
    """(share, mean, variance) of so many Gaussians for points [N, D]: split along the widest direction, then four rounds of EM."""
    middle, wide = points.mean(axis=0), np.maximum(points.var(axis=0), floor)
    count = min(count, max(1, len(points) // 20))
    means = (
        np.stack([middle + (2 * k / max(1, count - 1) - 1) * 0.7 * np.sqrt(wide) for k in range(count)])
        if count > 1
        else middle[None]
    )
    spreads, shares = np.repeat(wide[None], count, axis=0), np.full(count, 1 / count)
    for _ in range(4 if count > 1 else 0):
        told = points @ (means / spreads).T - 0.5 * ((points * points) @ (1 / spreads).T)
        told += np.log(shares) - 0.5 * (np.log(spreads) + means * means / spreads).sum(axis=1)
        told = np.exp(told - told.max(axis=1, keepdims=True))
        told /= told.sum(axis=1, keepdims=True)
        mass = told.sum(axis=0) + 1e-3
        means = (told.T @ points) / mass[:, None]
        spreads = np.maximum((told.T @ (points * points)) / mass[:, None] - means * means, floor)
        shares = mass / mass.sum()
    return [(float(s), m, v) for s, m, v in zip(shares, means, spreads, strict=True)]


def best_path(scores: np.ndarray, phones: Sequence[Phone], names: Sequence[str], stay: np.ndarray) -> Path | None:
    """Viterbi through the states of the phones, each a frame at least; inner silences may be left out, at a cost unless marked."""
    place = {name: n for n, name in enumerate(names)}
    states = np.array([STATES * place[p.name] + k for p in phones for k in range(STATES)])
    free = [n for n, p in enumerate(phones) if p.silent and 0 < n < len(phones) - 1]
    enter = np.zeros(len(states), np.float32)
    jump = np.full(len(states), _LOW)
    for n in free:
        enter[STATES * n] = 0.0 if phones[n].mark else _PAUSE
        jump[STATES * (n + 1)] = 0.0 if not phones[n].mark else _PAUSE / 4
    if len(scores) < STATES * (len(phones) - len(free)):
        return None
    emitted = scores[:, states]
    hold = stay[states]
    best = np.full(len(states), _LOW)
    best[0] = emitted[0, 0]
    came = np.zeros((len(scores), len(states)), np.int8)
    one, two = np.full(len(states), _LOW), np.full(len(states), _LOW)
    for t in range(1, len(scores)):
        held = best + hold
        one[1:] = best[:-1]
        one += enter
        two[STATES + 1 :] = best[: -STATES - 1]
        two += jump
        ahead = np.maximum(one, two)
        came[t] = np.where(held >= ahead, 0, np.where(one >= two, 1, STATES + 1))
        best = np.maximum(held, ahead) + emitted[t]
    starts = np.full(len(states), -1, np.int64)
    state = len(states) - 1
    for t in range(len(scores) - 1, -1, -1):
        starts[state] = t
        if t:
            state -= int(came[t, state])
    return Path(starts.reshape(-1, STATES), len(scores), float(best[-1]) / len(scores))
