"""A search that is held to a list of words: each step offers nothing but what goes on with one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import final

import numpy as np

from aural.beams.search import Step


@dataclass
class _Node:
    """A place in a word: the tokens that go on, and whether a word is whole here."""

    next: dict[int, _Node] = field(default_factory=dict)
    whole: bool = False


@final
class WordTree:
    """Words as token sequences (several ways to write one may be given), in any order and as often as wanted. Behind a word one of
    `marks` may stand; the text can end (`end`) where no word is half written."""

    def __init__(self, words: Iterable[Sequence[int]], marks: Sequence[int], end: int) -> None:
        self._root = _Node(whole=True)
        for tokens in words:
            at = self._root
            for token in tokens:
                at = at.next.setdefault(token, _Node())
            at.whole = True
        self._marks, self._end = dict.fromkeys(marks, self._root), end

    def start(self) -> _Node:
        """The place before the first token."""
        return self._root

    def offers(self, at: _Node) -> dict[int, _Node]:
        """Token -> the place behind it, for all tokens that may be written next but the end."""
        return {**self._root.next, **self._marks, **at.next} if at.whole and at is not self._root else at.next

    def masked(self, at: _Node, ahead: np.ndarray) -> np.ndarray:
        """Log-probabilities [V] with minus infinity for what may not be written."""
        found = np.full_like(ahead, -np.inf)
        allowed = [*self.offers(at), *([self._end] if at.whole else [])]
        found[allowed] = ahead[allowed]
        return found

    def walk(self, at: _Node, token: int) -> _Node:
        """The place behind a token that was offered."""
        return self.offers(at)[token]

    def whole(self, tokens: Sequence[int]) -> int:
        """How many of the tokens make whole words."""
        at, found = self._root, 0
        for count, token in enumerate(tokens, 1):
            at = self.walk(at, token)
            found = count if at.whole else found
        return found


@final
class Held:
    """A step of a search that knows the place of each of its rows in a tree."""

    def __init__(self, step: Step, tree: WordTree) -> None:
        self._step, self._tree, self._places = step, tree, [tree.start()]

    def first(self, ahead: np.ndarray) -> np.ndarray:
        """What may be written first [V]."""
        return self._tree.masked(self._tree.start(), ahead)

    def __call__(self, rows: np.ndarray, ids: np.ndarray) -> np.ndarray:
        self._places = [self._tree.walk(self._places[r], i) for r, i in zip(rows.tolist(), ids.tolist(), strict=True)]
        return np.stack([self._tree.masked(at, ahead) for at, ahead in zip(self._places, self._step(rows, ids), strict=True)])
