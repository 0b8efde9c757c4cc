"""SSML, the common part of it: break, say-as, sub, phoneme, prosody, p and s (Speech Synthesis Markup Language 1.1, W3C 2010)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import final
from xml.parsers import expat

from aural.errors import FormatError
from aural.text._number_words import cardinal
from aural.text.pronunciation.lexicon import phonemes_of
from aural.text.pronunciation.phonemes import of_arpabet, of_ipa
from aural.text.script import Given, Manner, Script
from aural.text.spoken import say

_BREAKS = {"none": 0.0, "x-weak": 0.1, "weak": 0.2, "medium": 0.4, "strong": 0.7, "x-strong": 1.2}
_RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.3, "x-fast": 1.7}
_PITCHES = {"x-low": 0.75, "low": 0.87, "medium": 1.0, "default": 1.0, "high": 1.15, "x-high": 1.3}
_READ = ("cardinal", "number", "ordinal", "date", "time", "telephone", "currency", "unit", "fraction", "address", "digits",
         "characters", "spell-out", "verbatim")  # fmt: skip
_ELEMENTS = ("speak", "p", "s", "break", "say-as", "sub", "phoneme", "prosody", "emphasis", "mark", "desc", "meta", "metadata")
_DIGITS = "zero one two three four five six seven eight nine".split()
MOST_BREAK = 10.0  # s
_MOST_SEMITONES = 120.0  # ten octaves: refused all the same, and still a number
_SENTENCE = "\x1e"  # ends a sentence without a mark


@dataclass(frozen=True)
class _Open:
    """An element that was begun: where in the text, and its attributes."""

    name: str
    start: int
    attributes: Mapping[str, str]


def parse(text: str, where: str = "SSML") -> tuple[str, Script]:
    """SSML -> the text in it, and how it is said. Raises: FormatError with line and column."""
    reader = _Reader(where)
    try:
        reader.parser.Parse(text, True)
    except expat.ExpatError as error:
        what = f"this is no well-formed SSML ({expat.ErrorString(error.code)})"
        raise FormatError(what, where=f"{where}:{error.lineno}:{error.offset + 1}") from error
    return reader.text, Script(tuple(reader.given), tuple(reader.pauses), tuple(reader.manners), tuple(dict.fromkeys(reader.notes)))


@final
class _Reader:
    """Takes elements as they come."""

    def __init__(self, where: str) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._begin, self._end
        self.parser.CharacterDataHandler = self._letters
        self.parser.EntityDeclHandler = self._entity
        self._where, self._open = where, list[_Open]()
        self.text = ""
        self.given, self.pauses, self.manners, self.notes = list[Given](), list[tuple[int, float]](), list[Manner](), list[str]()
        self._from = 0  # where the present manner begins

    def _wrong(self, what: str, fix: str = "") -> FormatError:
        place = f"{self._where}:{self.parser.CurrentLineNumber}:{self.parser.CurrentColumnNumber + 1}"
        return FormatError(what, where=place, fix=fix)

    def _entity(self, *_: object) -> None:
        raise self._wrong("entities of its own are not followed")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        plain = name.rpartition(":")[2]
        if plain not in _ELEMENTS:
            raise self._wrong(f"<{name}> is not understood", f"Known: {', '.join(_ELEMENTS)}")
        if not self._open and plain != "speak":
            raise self._wrong("SSML begins with <speak>")
        inside = next((o.name for o in self._open if o.name in ("say-as", "sub", "phoneme")), None)
        if inside:
            raise self._wrong(f"<{name}> cannot stand inside <{inside}>")
        if plain in ("p", "s"):
            self._apart(plain)
        elif plain == "break":
            self.pauses.append((len(self.text), self._break(attributes)))
        elif plain == "prosody":
            self._change()
            self._factors(attributes)  # told at the begin, not at the end
        elif plain == "emphasis":
            self.notes.append("emphasis is not changed by this voice")
        self._open.append(_Open(plain, len(self.text), attributes))

    def _end(self, name: str) -> None:
        if self._open[-1].name == "prosody":
            self._change()
        done = self._open.pop()
        made: Callable[[_Open], None] | None = {"say-as": self._say_as, "sub": self._sub, "phoneme": self._phoneme}.get(done.name)
        if made is not None and self.text[done.start :].strip():
            made(done)
        elif done.name in ("p", "s"):
            self._apart(done.name)
        elif done.name == "speak":
            self._change()

    def _letters(self, data: str) -> None:
        if self._open and self._open[-1].name not in ("desc", "metadata", "mark", "break"):
            # A blank line in the source parts no paragraphs: <p> does.
            self.text += re.sub(r"\s+", " ", data)

    def _apart(self, name: str) -> None:
        if self.text.strip():
            self.text += "\n\n" if name == "p" else _SENTENCE

    def _give(self, done: _Open, words: tuple[str, ...], phonemes: tuple[str, ...] = (), category: str = "") -> None:
        if words:
            self.given.append(Given(done.start, len(self.text), words, phonemes, category or done.name))

    def _sub(self, done: _Open) -> None:
        alias = done.attributes.get("alias", "")
        if not alias.strip():
            raise self._wrong("<sub> has no alias")
        self._give(done, say(alias).aloud)

    def _phoneme(self, done: _Open) -> None:
        told = done.attributes.get("ph", "")
        words = tuple(self.text[done.start :].split())
        alphabet = done.attributes.get("alphabet", "ipa").lower()
        ways: dict[str, Callable[[str], str]] = {"ipa": of_ipa, "x-misaki": phonemes_of, "x-arpabet": of_arpabet, "cmu": of_arpabet}
        if not told.strip() or alphabet not in ways:
            raise self._wrong("<phoneme> needs ph, and an alphabet of ipa, x-arpabet or x-misaki")
        try:
            sounds = ways[alphabet](told)
        except KeyError as error:
            raise self._wrong(f"{error.args[0]!r} is no phone of CMUdict") from error
        self._give(done, (" ".join(words),), (sounds,))

    def _say_as(self, done: _Open) -> None:
        kind = done.attributes.get("interpret-as", "")
        if kind not in _READ:
            raise self._wrong(f"interpret-as is {kind!r:.40}", f"It takes one of: {', '.join(_READ)}")
        told = self.text[done.start :].strip()
        told = _in_order(told, done.attributes.get("format", "")) if kind == "date" else told
        self._give(done, said_as(told, kind), category=f"say-as {kind}")

    def _break(self, attributes: Mapping[str, str]) -> float:
        told = attributes.get("time")
        if told is None:
            strength = attributes.get("strength", "medium")
            if strength not in _BREAKS:
                raise self._wrong(f"strength is {strength!r:.40}", f"It takes one of: {', '.join(_BREAKS)}")
            return _BREAKS[strength]
        match = re.fullmatch(r"\+?(\d*\.?\d+)(ms|s)", told.strip())
        seconds = float(match[1]) / (1000 if match[2] == "ms" else 1) if match else -1.0
        if not 0 <= seconds <= MOST_BREAK:
            raise self._wrong(f"time is {told!r:.40}", f"It takes 0 to {MOST_BREAK:g} s, as 500ms or 1.5s")
        return seconds

    def _change(self) -> None:
        """Everything since the last change was said in the manner of the open elements."""
        speed = pitch = 1.0
        for one in self._open:
            if one.name == "prosody":
                faster, higher = self._factors(one.attributes)
                speed, pitch = speed * faster, pitch * higher
        if len(self.text) > self._from and (speed, pitch) != (1.0, 1.0):
            self.manners.append(Manner(self._from, len(self.text), min(max(speed, 0.25), 4.0), min(max(pitch, 0.5), 2.0)))
        self._from = len(self.text)

    def _factors(self, attributes: Mapping[str, str]) -> tuple[float, float]:
        for name in attributes:
            if name not in ("rate", "pitch"):
                self.notes.append(f"prosody {name} is not changed by this voice")
        found = []
        for name, words in (("rate", _RATES), ("pitch", _PITCHES)):
            told = attributes.get(name, "default").strip()
            factor = words.get(told) or _factor(told)
            if factor is None or not 0.25 <= factor <= 4:
                raise self._wrong(
                    f"{name} is {told!r:.40}", f"It takes {', '.join(words)}, 120%, +20% or 1.2" + ", +2st" * (name == "pitch")
                )
            found.append(factor)
        return found[0], found[1]


def said_as(text: str, kind: str) -> tuple[str, ...]:
    """The words of a text that is to be read as what `interpret-as` says."""
    if kind in ("characters", "spell-out", "verbatim"):
        return tuple(word for letter in text if not letter.isspace() for word in _letter(letter))
    if kind == "digits":
        return tuple(word for letter in text if letter.isalnum() for word in _letter(letter))
    if kind == "ordinal" and text.isdecimal():
        last = int(text[-2:])
        text += {1: "st", 2: "nd", 3: "rd"}.get(last % 10 if last not in (11, 12, 13) else 0, "th")
    if kind in ("cardinal", "number") and re.fullmatch(r"[-+]?(?:\d{1,12}|\d{1,3}(?:,\d{3}){1,3})", text):
        sign = {"-": ("minus",), "+": ("plus",)}.get(text[0], ())
        return (*sign, *cardinal(int(text.strip("-+").replace(",", ""))))
    if kind == "telephone" and text.isdecimal():
        return tuple(word for letter in text for word in _letter(letter))
    return say(text).aloud


def _in_order(date: str, order: str) -> str:
    """A date of numbers that is written in the order that `format` tells (dmy, mdy, ymd), with its year first."""
    numbers = re.split(r"[-/. ]", date)
    if sorted(order) != sorted("dmy") or len(numbers) != 3 or not all(one.isdecimal() for one in numbers):
        return date
    told = dict(zip(order, numbers, strict=True))
    return f"{told['y']}-{told['m']:0>2}-{told['d']:0>2}" if len(told["y"]) == 4 else date


def _letter(letter: str) -> tuple[str, ...]:
    if letter in "0123456789":
        return (_DIGITS[int(letter)],)
    return (f"{letter.upper()}.",) if letter.isascii() and letter.isalpha() else say(letter).aloud


def _factor(told: str) -> float | None:
    """ "120%", "+20%", "-10%", "1.2", "+2st" as a factor."""
    match = re.fullmatch(r"([+-]?)(\d*\.?\d+)(%|st|)", told)
    if not match:
        return None
    sign, value, unit = match[1], float(match[2]), match[3]
    if unit == "st":
        value = min(value, _MOST_SEMITONES)
        return math.pow(2, (-value if sign == "-" else value) / 12)
    if unit == "%":
        return {"+": 1 + value / 100, "-": 1 - value / 100}.get(sign, value / 100)
    return None if sign else value
