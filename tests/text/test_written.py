"""What is heard as it is written, and back: the same words again."""

from __future__ import annotations

import time

import numpy as np
import pytest

from aural.text._spoken_numbers import MONTHS, nth
from aural.text.spoken import say
from aural.text.written import rewritten, write

CASES = {
    "number": [
        ("version three point ten point two", "version 3.10.2"), ("in two thousand twenty four people", "in 2,024 people"),
        ("the year two thousand twenty four", "the year 2024"), ("in two thousand and eleven.", "in 2011."),
        ("twenty five apples", "25 apples"), ("two of us", "two of us"), ("one hundred and five", "105"), ("minus sixty", "-60"),
        ("five point two million people", "5.2 million people"), ("eighteen point five o", "18.50"),
        ("Twenty-five of them", "25 of them"),
        ("a hundred years", "100 years"), ("two and a half", "two and a half"), ("nine trillion and one", "9,000,000,000,001"),
    ],
    "ordinal": [("the twenty third of them", "the 23rd of them"), ("first of all", "first of all"), ("one second", "one second")],
    "year": [
        ("in twenty twenty four we", "in 2024 we"), ("nineteen oh five", "1905"), ("the nineteen eighties", "the 1980s"),
        ("fifteen twenty minutes", "fifteen twenty minutes"), ("two thousand and one", "2001"),
    ],
    "date": [
        ("july twenty fifth twenty twelve", "July 25, 2012"), ("on the fifth of May", "on 5 May"),
        ("October nineteen oh five", "October 1905"),
        ("May I", "May I"), ("the fifth of them", "the fifth of them"),
    ],
    "time": [
        ("at nine thirty", "at 9:30"), ("nine thirty a m", "9:30 a.m."), ("nine thirty a.m. sharp", "9:30 a.m. sharp"),
        ("two PM", "2 p.m."),
        ("three o'clock", "3:00"), ("eleven oh six p.m.", "11:06 p.m."), ("room two thirty", "room 230"),
        ("two thirty pound bags", "two thirty pound bags"),
        ("seven am.", "7 a.m."),
    ],
    "money": [
        ("one dollar fifty", "$1.50"), ("one dollar and fifty cents.", "$1.50."), ("five million dollars", "$5 million"),
        ("fifty cents", "50¢"),
        ("one fifty five dollars", "$155"), ("five dollars twenty people", "$5 20 people"),
        ("two pounds of flour", "two pounds of flour"),
        ("two pounds twenty pence", "£2.20"), ("a dollar fifty", "$1.50"), ("a dollar", "a dollar"),
        ("five to ten dollars", "$5-10"), ("half a million dollars", "half a million dollars"),
        ("four united states dollars", "$4"),
    ],
    "measure": [
        ("five percent", "5%"), ("eight point five kilometers", "8.5 km"), ("twenty degrees celsius", "20 °C"),
        ("sixty miles per hour", "60 mph"),
        ("seven point five peta bytes", "7.5 PB"), ("three hours", "three hours"),
        ("ten to twelve percent", "10 to 12%"), ("five to ten minutes", "five to ten minutes"),
        ("two square miles", "2 sq mi"), ("six foot two", "six foot two"), ("six feet", "6 ft"),
    ],
    "telephone": [
        ("five five five one two three four", "555-1234"),
        ("one eight hundred five five five one two three four", "1-800-555-1234"),
        ("plus four four two zero seven nine four six", "+44207946"), ("plus one two", "plus one two"),
        ("double seven four five", "7745"), ("one two three go", "one two three go"),
    ],
    "electronic": [
        ("mail a b c at gmail dot com now", "mail abc@gmail.com now"), ("w w w dot example dot org slash a", "www.example.org/a"),
        ("h t t p colon slash slash test dot com", "http://test.com"), ("one two seven dot o dot o dot one", "127.0.0.1"),
        ("NVIDIA dot COM", "NVIDIA.COM"), ("h t t p colon slash slash a dot b dot s m", "http://a.b.sm"),
        ("w w w dot foo dot sm", "www.foo.sm"),
        ("we met at noon", "we met at noon"), ("polka dot dress", "polka dot dress"),
    ],
    "serial": [("an x three eighty six chip", "an X386 chip"), ("m p three", "MP3"), ("a thirty six year old", "a 36 year old")],
    "label": [
        ("room two oh four is free", "room 204 is free"), ("in Room two oh four", "in Room 204"),
        ("flight seven forty seven to Rome", "flight 747 to Rome"), ("page two thirty", "page two thirty"),
    ],
    "letters": [
        ("the f b i", "the FBI"), ("a t v", "a TV"), ("i a m", "i a m"), ("i b m", "IBM"),
        ("the s and p five hundred", "the S&P 500"),
        ("plan a and b", "plan a and b"),
    ],
    "title": [("mister fox", "Mr. fox"), ("he misses her", "he misses her"), ("Doctor Smith", "Dr. Smith")],
}  # fmt: skip


