"""Mixtures of diagonal Gaussians for many states at once: densities, and maximum likelihood from frames that know their state.

Letters: N frames, D width, P states, G Gaussians over all states; those of one state stand side by side.
Source: L. Rabiner, "A tutorial on hidden Markov models", 1989; S. Young et al., The HTK Book (growing by splitting).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

_LEAST_SHARE = 1e-5
_FLOOR = 0.05
_FLAT = float(np.log(2 * np.pi))
_APART = 0.2  # standard deviations between the halves of a Gaussian that is split and what it was
_POWER = 0.25  # a state with 16 times the frames gets twice the Gaussians


@dataclass(frozen=True, eq=False)
class Mixtures:
    """first [P + 1]: state p owns the Gaussians first[p] to first[p + 1]; shares [G], means and variances [G, D]."""

    first: np.ndarray
    shares: np.ndarray
    means: np.ndarray
    variances: np.ndarray

    @property
    def states(self) -> int:
        return len(self.first) - 1

    @cached_property
    def _plane(self) -> tuple[np.ndarray, np.ndarray]:
        """What makes all log-densities one product: [2 D, G] and [G]."""
        precise = 1 / self.variances
        weights = np.concatenate([self.means * precise, -0.5 * precise], axis=1).T
        flat = -0.5 * (self.means.shape[1] * _FLAT + np.log(self.variances).sum(1) + (self.means**2 * precise).sum(1))
        return np.ascontiguousarray(weights, np.float32), (np.log(self.shares) + flat).astype(np.float32)

    def parts(self, x: np.ndarray, low: int = 0, high: int | None = None) -> np.ndarray:
        """log(share * density) [N, high - low] at frames x [N, D] of the Gaussians low to high."""
        weights, flat = self._plane
        return np.asarray(np.concatenate([x, x * x], axis=1).astype(np.float32) @ weights[:, low:high] + flat[low:high])

    def scores(self, x: np.ndarray, states: np.ndarray | None = None) -> np.ndarray:
        """log-density [N, P] of every state, or of some states [S] alone: [N, S]."""
        if states is None:
            return _summed(self.parts(x), self.first[:-1])
        sizes = self.first[states + 1] - self.first[states]
        begins = np.cumsum(sizes) - sizes
        own = np.repeat(self.first[states] - begins, sizes) + np.arange(int(sizes.sum()))
        weights, flat = self._plane
        parts = np.concatenate([x, x * x], axis=1).astype(np.float32) @ weights[:, own] + flat[own]
        return _summed(parts, begins)

    def posteriors(self, x: np.ndarray, state: int) -> np.ndarray:
        """The share of each Gaussian of a state in frames x [N, D]: [N, K]."""
        parts = self.parts(x, int(self.first[state]), int(self.first[state + 1]))
        parts -= parts.max(axis=1, keepdims=True)
        np.exp(parts, out=parts)
        return np.asarray(parts / parts.sum(axis=1, keepdims=True))


def _summed(parts: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """log of the sums of exp(parts) [N, G] over groups that begin at `begins`."""
    if len(begins) == parts.shape[1]:
        return parts
    top = np.maximum.reduceat(parts, begins, axis=1)
    sizes = np.diff(np.append(begins, parts.shape[1]))
    parts -= np.repeat(top, sizes, axis=1)
    np.exp(parts, out=parts)
    return np.asarray(top + np.log(np.add.reduceat(parts, begins, axis=1)))


def single(x: np.ndarray, states: np.ndarray, count: int) -> Mixtures:
    """One Gaussian a state for frames x [N, D] of states [N]; a state without a frame takes that of all frames."""
    everything = x.mean(axis=0), x.var(axis=0) + 1e-3
    means, variances = np.repeat(everything[0][None], count, 0), np.repeat(everything[1][None], count, 0)
    told = [(state, own) for state, own in grouped(states) if len(own) > 1]
    for state, own in told:
        means[state], variances[state] = x[own].mean(axis=0), x[own].var(axis=0)
    if told:
        variances = np.maximum(variances, _FLOOR * variances[[state for state, _ in told]].mean(axis=0) + 1e-9)
    return Mixtures(np.arange(count + 1), np.ones(count), means.astype(np.float64), variances.astype(np.float64))


def grouped(states: np.ndarray) -> list[tuple[int, np.ndarray]]:
    """(state, the places of its frames) for each state that occurs in states [N]."""
    order = np.argsort(states, kind="stable")
    ordered = states[order]
    edges = np.flatnonzero(np.diff(ordered)) + 1
    return [(int(states[own[0]]), own) for own in np.split(order, edges) if len(own)]


def improved(mixtures: Mixtures, x: np.ndarray, states: np.ndarray, *, floor: float = _FLOOR) -> tuple[Mixtures, float]:
    """One round of expectation and maximization with frames x [N, D] that know their state [N].

    Variances stay above `floor` of the mean of all that were. Also the mean log-density before the round, a frame.
    """
    shares, means, variances = (np.array(a, np.float64) for a in (mixtures.shares, mixtures.means, mixtures.variances))
    least, total = floor * variances.mean(axis=0) + 1e-9, 0.0
    for state, own in grouped(states):
        low, high = int(mixtures.first[state]), int(mixtures.first[state + 1])
        here = x[own]
        parts = mixtures.parts(here, low, high)
        top = parts.max(axis=1, keepdims=True)
        chance = np.exp(parts - top)
        whole = chance.sum(axis=1, keepdims=True)
        total += float((top + np.log(whole)).sum(dtype=np.float64))
        chance /= whole
        counts = chance.sum(axis=0, dtype=np.float64)
        enough = counts > 2.0  # a Gaussian with less stays as it is
        new = (chance.T @ here)[enough] / counts[enough, None]
        # Around the new mean and not around 0, where float32 would lose what small variances are made of.
        spread = np.stack([chance[:, k] @ (here - mean) ** 2 for k, mean in zip(np.flatnonzero(enough), new, strict=True)]) \
            if len(new) else np.zeros((0, x.shape[1]))  # fmt: skip
        means[low:high][enough] = new
        variances[low:high][enough] = np.maximum(spread / counts[enough, None], least)
        shares[low:high] = np.maximum(counts / counts.sum(), _LEAST_SHARE)
        shares[low:high] /= shares[low:high].sum()
    return Mixtures(mixtures.first, shares, means, variances), total / max(len(x), 1)


def grown(mixtures: Mixtures, counts: np.ndarray, total: int, *, least: float = 20.0) -> Mixtures:
    """Split until there are about `total` Gaussians: states with many frames (counts [P]) get more, each at least `least` frames.

    The Gaussian with the largest share of a state is the one that is split, along all of its standard deviations.
    """
    power = np.maximum(counts, 1e-3) ** _POWER
    wanted = np.maximum(1, np.floor(total * power / power.sum())).astype(int)
    wanted = np.minimum(wanted, np.maximum(1, counts // least)).astype(int)
    parts, sizes = [], []
    for state in range(mixtures.states):
        own = slice(int(mixtures.first[state]), int(mixtures.first[state + 1]))
        shares, means, variances = (list(a[own]) for a in (mixtures.shares, mixtures.means, mixtures.variances))
        while len(shares) < wanted[state]:
            k = int(np.argmax(shares))
            away = _APART * np.sqrt(variances[k])
            shares[k] /= 2
            shares.append(shares[k])
            means.append(means[k] + away)
            means[k] = means[k] - away
            variances.append(variances[k])
        parts.append((shares, means, variances))
        sizes.append(len(shares))
    first = np.concatenate([[0], np.cumsum(sizes)])
    return Mixtures(first, *(np.concatenate([np.asarray(p[i], np.float64) for p in parts]) for i in range(3)))
