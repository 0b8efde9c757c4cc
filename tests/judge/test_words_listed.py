from __future__ import annotations

from pathlib import Path

import pytest

from aural.corpora.manifest import Clip
from aural.errors import UsageError
from aural.judge import report
from aural.judge import run as judging
from aural.judge.scorers import words_listed
from aural.judge.terms import Names, Terms
from aural.receipts import Metric
from aural.results import Recording, Result, Segment


def answer(text: str) -> Result:
    return Result(Recording("a.wav", 5.0, 16000, 1), segments=(Segment(0.0, 5.0, text),))


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    path = tmp_path / "names.txt"
    path.write_text("# names\nMarie Shabata^3\nEmil\n", encoding="utf-8")
    return Terms(words=str(path))


def test_listed_words_are_counted_apart(terms: Terms) -> None:
    clip = Clip(Path("a.wav"), "a", text="Emil met Marie Shabata and Emil")
    item = words_listed.item(clip, answer("Emily met Marie Chabatta and Emil, Emil."), terms, Names())
    assert (item["words"], item["missed"], item["invented"], item["errors"]) == (4, 2, 1, 3)
    assert words_listed.FIGURES["listed_wer"].over([item]) == pytest.approx(3 / 4)
    assert [line.split() for line in words_listed.tell([item])] == [
        "emil 1 of 2 heard: emily 1".split(), "shabata 0 of 1 heard: chabatta 1".split(),
    ]  # fmt: skip
    failed = words_listed.item(clip, None, terms, Names())
    assert failed["missed"] == 4 and failed["said"][0] == ("emil", None)


def test_counts_of_the_listed_words_are_not_added_to_those_of_all(terms: Terms) -> None:
    clip = Clip(Path("a.wav"), "a", text="Emil met Marie Shabata and Emil")
    told = answer("Emil met Marie Chabatta and Emil")
    record = {name: judging.scorer(name).item(clip, told, terms, Names()) for name in ("words", "words_listed")}
    figures = {name: figure for page in record for name, figure in judging.scorer(page).FIGURES.items()}
    metrics = {name: Metric(0.0, None, None, 1) for name in ("wer", "listed_wer")}
    lines = report._table(metrics, figures, [record], tuple(record))
    assert [line.rsplit("   ", 1)[1] for line in lines] == ["1 of 6", "1 of 4"]


def test_a_list_that_no_text_holds_is_told(terms: Terms) -> None:
    item = words_listed.item(Clip(Path("a.wav"), "a", text="hello"), answer("hello"), terms, Names())
    assert words_listed.tell([item]) == ["  no word of the list is said in these texts"]


def test_it_waits_to_be_asked(terms: Terms) -> None:
    clips = [Clip(Path("a.wav"), "a", text="hello")]
    assert judging.plan("transcribe", clips, {}, {}, Terms()).scorers == ("words",)
    assert judging.plan("transcribe", clips, {}, {}, terms).scorers == ("words", "words_listed")


@pytest.mark.parametrize("text", [None, "# nothing\n"])
def test_a_list_must_hold_words(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="list"):
        words_listed.words_of(Terms(words=str(path)))