@pytest.mark.parametrize("category", CASES)
def test_each_category(category: str) -> None:
    assert {said: write(said) for said, _ in CASES[category]} == dict(CASES[category])


def test_every_page_has_cases() -> None:
    from aural import find

    assert set(CASES) == set(find.names("text/written_forms"))


def drawn(rng: np.random.Generator) -> str:
    """A written form of some category."""

    def number(least: int, most: int) -> int:
        return int(rng.integers(least, most + 1))

    month, rank = MONTHS[number(0, 11)].capitalize(), number(1, 2000)
    kinds = (
        f"{number(0, 10 ** number(1, 9)):,}", f"${number(0, 10 ** number(1, 6)):,}", f"${number(1, 999)}.{number(1, 99):02}",
        f"€{number(1, 99)}.{number(1, 99):02}", f"{number(1, 12)}:{number(0, 59):02} {('a.m.', 'p.m.')[number(0, 1)]}",
        f"{month} {number(1, 28)}, {number(1500, 2050)}", f"{number(1, 28)} {month} {number(1500, 2050)}", f"{number(0, 100)}%",
        f"{number(0, 999)}.{number(0, 999)} km", f"{number(200, 999)}-{number(200, 999)}-{number(0, 9999):04}",
        f"{rank}{nth(rank)}",
        str(number(1500, 2099)), f"{number(2, 999)} {('kg', 'GB', 'mph', '°C', 'MHz', 'ml', 'km/h', 'm²')[number(0, 7)]}",
        f"${number(1, 99)}.{number(1, 9)} {('million', 'billion')[number(0, 1)]}", f"-{number(1, 999)}", "ann@mail.com",
        "www.example.org",
        "FBI", f"{number(1, 12)}:{number(10, 59)}",
    )  # fmt: skip
    frames = ("{}", "{} was it", "we saw {}", "at {} they left", "it is {} today")
    return frames[number(0, len(frames) - 1)].format(kinds[number(0, len(kinds) - 1)])


def heard(text: str) -> list[str]:
    """The words of a text as a recognizer without capitals hears them; "and" and "the" may come and go."""
    return [w.lower() for w in say(text).aloud if w.lower() not in ("and", "the")]


def test_what_is_written_is_said_in_the_same_words() -> None:
    rng = np.random.default_rng(1)
    changed = 0
    for _ in range(1500):
        said = " ".join(say(drawn(rng)).aloud).lower()
        written = write(said)
        changed += written != said
        assert heard(written) == [w for w in said.split() if w not in ("and", "the")], (said, written)
    assert changed > 1400


def test_stretches_cover_every_word_in_order() -> None:
    rng = np.random.default_rng(2)
    pool = "one two twenty five hundred thousand million dollar dollars fifty and a m point oh o at dot com the of".split()
    pool += "may percent f b x double -".split()
    pool += ["five,", "(twenty", "nine.", "twenty-one", "'", "", "a.m.", "Mister", "1", "2.5", "hundred-and-one"]
    for _ in range(2000):
        words = [w for w in (pool[i] for i in rng.integers(len(pool), size=rng.integers(1, 14))) if w]
        stretches = rewritten(words)
        assert [s.first for s in stretches] + [len(words)] == [0, *(s.last for s in stretches)]
        assert all(s.changed or s.text == words[s.first] for s in stretches)
        assert all(s.text and s.last > s.first for s in stretches)


def test_marks_between_words_end_a_figure() -> None:
    assert write("twenty, five dollars") == "20, $5"
    assert write("(twenty five)") == "(25)"
    assert write("It was nine. Thirty of us") == "It was nine. 30 of us"


def test_figures_stay_as_they_are() -> None:
    for text in ("In 2024 he paid $1.50 at 9:30 a.m.", "5 km", "a 1 2 3", "25%", ""):
        assert write(text) == text


@pytest.mark.parametrize(
    "piece", ["one ", "point ", "a ", "x ", "dot ", "double ", "twenty ", "hundred ", "and ", "one dot ", "a at b dot "]
)
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    def took(count: int) -> float:
        begin = time.process_time()
        write(piece * count)
        return time.process_time() - begin

    took(100)
    # The best of some, since another program's work in the caches is not ours.
    most = 12 * max(min(took(1_000) for _ in range(3)), 0.02)
    assert any(took(5_000) < most for _ in range(2))
