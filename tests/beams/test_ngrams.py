"""n-gram models: chances add up to one behind every context, discounts are those of the formula, files come back as they were."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path

import pytest

from aural.beams import arpa
from aural.beams.kneser_ney import pruned, trained
from aural.beams.ngrams import END, UNKNOWN, NGrams
from aural.errors import DataError, FormatError

TEXT = """the cat sat on the mat . the dog sat on the cat . a dog ate the mat . the cat ate . a cat and a dog sat .
on the mat the dog sat . the end of the mat . a mat of the cat and the dog . the cat saw the dog . the dog saw a mouse .
a mouse saw the cat . and the mouse ran . the dog ran on the mat . a cat ran"""
SENTENCES = [line.split() for line in TEXT.replace("\n", " ").split(" . ")]


def whole(model: NGrams, context: tuple[str, ...]) -> float:
    return sum(math.exp(model.conditional(context, w)) for w in (*model.words, END, UNKNOWN))


@pytest.mark.parametrize("order", (1, 2, 3, 4))
def test_chances_add_up_to_one_behind_every_context(order: int) -> None:
    model = trained(SENTENCES, order)
    contexts = {g[:-1] for g in model.grams} | {("mouse", "mouse")[: order - 1]}
    assert all(whole(model, c) == pytest.approx(1, abs=1e-9) for c in contexts)


@pytest.mark.parametrize("least", ((2,), (1, 2)))
def test_they_do_when_rare_ones_are_left_out(least: tuple[int, ...]) -> None:
    model, full = trained(SENTENCES, 3, least), trained(SENTENCES, 3)
    assert sum(model.counts()) < sum(full.counts())
    assert all(whole(model, g[:-1]) == pytest.approx(1, abs=1e-9) for g in model.grams)


def test_pruning_by_entropy_drops_what_costs_least() -> None:
    model = trained(SENTENCES, 3)
    sizes, surprise = [], []
    for threshold in (0.0, 1e-4, 1e-3, 1e-2, 1.0):
        less = pruned(model, threshold)
        sizes.append(sum(less.counts()))
        surprise.append(less.perplexity(SENTENCES).value)
        assert all(whole(less, g[:-1]) == pytest.approx(1, abs=1e-6) for g in less.grams)
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] < sizes[0] and surprise[-1] > surprise[0]
    assert pruned(model, 1e9).counts()[1:] in ([0, 0], []), "everything but single words backs off"


def test_discounts_and_continuations_by_hand() -> None:
    """Two sentences, order 2: too few counts for discounts, so the usual 0.5, 1, 1.5; p(b | a) by hand."""
    model = trained([["a", "b"], ["a", "b"], ["a", "c"]], 2)
    # behind how many words: a 1 (<s>), b 1, c 1, </s> 2; five in all, discounts take 0.5 * 3 + 1
    single = {"a": 0.5, "b": 0.5, "c": 0.5, END: 1.0}
    rest = 2.5 / 5
    low = {w: single.get(w, 0.0) / 5 + rest / 5 for w in (*single, UNKNOWN)}
    assert {w: math.exp(model.conditional((), w)) for w in low} == pytest.approx(low)
    assert math.exp(model.conditional(("a",), "b")) == pytest.approx((2 - 1) / 3 + (1 + 0.5) / 3 * low["b"])
    assert math.exp(model.conditional(("a",), "a")) == pytest.approx(1.5 / 3 * low["a"])


def test_scores_of_a_sentence_and_words_it_lacks() -> None:
    model = trained(SENTENCES, 3)
    state, total = model.start(), 0.0
    for word in ("the", "cat", "sat"):
        logprob, state = model.score(state, word)
        total += logprob
    assert total + model.end(state) == pytest.approx(model.logprob(["the", "cat", "sat"]))
    assert model.score(model.start(), "zebra")[0] == pytest.approx(model.conditional(("<s>",), UNKNOWN))
    assert model.logprob(["the", "cat", "sat"]) > model.logprob(["sat", "the", "cat"])
    told = model.perplexity([["the", "zebra"], []])
    assert (told.words, told.sentences, told.lacking) == (2, 2, 1) and told.known < told.value
    assert model.perplexity([]).value == 1.0


@pytest.mark.parametrize("name", ("model.arpa", "model.arpa.gz"))
def test_files_come_back(name: str, tmp_path: Path) -> None:
    model = trained(SENTENCES, 3)
    arpa.write(model, tmp_path / name)
    again = arpa.read(tmp_path / name)
    assert set(again.grams) == set(model.grams)
    for gram, (logprob, backing) in model.grams.items():
        assert again.grams[gram] == pytest.approx((logprob, backing), abs=2e-6, rel=1e-6)
    assert (tmp_path / name).read_bytes()[:2] == (b"\x1f\x8b" if name.endswith("gz") else b"\\d")
    arpa.write(again, tmp_path / f"two.{name}")
    assert (tmp_path / f"two.{name}").read_bytes() == (tmp_path / name).read_bytes()


def test_another_reader_says_the_same_of_our_files(tmp_path: Path) -> None:
    golden = json.loads((Path(__file__).parents[1] / "golden" / "ngrams" / "ngrams.json").read_text())
    arpa.write(trained(SENTENCES, 3), tmp_path / "model.arpa")
    model = arpa.read(tmp_path / "model.arpa")
    for case in golden["cases"]:
        state, words = model.start(), case["text"].split()
        for word, (score, _) in zip(words, case["words"], strict=False):
            logprob, state = model.score(state, word)
            assert logprob / math.log(10) == pytest.approx(score, abs=2e-5)
        assert model.logprob(words) / math.log(10) == pytest.approx(case["score"], abs=1e-4)


def test_damaged_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "x.arpa"
    for text, told in (
        ("", "no ARPA file"), ("\\data\\\nngram 1=1\n\n\\1-grams:\n-1 a\n", "its end is missing"),
        ("\\data\\\nngram 1=2\n\n\\1-grams:\n-1 a\n\\end\\\n", "promises 2"),
        ("\\data\\\nngram 1=1\n\n\\1-grams:\nx a\n\\end\\\n", "line 5"),
        ("\\data\\\nngram 1=1\n\n\\1-grams:\n1 a\n\\end\\\n", "no 1-gram"),
    ):  # fmt: skip
        path.write_text(text)
        with pytest.raises(FormatError, match=told):
            arpa.read(path)
    path.write_bytes(gzip.compress(b"hello")[:12])
    with pytest.raises(FormatError, match="cannot be read"):
        arpa.read(path)
    with pytest.raises(FormatError, match="cannot be read"):
        arpa.read(tmp_path / "none.arpa")
    with pytest.raises(DataError, match="no text"):
        trained([[]], 2)
