"""What is added to a decoder's own scores while it writes: language models over words or characters, and wanted phrases.

All of them speak of pieces: the text of each class of a recognizer, a word's first piece beginning with U+2581. A state is all
that a fusion has to know of what was written; equal states go on alike. Scores are natural logarithms.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from aural.beams.bias import PhraseTree
from aural.beams.ngrams import NGrams

SPACE = "\u2581"


@dataclass(frozen=True, eq=False)
class Language:
    """A language model as a decoder is given it: over "words" or "characters", the weight of log P(W), a bonus (nats) a word."""

    model: NGrams
    over: str = "words"
    weight: float = 0.5
    bonus: float = 0.0


class Fusion(ABC):
    """Adds to the score of what a decoder may write next."""

    @abstractmethod
    def start(self) -> Hashable:
        """The state before the first token."""

    @abstractmethod
    def offers(self, state: Any) -> np.ndarray:
        """[K]: what each class adds when it is written next; class 0, the blank, adds nothing."""

    @abstractmethod
    def walk(self, state: Any, token: int) -> Hashable:
        """The state after a token."""

    @abstractmethod
    def finish(self, state: Any) -> float:
        """What the end of the text adds; minus infinity: it cannot end here."""


@final
class WordFusion(Fusion):
    """A language model over words: each word is scored when the next one begins, the last one at the end.

    A state is the model's own and the letters of the word that is being written. `weight` scales log P(W), `bonus` is added
    for each word.
    """

    def __init__(self, model: NGrams, pieces: Sequence[str], weight: float = 0.5, bonus: float = 0.0) -> None:
        self._model, self._pieces, self._weight, self._bonus = model, tuple(pieces), weight, bonus
        self._begins = np.array([p.startswith(SPACE) for p in pieces])

    def start(self) -> Hashable:
        return self._model.start(), ""

    def offers(self, state: Any) -> np.ndarray:
        context, word = state
        value = self._weight * self._model.score(context, word)[0] + self._bonus if word else 0.0
        return np.where(self._begins, np.float32(value), np.float32(0))

    def walk(self, state: Any, token: int) -> Hashable:
        context, word = state
        if not self._begins[token]:
            return context, word + self._pieces[token]
        return (self._model.score(context, word)[1] if word else context), self._pieces[token][1:]

    def finish(self, state: Any) -> float:
        context, word = state
        value = 0.0
        if word:
            logprob, context = self._model.score(context, word)
            value = self._weight * logprob + self._bonus
        return value + self._weight * self._model.end(context)


@final
class CharacterFusion(Fusion):
    """A language model over characters, U+2581 between the words: every piece is scored as it is written."""

    def __init__(self, model: NGrams, pieces: Sequence[str], weight: float = 0.5, bonus: float = 0.0) -> None:
        self._model, self._pieces, self._weight = model, tuple(pieces), weight
        self._extra = np.array([bonus * p.startswith(SPACE) for p in pieces], np.float32)

    def start(self) -> Hashable:
        return self._model.start()

    def offers(self, state: Any) -> np.ndarray:
        values = [self._weight * self._written(state, piece)[0] for piece in self._pieces]
        return np.array(values, np.float32) + self._extra

    def walk(self, state: Any, token: int) -> Hashable:
        after: Hashable = self._written(state, self._pieces[token])[1]
        return after

    def finish(self, state: Any) -> float:
        return self._weight * self._model.end(state)

    def _written(self, state: Any, piece: str) -> tuple[float, Any]:
        total = 0.0
        for character in piece:
            logprob, state = self._model.score(state, character)
            total += logprob
        return total, state


@final
class PhraseFusion(Fusion):
    """Wanted phrases: a bonus a token, given back when a phrase breaks off."""

    def __init__(self, tree: PhraseTree, classes: int) -> None:
        self._tree, self._classes = tree, classes
        self._places: list[Any] = [tree.start()]
        self._numbers = {id(self._places[0]): 0}

    def start(self) -> Hashable:
        return 0

    def offers(self, state: Any) -> np.ndarray:
        place = self._places[state]
        values = np.full(self._classes, self._tree.toll(place), np.float32)
        values[0] = 0.0
        for token, bonus in self._tree.offers(place).items():
            values[token] = bonus
        return values

    def walk(self, state: Any, token: int) -> Hashable:
        place = self._tree.walk(self._places[state], token)
        if id(place) not in self._numbers:
            self._numbers[id(place)] = len(self._places)
            self._places.append(place)
        return self._numbers[id(place)]

    def finish(self, state: Any) -> float:
        return self._tree.toll(self._places[state])


@final
class OnlyWords(Fusion):
    """Nothing is written but the given words, in any order and as often as wanted (a free loop): what leads to no word of them adds
    minus infinity. A state is the beginning of a word that is being written."""

    def __init__(self, words: Iterable[str], pieces: Sequence[str]) -> None:
        self._words = frozenset(SPACE + word for word in words)
        self._beginnings = frozenset(word[:n] for word in self._words for n in range(len(word) + 1))
        self._pieces = tuple(pieces)
        # Beside a language model many states stand at the same beginning of a word.
        self._known: dict[str, np.ndarray] = {}

    def start(self) -> Hashable:
        return ""

    def offers(self, state: Any) -> np.ndarray:
        if state not in self._known:
            allowed = [self.walk(state, k) in self._beginnings for k in range(len(self._pieces))]
            self._known[state] = np.where(allowed, np.float32(0), np.float32(-np.inf))
        return self._known[state]

    def walk(self, state: Any, token: int) -> Hashable:
        piece = self._pieces[token]
        return piece if piece.startswith(SPACE) and self.finish(state) == 0.0 else state + piece

    def finish(self, state: Any) -> float:
        return 0.0 if state in self._words or not state else -np.inf


@final
class Together(Fusion):
    """Several fusions at once; their scores add up."""

    def __init__(self, parts: Sequence[Fusion]) -> None:
        self._parts = tuple(parts)

    def start(self) -> Hashable:
        return tuple(part.start() for part in self._parts)

    def offers(self, state: Any) -> np.ndarray:
        return np.asarray(np.sum([part.offers(own) for part, own in zip(self._parts, state, strict=True)], axis=0), np.float32)

    def walk(self, state: Any, token: int) -> Hashable:
        return tuple(part.walk(own, token) for part, own in zip(self._parts, state, strict=True))

    def finish(self, state: Any) -> float:
        return sum(part.finish(own) for part, own in zip(self._parts, state, strict=True))


def of_decoding(
    lm: Sequence[Language], hotwords: Sequence[str], tokens: Sequence[Sequence[int]], words: Sequence[str], pieces: Sequence[str]
) -> Fusion | None:
    """What language models, hotwords ("phrase" or "phrase^bonus", `tokens` their classes) and the only `words` add together, None
    where nothing."""
    parts: list[Fusion] = []
    for one in lm:
        make = WordFusion if one.over == "words" else CharacterFusion
        parts.append(make(one.model, pieces, one.weight, one.bonus))
    known = [(list(own), float(entry.partition("^")[2] or 1.0)) for entry, own in zip(hotwords, tokens, strict=True)]
    if any(own for own, _ in known):
        parts.append(PhraseFusion(PhraseTree(known), len(pieces)))
    if words:
        parts.append(OnlyWords(words, pieces))
    return Together(parts) if parts else None


@final
class States:
    """The states of a fusion as numbers, and what each offers as rows of one table."""

    def __init__(self, fusion: Fusion | None, classes: int) -> None:
        self._fusion, self.used = fusion, fusion is not None
        self._known: dict[Hashable, int] = {}
        self._all: list[Hashable] = []
        self._steps: dict[tuple[int, int], int] = {}
        self._table = np.zeros((64, classes), np.float32)
        if fusion is not None:
            self._number(fusion.start())

    def offers(self, states: np.ndarray) -> np.ndarray | None:
        """States of any shape -> [..., K], or None where nothing is added."""
        return None if self._fusion is None else self._table[states]

    def walk(self, state: int, token: int) -> int:
        assert self._fusion is not None
        found = self._steps.get((state, token))
        if found is None:
            found = self._steps[state, token] = self._number(self._fusion.walk(self._all[state], token))
        return found

    def finish(self, state: int) -> float:
        return 0.0 if self._fusion is None else self._fusion.finish(self._all[state])

    def ended(self, tokens: Sequence[int]) -> tuple[int, float]:
        """How many of the tokens make a text that can end, and what the fusion adds to that."""
        if self._fusion is None:
            return len(tokens), 0.0
        state, added, found = 0, 0.0, (0, self.finish(0))
        for count, token in enumerate(tokens, 1):
            added += float(self._table[state, token])
            state = self.walk(state, token)
            whole = added + self.finish(state)
            found = (count, whole) if whole > -np.inf else found
        return found

    def _number(self, state: Hashable) -> int:
        assert self._fusion is not None
        found = self._known.get(state)
        if found is None:
            found = self._known[state] = len(self._all)
            self._all.append(state)
            if found == len(self._table):
                self._table = np.concatenate([self._table, np.zeros_like(self._table)])
            self._table[found] = self._fusion.offers(state)
        return found
