"""n-gram language models: how likely a word is behind the ones before it, with backing off where that was never seen.

A model holds log-probabilities (natural) of n-grams and weights of backing off, as ARPA files do. A state is what it needs to
know of the past: the longest known context. Words that it lacks count as `<unk>`.
Source: Katz 1987, Estimation of Probabilities from Sparse Data.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import final

START, END, UNKNOWN = "<s>", "</s>", "<unk>"
NEVER = -99 * math.log(10)  # log-probability of what cannot be, as ARPA files write it
Gram = tuple[str, ...]


@dataclass(frozen=True)
class Perplexity:
    """How surprised a model is: 2^H of a text, over words and ends of sentences; `known` without the words it lacks."""

    value: float
    known: float
    words: int
    sentences: int
    lacking: int


@final
class NGrams:
    """n-grams up to `order`: gram -> (log-probability, weight of backing off from it as a context)."""

    def __init__(self, grams: Mapping[Gram, tuple[float, float]]) -> None:
        self.grams = dict(grams)
        self.order = max((len(g) for g in self.grams), default=1)
        self._contexts = {g[:-1] for g in self.grams if len(g) > 1} | {g for g, (_, b) in self.grams.items() if b}

    @property
    def words(self) -> list[str]:
        """The words that it knows, sorted; without the marks."""
        return sorted(g[0] for g in self.grams if len(g) == 1 and g[0] not in (START, END, UNKNOWN))

    def counts(self) -> list[int]:
        """How many n-grams there are of each length from 1 up."""
        return [sum(len(g) == n for g in self.grams) for n in range(1, self.order + 1)]

    def start(self) -> Gram:
        """The state at the beginning of a sentence."""
        return self._known((START,))

    def score(self, state: Gram, word: str) -> tuple[float, Gram]:
        """The log-probability of a word in a state, and the state behind it."""
        if (word,) not in self.grams:
            word = UNKNOWN
        return self.conditional(state, word), self._known((*state, word))

    def end(self, state: Gram) -> float:
        """The log-probability that the sentence ends here."""
        return self.conditional(state, END)

    def logprob(self, words: Sequence[str]) -> float:
        """log P(W) of a sentence with its end."""
        total, state = 0.0, self.start()
        for word in words:
            logprob, state = self.score(state, word)
            total += logprob
        return total + self.end(state)

    def perplexity(self, sentences: Iterable[Sequence[str]]) -> Perplexity:
        """Over all sentences; 1 when there are none."""
        total = lacked = 0.0
        words = count = lacking = 0
        for sentence in sentences:
            state, count = self.start(), count + 1
            for word in sentence:
                logprob, state = self.score(state, word)
                total, words = total + logprob, words + 1
                if (word,) not in self.grams:
                    lacked, lacking = lacked + logprob, lacking + 1
            total += self.end(state)
        told, known = words + count, words + count - lacking
        value = math.exp(-total / told) if told else 1.0
        return Perplexity(value, math.exp(-(total - lacked) / known) if known else 1.0, words, count, lacking)

    def conditional(self, context: Gram, word: str) -> float:
        """log P(word | context), by backing off where it was never seen."""
        taken = 0.0
        while True:
            found = self.grams.get((*context, word))
            if found is not None:
                return taken + found[0]
            if not context:
                return NEVER
            taken += self.grams.get(context, (0.0, 0.0))[1]
            context = context[1:]

    def _known(self, context: Gram) -> Gram:
        context = context[max(0, len(context) - self.order + 1) :] if self.order > 1 else ()
        while context and context not in self._contexts:
            context = context[1:]
        return context
