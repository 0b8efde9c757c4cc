"""Units of text: every text comes back, pieces are found as the papers say, files come back."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from aural import find
from aural.errors import DataError, FormatError
from aural.text import units
from aural.text.tokenizers import unigram
from aural.text.units import SPACE, Units

TEXTS = [
    "low low low low low lower lower",
    "newest newest newest newest newest newest widest widest widest",
    "the lowest of the new",
]
KINDS = find.names("text/tokenizers")


def test_the_kinds() -> None:
    assert KINDS == ("bpe", "chars", "unigram", "words")


@pytest.mark.parametrize("kind", KINDS)
def test_texts_come_back(kind: str, tmp_path: Path) -> None:
    made = units.train(kind, TEXTS, 30)
    assert len(set(made.pieces)) == len(made.pieces)
    for text in TEXTS:
        numbers = made.encode(text)
        assert made.text(numbers) == text
        assert [w for w, _, _ in made.words(numbers)] == text.split()
        assert "".join(made.shown(text).split()).replace("_", " ").strip() == text
    assert made.encode("") == [] and made.words([]) == []
    units.write(made, tmp_path / "u.json")
    again = units.read(tmp_path / "u.json")
    assert again.pieces == made.pieces and again.encode(TEXTS[0]) == made.encode(TEXTS[0])


@pytest.mark.parametrize("kind", ("bpe", "unigram"))
def test_sizes_and_frequent_words(kind: str) -> None:
    sizes = [len(units.train(kind, TEXTS, size).pieces) for size in (5, 16, 20)]
    assert sizes[0] == len({c for t in TEXTS for c in t}), "every character stays (the space for itself)"
    assert sizes[1:] == [16, 20]
    many = units.train(kind, TEXTS, 24)
    assert len(many.encode("newest")) < len(many.encode("lost")), "what is frequent takes few pieces"
    assert many.encode("neZw") == many.encode("new"), "unknown characters are left out"


def test_the_first_merges_of_the_paper() -> None:
    """Sennrich et al.: low 5, lower 2, newest 6, widest 3 -> e s, es t, then l o."""
    made = units.train("bpe", TEXTS[:2], 15)
    merged = [p for p in made.pieces if len(p) > 1]
    assert merged[:2] == ["es", "est"] and set(merged[2:4]) <= {
        "lo",
        "low",
        "we",
        "new",
        "ne",
        SPACE + "lo",
        SPACE + "l",
        "west",
        SPACE + "n",
    }


def test_the_likeliest_cut_is_the_best_of_all() -> None:
    made = units.train("unigram", TEXTS, 25)
    scores = dict(zip(made.pieces, made.scores, strict=True))
    assert sum(map(math.exp, scores.values())) == pytest.approx(1, abs=1e-6)

    def every(word: str) -> list[list[str]]:
        if not word:
            return [[]]
        return [[word[:i], *rest] for i in range(1, len(word) + 1) if word[:i] in scores for rest in every(word[i:])]

    for word in ("newest", "lower", "widest"):
        best = max(every(SPACE + word), key=lambda cut: sum(scores[p] for p in cut))
        assert sum(scores[p] for p in made.cut(word)) == pytest.approx(sum(scores[p] for p in best))
    assert unigram.cut(made, SPACE) == [SPACE]


def test_what_is_usual_and_what_is_wrong(tmp_path: Path) -> None:
    assert units.usual(["one two", "two"]) == "words" and units.usual([str(n) for n in range(200)]) == "chars"
    assert Units("words", (SPACE + "one",)).encode("one two") == [0]
    with pytest.raises(DataError, match="no text"):
        units.train("bpe", [" "], 10)
    for text in ("{", '{"kind": "x", "pieces": []}', '{"kind": "unigram", "pieces": ["a"], "scores": [1, 2]}'):
        (tmp_path / "u.json").write_text(text)
        with pytest.raises(FormatError, match="no units"):
            units.read(tmp_path / "u.json")
