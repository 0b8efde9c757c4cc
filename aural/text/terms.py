"""Term frequencies: texts as counts of their words and n-grams, each weighted by how few texts hold it (tf-idf)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from aural.errors import UsageError


@final
@dataclass(frozen=True, eq=False)
class Terms:
    """The n-grams that are counted, in order, and the weight of each: ln((1 + N) / (1 + texts that hold it)) + 1."""

    terms: tuple[str, ...]
    weights: np.ndarray
    longest: int

    def vector(self, words: Sequence[str]) -> np.ndarray:
        """Words -> [D], of unit length unless no term is in them."""
        counts = Counter(ngrams(words, self.longest))
        found = np.array([counts[term] for term in self.terms], np.float64) * self.weights
        length = float(np.linalg.norm(found))
        return np.asarray(found / (length or 1.0))


def ngrams(words: Sequence[str], longest: int) -> list[str]:
    """Every run of 1 to `longest` words, joined by spaces."""
    return [" ".join(words[i : i + n]) for n in range(1, longest + 1) for i in range(len(words) - n + 1)]


def of(texts: Sequence[Sequence[str]], longest: int = 2, least: int = 1) -> Terms:
    """The terms of texts (lists of words) that at least `least` of them hold. Raises: UsageError where there are none.

    Source: G. Salton and C. Buckley, "Term-weighting approaches in automatic text retrieval", 1988; smoothed as scikit-learn does.
    """
    holding = Counter(term for words in texts for term in set(ngrams(words, longest)))
    terms = tuple(sorted(term for term, count in holding.items() if count >= least))
    if not terms:
        raise UsageError("there are no words to count", fix="Give texts")
    weights = np.array([np.log((1 + len(texts)) / (1 + holding[term])) + 1 for term in terms])
    return Terms(terms, weights, longest)
