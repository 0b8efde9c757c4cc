"""A search that is held to a list of words: each step offers nothing but what goes on with one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from aural.beams.search import Reading, Step
from aural.errors import UsageError

MARKS = (",", ".", "?", "!")  # what may stand behind a word
WIDTH = 5  # readings kept: the likeliest beginning of a word is often not that of the likeliest word


@dataclass
class _Node:
    """A place in a word: the tokens that go on, and whether a word is whole here."""

    next: dict[int, _Node] = field(default_factory=dict)
    whole: bool = False


@final
class WordTree:
    """Words as token sequences (several ways to write one may be given), in any order and as often as wanted. Behind a word one of
    `marks` may stand; the text can end (`end`), and tokens from `free` on (times) may come, where no word is half written."""

    def __init__(self, words: Iterable[Sequence[int]], marks: Sequence[int], end: int, free: int | None = None) -> None:
        self._root = _Node(whole=True)
        for tokens in words:
            at = self._root
            for token in tokens:
                at = at.next.setdefault(token, _Node())
            at.whole = True
        self._marks, self._end, self._free = dict.fromkeys(marks, self._root), end, free

    def start(self) -> _Node:
        """The place before the first token."""
        return self._root

    def offers(self, at: _Node) -> dict[int, _Node]:
        """Token -> the place behind it, for all tokens that may be written next but the end and those that are free."""
        return {**self._root.next, **self._marks, **at.next} if at.whole and at is not self._root else at.next

    def masked(self, at: _Node, ahead: np.ndarray) -> np.ndarray:
        """Log-probabilities [V] with minus infinity for what may not be written."""
        found = np.full_like(ahead, -np.inf)
        allowed = [*self.offers(at), *([self._end] if at.whole else [])]
        found[allowed] = ahead[allowed]
        if at.whole and self._free is not None:
            found[self._free :] = ahead[self._free :]
        return found

    def walk(self, at: _Node, token: int) -> _Node:
        """The place behind a token that was offered."""
        return self._root if self._free is not None and token >= self._free else self.offers(at)[token]

    def whole(self, tokens: Sequence[int]) -> int:
        """How many of the tokens make whole words."""
        at, found = self._root, 0
        for count, token in enumerate(tokens, 1):
            at = self.walk(at, token)
            found = count if at.whole else found
        return found

    def cut(self, reading: Reading) -> Reading:
        """A reading without a word that was broken off."""
        count = self.whole(reading.tokens)
        if count == len(reading.tokens):
            return reading
        return replace(reading, tokens=reading.tokens[:count], logprobs=reading.logprobs[:count])


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


def ways(words: Iterable[str], tokens: Callable[[str], list[int]], text: Callable[[list[int]], str]) -> list[list[int]]:
    """Each word as it stands, in small letters and as it begins a sentence, in the tokens of a vocabulary that can write it.

    Raises: UsageError for a word that it cannot write in any of these ways.
    """
    found: list[list[int]] = []
    for word in words:
        spelled = sorted({word, word.lower(), word[:1].upper() + word[1:], word.lower().capitalize()})
        own = [tokens(way) for way in spelled if text(tokens(way)) == way]
        if not own:
            raise UsageError(f"the model cannot write {word!r}", where="--only-words", fix="Spell it otherwise, or leave it out")
        found += own
    return found
