from __future__ import annotations

import numpy as np
import pytest

from aural.errors import UsageError
from aural.text.terms import ngrams, of

TEXTS = [text.split() for text in ("turn on the light", "turn off the light", "play the music")]


def test_ngrams_in_order() -> None:
    assert ngrams(["a", "b", "c"], 2) == ["a", "b", "c", "a b", "b c"]
    assert ngrams([], 3) == []


def test_weights_are_those_of_scikit_learn() -> None:
    terms = of(TEXTS, 2)
    text = pytest.importorskip("sklearn.feature_extraction.text")
    other = text.TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+")
    expected = other.fit_transform([" ".join(t) for t in TEXTS]).toarray()
    assert list(other.get_feature_names_out()) == list(terms.terms)
    np.testing.assert_allclose(np.stack([terms.vector(t) for t in TEXTS]), expected, atol=1e-12)


def test_unknown_words_count_nothing_and_rare_terms_can_be_left_out() -> None:
    assert not of(TEXTS).vector(["hello"]).any()
    assert set(of(TEXTS, 1, 2).terms) == {"light", "the", "turn"}
    with pytest.raises(UsageError, match="no words"):
        of([[]])
