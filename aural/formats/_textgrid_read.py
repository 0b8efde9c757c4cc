"""Reading Praat's TextGrid: both text forms are a stream of numbers, quoted texts and flags; the rest is comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from aural.formats._lines import broken, decoded, recording_of, span_of
from aural.results import Event, Result, Segment, Turn, Word, grid_duration

NOBODY = "(unknown)"

_VALUE = re.compile(r'"(?:[^"]|"")*"|<[A-Za-z]+>|!.*|(?<![^\s])-?\d[\d.eE+-]*(?=\s|$)|[^\s"<!]+|[<"!]')
_TIER = re.compile(r"(.*) - (words|segments|turns|events|phones|phonemes)(?: \d+)?", re.DOTALL)
_KINDS = {"words": "words", "word": "words", "phones": "phones", "phonemes": "phones", "segments": "segments"}


@dataclass(frozen=True)
class Value:
    """A number, text or flag with the position where it stands."""

    text: str
    at: int

    @property
    def quoted(self) -> bool:
        return self.text.startswith('"') and len(self.text) > 1


class Stream:
    """The values of a text one after the other, with errors that know the place."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where = text, where
        self._values = self._found()
        self.at = 0

    def _found(self) -> Iterator[Value]:
        for found in _VALUE.finditer(self._text):
            token = found[0]
            if token.startswith("!"):
                continue
            if token[0] == '"' or (token[0] == "<" and len(token) > 1) or re.fullmatch(r"-?\d[\d.eE+-]*", token):
                yield Value(token, found.start())

    def next(self, what: str) -> Value:
        found = next(self._values, None)
        if found is None:
            raise self.error(f"the file ends where {what} should stand", len(self._text))
        self.at = found.at
        return found

    def word(self) -> str:
        """The next value without its quotes, or nothing at the end."""
        found = next(self._values, None)
        return "" if found is None else found.text.strip('"')

    def number(self, what: str) -> float:
        found = self.next(what)
        try:
            value = float(found.text)
        except ValueError:
            value = float("nan")
        if not abs(value) < 1e9:
            raise self.error(f"here should be {what}, not {found.text[:20]}", found.at)
        return value

    def text(self, what: str) -> str:
        found = self.next(what)
        if not found.quoted:
            raise self.error(f"here should be {what} in quotes, not {found.text[:20]}", found.at)
        return found.text[1:-1].replace('""', '"')

    def error(self, what: str, at: int) -> Exception:
        line, column = self.place(at)
        return broken(what, self._where, line, column)

    def place(self, at: int) -> tuple[int, int]:
        return self._text.count("\n", 0, at) + 1, at - (self._text.rfind("\n", 0, at) + 1) + 1

    def span(self) -> tuple[float, float]:
        """Two numbers as a span. Raises: FormatError when they run backwards."""
        start = self.number("a start time")
        place = self.place(self.at)
        end = self.number("an end time")
        return span_of(max(0.0, start), max(0.0, end), self._where, *place)


def parsed(data: str | bytes, where: str) -> Result:
    """The result in a TextGrid. Raises: FormatError."""
    text = decoded(data, where)
    stream = Stream(text, where)
    for wanted in ("ooTextFile", "TextGrid"):
        if stream.word().removesuffix("short").strip() != wanted:
            raise broken("a TextGrid begins with ooTextFile and TextGrid", where, 1, fix="Save it in Praat as a text file")
    stream.number("the start time")
    last = stream.number("the end time")
    builder = Builder()
    if stream.next("<exists>").text == "<exists>":
        for _ in range(_count(stream, "the number of tiers")):
            _tier(stream, builder)
    return builder.result(where, last)


def _tier(stream: Stream, builder: Builder) -> None:
    kind = stream.text("a tier's class")
    name = stream.text("a tier's name")
    stream.number("a tier's start")
    stream.number("a tier's end")
    for _ in range(_count(stream, "the number of intervals")):
        if kind == "TextTier":
            time = max(0.0, stream.number("a time"))
            builder.point(name, time, stream.text("a mark"))
        else:
            start, end = stream.span()
            builder.interval(name, start, end, stream.text("an interval's text"))


