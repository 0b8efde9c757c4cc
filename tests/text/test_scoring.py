"""The normalizer of WER: what must meet, what must not, and that nothing breaks it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.text._spellings import AMERICAN
from aural.text.scoring import BASIC_VERSION, VERSION, normalize, normalize_basic

MEET = [
    ("twenty one", "21"),
    ("$1.50", "one dollar fifty"),
    ("$1.50", "one dollar and fifty cents"),
    ("$1.05", "one dollar oh five"),
    ("$5 million", "five million dollars"),
    ("$0.50", "fifty cents"),
    ("£3.20", "three pounds twenty"),
    ("$1,200", "twelve hundred dollars"),
    ("nineteen eighty four", "1984"),
    ("nineteen oh five", "1905"),
    ("nineteen hundred", "1900"),
    ("the nineteen twenties", "the 1920's"),
    ("two thousand and one", "2001"),
    ("ten thousand", "10,000"),
    ("a hundred men", "100 men"),
    ("a thousand and one nights", "1001 nights"),
    ("1,234,567", "one million two hundred thirty four thousand five hundred and sixty-seven"),
    ("half a million", "half a million"),
    ("two hundred five hundred", "200 500"),
    ("one two three", "123"),
    ("1, 2, 3", "one two three"),
    ("555-1234", "five five five one two three four"),
    ("three point one four", "3.14"),
    ("zero point five", "0.5"),
    (".5", "0.5"),
    ("2½", "two and a half"),
    ("1.5 million", "one and a half million"),
    ("two thirds", "2/3"),
    ("one half", "1/2"),
    ("three quarters", "3/4"),
    ("50%", "fifty per cent"),
    ("10-15", "ten to fifteen"),
    ("twenty-first century", "21st century"),
    ("one hundred and twenty third", "123rd"),
    ("July 22, 2008", "july twenty second two thousand eight"),
    ("three thirty p m", "3:30 p.m."),
    ("3pm", "three P.M."),
    ("12:00", "twelve"),
    ("08:29", "eight twenty nine"),
    ("Chapter IV.", "chapter four"),
    ("Mr. Smith", "mister smith"),
    ("Dr. Jones and Mrs. Lee", "doctor jones and missus lee"),
    ("U.S.A.", "u s a"),
    ("U.S. Army", "us army"),
    ("it's John's book", "it is johns book"),
    ("won't can't", "will not cannot"),
    ("he'd been", "he had been"),
    ("I'd say", "i would say"),
    ("tatter'd weed", "tattered weed"),
    ("let's go", "let us go"),
    ("I'm gonna", "i am going to"),
    ("o'clock", "oclock"),
    ("’tis", "it is"),
    ("colour, centre & realise", "color center and realize"),
    ("travelled", "traveled"),
    ("to-day", "to day"),
    ("grey ploughs", "gray plows"),
    ("okay", "OK"),
    ("um, well... uh, yes", "well yes"),
    ("[laughter] hi (laughs) <unk>", "hi"),
    ("café naïve", "cafe naive"),
    ("5 km", "five kilometers"),
    ("890 mm", "eight hundred ninety millimeters"),
    ("the king (who was old)", "the king who was old"),
    ("no one", "no one"),
    ("thirty second clip", "30 second clip"),
]


@pytest.mark.parametrize(("written", "spoken"), MEET, ids=[a for a, _ in MEET])
def test_two_spellings_meet(written: str, spoken: str) -> None:
    assert normalize(written) == normalize(spoken)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Twenty-one people paid $1.50 each.", "21 people paid one dollars 50 each"),
        ("The lion's den", "the lions den"),
        ("She said: it's nineteen eighty-four!", "she said it is 1984"),
        ("", ""),
        ("...", ""),
        ("uh, hmm", ""),
    ],
    ids=range(6),
)
def test_what_comes_out(text: str, told: str) -> None:
    assert normalize(text) == told


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("21", "twenty two"),
        ("can", "can't"),
        ("he is", "he was"),
        ("first", "one"),
        ("1984", "1985"),
        ("fifteen", "fifty"),
        ("$5", "5 cents"),
    ],
    ids=range(7),
)
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert normalize(one) != normalize(other)


@given(st.text(max_size=60))
def test_any_text_gives_plain_words(text: str) -> None:
    told = normalize(text)
    assert told == " ".join(told.split())
    assert not re.search(r"[^\w\s.]", told)
    assert told == told.lower() or not told.isascii()


@given(
    st.lists(
        st.sampled_from(
            "the one two twenty hundred and a point oh o'clock uh half million third of july nineteen dollars fifty cents".split()
        ),
        max_size=10,
    )
)
def test_commas_and_capitals_never_change_what_is_counted(words: list[str]) -> None:
    assert normalize(" ".join(words)) == normalize(", ".join(w.capitalize() for w in words) + ".")


@given(st.integers(0, 10**12))
def test_thousands_commas_change_nothing(number: int) -> None:
    assert normalize(f"{number:,}") == normalize(str(number))


@given(st.integers(2, 999_999))
def test_every_number_meets_its_words(number: int) -> None:
    assert normalize(_in_words(number)) == str(number)


def _in_words(number: int) -> str:
    small = (
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen"
    ).split()
    tens = "twenty thirty forty fifty sixty seventy eighty ninety".split()
    if number < 20:
        return small[number]
    if number < 100:
        return tens[number // 10 - 2] + (f"-{small[number % 10]}" if number % 10 else "")
    if number < 1000:
        return f"{small[number // 100]} hundred" + (f" and {_in_words(number % 100)}" if number % 100 else "")
    return f"{_in_words(number // 1000)} thousand" + (f" {_in_words(number % 1000)}" if number % 1000 else "")


def test_spellings_lead_to_an_end() -> None:
    assert len(AMERICAN) > 2000
    assert [old for old, new in AMERICAN.items() if AMERICAN.get(new, new) != new] == []
    assert not {"hour", "four", "our", "your", "wise", "rise", "all", "here", "are"} & AMERICAN.keys()


def test_versions_are_told() -> None:
    assert VERSION.startswith("aural-en-") and BASIC_VERSION.startswith("aural-basic-")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hôtel, l'été!", "hôtel l été"),
        ("¿Qué?  ¡Sí!", "qué sí"),
        ("नमस्ते, दुनिया।", "नमस्ते दुनिया"),
        ("مَرْحَبًا", "مرحبا"),
        ("Straße [Musik]", "strasse"),
        ("1,000.5", "10005"),
    ],
    ids=range(6),
)
def test_other_languages(text: str, told: str) -> None:
    assert normalize_basic(text) == told


def test_scripts_without_spaces_are_split_into_letters() -> None:
    assert normalize_basic("你好,世界", split_letters=True) == "你 好 世 界"


@given(st.text(max_size=60))
def test_basic_is_stable(text: str) -> None:
    once = normalize_basic(text)
    assert normalize_basic(once) == once
