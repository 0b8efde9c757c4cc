"""The only words in a recognizer's own spelling."""

from __future__ import annotations

import pytest

from aural.errors import UsageError
from aural.models.engines._fused import fusion_of
from aural.models.face import Decoding
from aural.text import units

TEXTS = ["yes no stop", "don't stop", "say yes"]


@pytest.mark.parametrize("kind", ["chars", "bpe", "unigram", "words"])
def test_words_of_the_texts_are_taken_in_any_case(kind: str) -> None:
    assert fusion_of(Decoding(words=("Yes", "NO", "stop!", "don't")), units.train(kind, TEXTS, 30)) is not None


@pytest.mark.parametrize(("kind", "word"), [("chars", "Nö"), ("chars", "42"), ("bpe", "三"), ("chars", "?!"), ("words", "nose")])
def test_a_word_that_the_units_cannot_write_is_told_not_dropped(kind: str, word: str) -> None:
    with pytest.raises(UsageError, match=r"--only-words: the model has no units to write"):
        fusion_of(Decoding(words=("yes", word)), units.train(kind, TEXTS, 30))
