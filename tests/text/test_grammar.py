from __future__ import annotations

from pathlib import Path

import pytest

from aural.errors import FormatError
from aural.text.grammar import parsed, read, tokens_of
from aural.text.understanding import Understood, understand

HOUSE = """
order:
    (can i have|give me) [a|an] [{size}] {drink} [with {extra}]   # with a remark
timer:
    set a timer for {minutes:number} (minute|minutes)
list:
    ({size}|{drink})*
note:
    take a note {what:text}

size = small | large | tall one -> large
drink = [iced] (coffee|latte) | espresso
extra = milk | sugar
"""


def told(text: str, least: float = 0.5) -> Understood | None:
    return understand(parsed(HOUSE), tokens_of(text), least)


@pytest.mark.parametrize(
    ("text", "intent", "values"),
    [
        ("Can I have a large iced latte with sugar?", "order", {"size": "large", "drink": "iced latte", "extra": "sugar"}),
        ("give me coffee", "order", {"drink": "coffee"}),
        ("give me a tall one espresso", "order", {"size": "large", "drink": "espresso"}),
        ("Set a timer for 25 minutes.", "timer", {"minutes": "25"}),
        ("set a timer for one hundred and twenty minutes", "timer", {"minutes": "120"}),
        ("take a note buy milk tomorrow", "note", {"what": "buy milk tomorrow"}),
        ("latte small", "list", {"drink": "latte", "size": "small"}),
    ],
)
def test_what_the_grammar_says(text: str, intent: str, values: dict[str, str]) -> None:
    found = told(text)
    assert found is not None and (found.intent, dict(found.values)) == (intent, values)
    assert found.score > 0.9


def test_words_that_are_wrong_missing_or_too_many_cost_and_are_forgiven() -> None:
    right, wrong = told("give me a large latte"), told("um give me uh a larg late quickly")
    assert right is not None and wrong is not None
    assert dict(wrong.values) == dict(right.values) == {"size": "large", "drink": "latte"}
    assert wrong.score < right.score == 1.0
    split = told("give me a la rge latte")
    assert split is not None and split.values["size"] == "large"


def test_a_slot_knows_the_words_that_filled_it() -> None:
    found = told("please give me a large iced latte")
    assert found is not None
    assert [(s.name, s.first, s.last) for s in found.slots] == [("size", 4, 5), ("drink", 5, 7)]


@pytest.mark.parametrize("text", ["hello world how are you today", "", "the weather is nice"])
def test_strange_words_are_not_understood(text: str) -> None:
    assert told(text) is None


def test_what_a_recognizer_is_to_favor() -> None:
    assert parsed(HOUSE).words == ("coffee", "espresso", "iced", "large", "latte", "milk", "small", "sugar", "tall one")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n    (b", "is missing"),
        ("a:\n    b)", "closes nothing"),
        ("a:\n    {b}", "no list 'b'"),
        ("    b", "belongs to no intent"),
        ("a:\n", "has no phrase"),
        ("a = b", "has no intent"),
        ("a:\n    b*", "behind no bracket"),
        ("a:\n    {a}\na = {a}", "holds itself"),
        ("a:\n    []", "nothing to say"),
        ("a:\n    $", "means nothing"),
        ("what is this", "no intent, no list and no phrase"),
        ("a:\n    b\nnumber = c", "there already"),
        ("a:\n" + "    " + "(" * 30 + "b" + ")" * 30, "in one another"),
        ("a:\n    {b}\nb = x |", "nothing to say"),
    ],
)
def test_a_wrong_grammar_says_where(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "g.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=said) as told:
        read(path)
    assert told.value.where.startswith(str(path))


def test_a_file_that_cannot_be_read_says_why_without_numbers_and_bytes(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"none\.txt: this grammar cannot be read \(No such file or directory\)"):
        read(tmp_path / "none.txt")
    (tmp_path / "g.png").write_bytes(b"\x89PNG")
    with pytest.raises(FormatError, match="no text in UTF-8, byte 0"):
        read(tmp_path / "g.png")
