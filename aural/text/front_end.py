"""From written text to what a voice says: sentences, spoken words, phonemes, marks and pauses; every character accounted for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aural.text.pronunciation.pronounce import Pronounced, Pronouncer
from aural.text.sentences import Sentence, sentences

SENTENCE_PAUSE, PARAGRAPH_PAUSE = 0.35, 0.8  # s of silence behind a sentence, and behind the last one of a paragraph
_MARKS = {
    ",": ",", ";": ";", ":": ":", ".": ".", "!": "!", "?": "?", "…": ".", "—": ",", "–": ",", "(": ",", ")": ",", "[": ",",
    "]": ",", "。": ".", "、": ",", "，": ",", "！": "!", "？": "?",
}  # fmt: skip
_STRENGTH = ("", ",", ";", ":", ".", "?", "!")


@dataclass(frozen=True)
class Token:
    """What was written in [start, end) of the text, what kind of thing it is, and how it is said. `mark` follows it."""

    start: int
    end: int
    category: str
    said: tuple[Pronounced, ...]
    mark: str = ""
    pause: float = 0.0


@dataclass(frozen=True)
class Line:
    """One sentence as it goes to the voice: its place in the text, its tokens, and spans that are not said and no marks."""

    start: int
    end: int
    tokens: tuple[Token, ...]
    dropped: tuple[tuple[int, int], ...]
    pause: float


def lines(text: str, pronouncer: Pronouncer) -> Iterator[Line]:
    """The sentences of a text, ready to be said; those without a word to say come with what was dropped of them."""
    for sentence in sentences(text):
        yield line(text, sentence, pronouncer)


def line(text: str, sentence: Sentence, pronouncer: Pronouncer) -> Line:
    """One sentence of a text."""
    written = [
        (sentence.start + a, sentence.start + b, category, words)
        for a, b, category, words in _say(text[sentence.start : sentence.end])
    ]
    said = iter(pronouncer.sentence([word for *_, words in written for word in words]))
    tokens: list[Token] = []
    dropped: list[tuple[int, int]] = []
    at = sentence.start
    for start, end, category, words in written:
        _between(text, at, start, tokens, dropped)
        spoken = tuple(one for one in (next(said) for _ in words) if one.phonemes)
        if spoken:
            tokens.append(Token(start, end, category, spoken))
        else:
            _between(text, start, end, tokens, dropped)
        at = end
    _between(text, at, sentence.end, tokens, dropped)
    if tokens and tokens[-1].mark not in (".", "?", "!"):
        tokens[-1] = _marked(tokens[-1], ".")
    return Line(
        sentence.start, sentence.end, tuple(tokens), _joined(dropped), PARAGRAPH_PAUSE if sentence.closes else SENTENCE_PAUSE
    )


def _between(text: str, start: int, end: int, tokens: list[Token], dropped: list[tuple[int, int]]) -> None:
    """Marks between two tokens go to the first one; what is neither mark nor silent is dropped, and told."""
    strongest = ""
    for at in range(start, end):
        letter = text[at]
        mark = _MARKS.get(letter, "")
        if letter in "-" and re.search(r"(?:^|\s)-+(?:\s|$)|--", text[max(0, at - 1) : at + 2]):
            mark = ","
        if not mark and not _silent(letter):
            dropped.append((at, at + 1))
        strongest = max(strongest, mark, key=_STRENGTH.index)
    if tokens and strongest and _STRENGTH.index(strongest) > _STRENGTH.index(tokens[-1].mark):
        tokens[-1] = _marked(tokens[-1], strongest)


def _marked(token: Token, mark: str) -> Token:
    return Token(token.start, token.end, token.category, token.said, mark, token.pause)


def _silent(letter: str) -> bool:
    """True for white space, quotes, hyphens and other letters that stand for no sound."""
    return letter.isspace() or unicodedata.category(letter)[0] in "PZC" or unicodedata.category(letter) in ("Mn", "Sk")


def _joined(spans: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and out[-1][1] == start:
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return tuple(out)


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*['’]?|[0-9]+")


def _say(text: str) -> Iterator[tuple[int, int, str, tuple[str, ...]]]:
    for match in _WORD.finditer(text):
        if match[0][0] in "0123456789":
            yield match.start(), match.end(), "cardinal", tuple(_DIGITS[int(d)] for d in match[0])
        else:
            yield match.start(), match.end(), "word", (match[0],)


_DIGITS = "zero one two three four five six seven eight nine".split()
