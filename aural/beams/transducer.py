"""Greedy and beam search over a transducer: from frame to frame, each of which may write several tokens or none.

What was written so far is a path; a path that waits (the blank) goes on to the next frame. Paths that meet in the same tokens are
one, and their chances add up, so that a wide beam gives the sum over all ways to write a text. A search keeps nothing: paths go in
and come out, so that frames may come as they are heard. Letters: J size of the joint space, K tokens with the blank, N paths.
Source: Graves 2012 (arXiv:1211.3711); a bound on the tokens of a frame as in Saon et al. 2020 (arXiv:2002.02562); one token a
frame: Tripathi et al. 2019, Monotonic recurrent neural network transducer and decoding strategies.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from aural.beams.fusion import Fusion, States

BLANK = 0
MOST = 5  # tokens that one frame may write
# A path that lies so far (nats) behind the best one of its frame writes nothing more there.
_FAR = 12.0


class Joint(ABC):
    """What a search asks of a net: a state is all that it remembers of what was written."""

    @abstractmethod
    def start(self) -> Any:
        """The state before the first token."""

    @abstractmethod
    def ahead(self, frame: np.ndarray, states: Sequence[Any]) -> np.ndarray:
        """Log-probabilities [N, K] of what comes next in a frame [J], for each state."""

    @abstractmethod
    def walk(self, states: Sequence[Any], tokens: Sequence[int]) -> list[Any]:
        """The states after a token each."""


@dataclass(frozen=True, eq=False)
class Path:
    """Tokens, the frame in which each was written, its log-probability; `acoustic` is log P of all ways to it that were kept,
    `added` what a fusion added; then the states of the joint net and of the fusion."""

    tokens: tuple[int, ...]
    frames: tuple[int, ...]
    logprobs: tuple[float, ...]
    acoustic: float
    added: float
    state: Any
    fused: int = 0

    @property
    def score(self) -> float:
        """What paths are ranked by."""
        return self.acoustic + self.added


class Search:
    """The `width` best paths, or with width 1 and nothing to fuse the best token at every turn. `far` bounds what is looked at in
    a frame, infinity = nothing is left out."""

    def __init__(self, joint: Joint, width: int, fusion: Fusion | None, classes: int, most: int = MOST, far: float = _FAR) -> None:
        self._joint, self._width, self._fusions = joint, width, States(fusion, classes)
        self._most, self._far = most, far

    def start(self) -> tuple[Path, ...]:
        """The path before the first frame."""
        return (Path((), (), (), 0.0, 0.0, self._joint.start()),)

    def step(self, paths: Sequence[Path], frames: np.ndarray, first: int) -> tuple[Path, ...]:
        """The next frames [F, J], counted from `first`: paths, best first."""
        for f, frame in enumerate(frames, first):
            if self._width == 1 and not self._fusions.used:
                paths = (self._greedy(paths[0], frame, f),)
            else:
                paths = self._frame(paths, frame, f)
        return tuple(paths)

    def finished(self, paths: Sequence[Path]) -> list[Path]:
        """What is read when the sound ends, best first: with what the end of the text adds. What cannot end is told as far as it
        can."""
        told = sorted((replace(p, added=p.added + self._fusions.finish(p.fused)) for p in paths), key=lambda p: -p.score)
        whole = [p for p in told if p.added > -np.inf]
        return whole or [self._cut(told[0])]

    def _cut(self, path: Path) -> Path:
        count, added = self._fusions.ended(path.tokens)
        return replace(path, tokens=path.tokens[:count], frames=path.frames[:count], logprobs=path.logprobs[:count], added=added)

    def _greedy(self, path: Path, frame: np.ndarray, at: int) -> Path:
        for turn in range(self._most + 1):
            ahead = self._joint.ahead(frame, [path.state])[0]
            best = BLANK if turn == self._most else int(ahead.argmax())
            if best == BLANK:
                return _waited(path, ahead)
            path = self._grown(path, best, float(ahead[best]), 0.0, at, self._joint.walk([path.state], [best])[0])
        return path

    def _frame(self, paths: Sequence[Path], frame: np.ndarray, at: int) -> tuple[Path, ...]:
        waiting: dict[Hashable, Path] = {}
        active = list(paths)
        for turn in range(self._most + 1):
            ahead = self._joint.ahead(frame, [p.state for p in active])
            for path, row in zip(active, ahead, strict=True):
                _merge(waiting, _waited(path, row))
            if turn == self._most:
                break
            border = max(p.score for p in waiting.values()) - self._far
            active = self._written(active, ahead, border, at)
            if not active:
                break
        return self._best(waiting)

    def _best(self, paths: Mapping[Hashable, Path]) -> tuple[Path, ...]:
        return tuple(sorted(paths.values(), key=lambda p: -p.score)[: self._width])

    def _written(self, paths: Sequence[Path], ahead: np.ndarray, border: float, at: int) -> list[Path]:
        """The best paths that are a token longer, above a score."""
        added = np.zeros_like(ahead)
        offers = self._fusions.offers(np.array([p.fused for p in paths]))
        if offers is not None:
            added = offers
        scores = np.array([p.score for p in paths])[:, None] + ahead + added
        scores[:, BLANK] = -np.inf
        count = min(self._width, scores.size)
        chosen = np.argpartition(-scores.ravel(), count - 1)[:count]
        chosen = chosen[scores.ravel()[chosen] > border]
        rows, tokens = np.unravel_index(chosen, scores.shape)
        states = self._joint.walk([paths[r].state for r in rows], tokens.tolist())
        return [
            self._grown(paths[r], int(t), float(ahead[r, t]), float(added[r, t]), at, state)
            for r, t, state in zip(rows, tokens, states, strict=True)
        ]

    def _grown(self, path: Path, token: int, logprob: float, added: float, at: int, state: Any) -> Path:
        fused = self._fusions.walk(path.fused, token) if self._fusions.used else 0
        written = (*path.tokens, token), (*path.frames, at), (*path.logprobs, logprob)
        return Path(*written, path.acoustic + logprob, path.added + added, state, fused)


@final
class OneAFrame(Search):
    """The same for a net in which a token moves on to the next frame, as waiting does: there is nothing to wait for behind it."""

    def _greedy(self, path: Path, frame: np.ndarray, at: int) -> Path:
        ahead = self._joint.ahead(frame, [path.state])[0]
        best = int(ahead.argmax())
        if best == BLANK:
            return _waited(path, ahead)
        return self._grown(path, best, float(ahead[best]), 0.0, at, self._joint.walk([path.state], [best])[0])

    def _frame(self, paths: Sequence[Path], frame: np.ndarray, at: int) -> tuple[Path, ...]:
        found: dict[Hashable, Path] = {}
        ahead = self._joint.ahead(frame, [p.state for p in paths])
        for path, row in zip(paths, ahead, strict=True):
            _merge(found, _waited(path, row))
        border = max(p.score for p in found.values()) - self._far
        for path in self._written(paths, ahead, border, at):
            _merge(found, path)
        return self._best(found)


def _waited(path: Path, ahead: np.ndarray) -> Path:
    """A path that writes nothing in a frame."""
    return replace(path, acoustic=path.acoustic + float(ahead[BLANK]))


def _merge(paths: dict[Hashable, Path], new: Path) -> None:
    """Paths with the same tokens are one; times are those of the likelier one."""
    old = paths.get(new.tokens)
    if old is None:
        paths[new.tokens] = new
        return
    best = old if old.acoustic >= new.acoustic else new
    paths[new.tokens] = replace(best, acoustic=float(np.logaddexp(old.acoustic, new.acoustic)))