def _count(stream: Stream, what: str) -> int:
    value = stream.number(what)
    if value < 0 or value != int(value):
        raise stream.error(f"{what} cannot be {value:g}", stream.at)
    return int(value)


class Builder:
    """Collects the intervals of all tiers and puts them together to one result."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.segments: list[Segment] = []
        self.turns: list[Turn] = []
        self.events: list[Event] = []

    def interval(self, tier: str, start: float, end: float, text: str) -> None:
        if not text.strip():
            return
        found = _TIER.fullmatch(tier)
        who, kind = (found[1], found[2]) if found else ("", _KINDS.get(tier.lower().rstrip(" 0123456789"), "tier"))
        speaker = None if who in ("", NOBODY) else who
        if kind == "words":
            self.words.append(Word(start, end, text, speaker=speaker))
        elif kind == "turns":
            self.turns.append(Turn(start, end, who))
        elif kind == "events":
            self.events.append(Event(start, end, text, layer=who))
        elif kind in ("phones", "phonemes"):
            self.events.append(Event(start, end, text, layer="phone"))
        else:
            self.segments.append(Segment(start, end, text, speaker=speaker if found or kind == "segments" else tier))

    def point(self, tier: str, time: float, mark: str) -> None:
        if mark.strip():
            start = round(time, 3)
            self.events.append(Event(start, round(start + 0.001, 3), mark, layer=tier))

    def result(self, where: str, last: float) -> Result:
        """Words go to the segment of their speaker in which their middle lies, else to a segment of their own."""
        self.words.sort(key=lambda w: (w.start, w.end))
        self.segments.sort(key=lambda s: (s.start, s.end))
        homes: dict[int, list[Word]] = {}
        strays: list[Segment] = []
        for word in self.words:
            home = self._home(word)
            if home is None:
                strays.append(Segment(word.start, word.end, word.text, words=(word,), speaker=word.speaker))
            else:
                homes.setdefault(home, []).append(word)
        segments = [
            Segment(s.start, s.end, s.text, words=tuple(homes[i]) if i in homes else None, speaker=s.speaker)
            for i, s in enumerate(self.segments)
        ]
        found = sorted([*segments, *(strays if self.segments else _joined(strays))], key=lambda s: (s.start, s.end))
        spans = [*self.segments, *self.words, *self.turns, *self.events]
        duration = max([grid_duration(max(last, 0.0)), *(s.end for s in spans)])
        return Result(
            recording_of(where, duration or None),
            segments=tuple(found) if found else None,
            turns=tuple(sorted(self.turns, key=lambda t: t.start)) or None,
            events=tuple(sorted(self.events, key=lambda e: e.start)) or None,
        )

    def _home(self, word: Word) -> int | None:
        """The segment a word belongs to: of its own speaker before one of nobody's, before one that has its text."""
        middle = (word.start + word.end) / 2
        best: tuple[int, int] | None = None
        for i, segment in enumerate(self.segments):
            if segment.start > middle:
                break
            if middle >= segment.end:
                continue
            rank = 0 if segment.speaker == word.speaker else 1 if None in (segment.speaker, word.speaker) else 2
            if (rank < 2 or word.text in segment.text) and (best is None or rank < best[0]):
                best = (rank, i)
        return None if best is None else best[1]


def _joined(strays: list[Segment]) -> list[Segment]:
    """Words without any segments become phrases of one speaker, cut at pauses of half a second."""
    phrases: list[list[Segment]] = []
    for stray in strays:
        last = phrases[-1][-1] if phrases else None
        if last is not None and last.speaker == stray.speaker and stray.start - last.end < 0.5:
            phrases[-1].append(stray)
        else:
            phrases.append([stray])
    return [
        Segment(
            p[0].start,
            max(s.end for s in p),
            " ".join(s.text for s in p),
            words=tuple(w for s in p for w in s.words or ()),
            speaker=p[0].speaker,
        )
        for p in phrases
    ]
