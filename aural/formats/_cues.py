"""Subtitle cues from speech: cut where sense allows, within limits of length, time and reading speed.

The limits follow common broadcasters' and netiquette rules: 37 to 42 characters in two lines, one to
seven seconds, at most 17 to 20 characters a second where the speech leaves room for it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from aural.formats._lines import tag
from aural.formats._options import CueOptions
from aural.formats._speech import Run, ends_sentence, runs_of
from aural.formats._tokens import Token, glued, tokens_of
from aural.results import Result

_CLAUSES = ",;:—–、，；："
_PAUSE = 0.3
_HOLE = 2.0
_NO_BREAK = math.inf


@dataclass(frozen=True)
class Limits:
    """What a cue must keep: characters a line, lines, seconds, characters a second, words a line."""

    width: int
    lines: int
    shortest: float
    longest: float
    speed: float
    gap: float
    words: int | None = None
    whole: bool = False


@dataclass(frozen=True)
class Cue:
    """One subtitle: lines of tokens, shown from start to end (s), said by `speaker`.

    `tag_apart`: the speaker's tag is so long that it takes a line of its own.
    """

    start: float
    end: float
    speaker: str | None
    lines: tuple[tuple[Token, ...], ...]
    tag_apart: bool = False

    @property
    def tokens(self) -> tuple[Token, ...]:
        return tuple(token for line in self.lines for token in line)


_PRESETS = {
    "subtitles": Limits(42, 2, 1.0, 7.0, 20.0, 0.0),
    "broadcast": Limits(37, 2, 1.0, 6.0, 17.0, 0.08),
    "whisper": Limits(10**9, 1, 0.0, 10.0**9, 10.0**9, 0.0, whole=True),
}


def limits_of(options: CueOptions) -> Limits:
    """The preset's limits, with what the options change. A given width or count ends `whisper`'s whole segments."""
    limits = _PRESETS[options.preset]
    if options.max_line_width is not None:
        limits = replace(limits, width=max(1, options.max_line_width), whole=False)
    if options.max_line_count is not None:
        limits = replace(limits, lines=max(1, options.max_line_count), whole=limits.whole and options.max_line_width is None)
    if options.max_words_per_line is not None:
        limits = replace(limits, words=max(1, options.max_words_per_line), whole=False)
    return limits


def cues_of(result: Result, options: CueOptions | None = None, tags: bool = True) -> list[Cue]:
    """Cues in order of time that never overlap; each word stands in one of them, in its speaker's order.

    `tags`: the speaker is written out in the first line, as `[Sarah]: `, and counts against its width.
    """
    limits = limits_of(options or CueOptions())
    cues: list[Cue] = []
    for run in runs_of(result):
        cues += _cues_of_run(run, limits, tag_width(run.speaker) if tags else 0)
    cues.sort(key=lambda c: c.start)
    return _apart(cues, limits, result.duration)


def _cues_of_run(run: Run, limits: Limits, head: int) -> list[Cue]:
    tokens = tokens_of(run, limits.width)
    if not tokens:
        return []
    apart = 2 * head > limits.width and limits.lines > 1
    if apart:
        head, limits = 0, replace(limits, lines=limits.lines - 1)
    if limits.whole:
        return [Cue(run.start, run.end, run.speaker, (tuple(tokens),))]
    found = []
    for first, last in _cuts(tokens, limits, head):
        part = tokens[first : last + 1]
        end = min(part[-1].end, part[0].start + limits.longest)
        end = max(end, part[0].start + 0.001)
        found.append(Cue(part[0].start, end, run.speaker, _balanced(part, limits, head), apart))
    return found


def tag_width(speaker: str | None) -> int:
    """Characters that the speaker's tag takes from the first line, its blank included."""
    return 0 if speaker is None else len(tag(speaker)) + 1


def _cuts(tokens: Sequence[Token], limits: Limits, head: int) -> list[tuple[int, int]]:
    """First and last token of each cue: the cheapest way through, found from the end backwards."""
    count = len(tokens)
    ends = [_end_cost(tokens, i) for i in range(count)]
    best = [0.0] * (count + 1)
    step = [0] * count
    for i in range(count - 1, -1, -1):
        best[i] = _NO_BREAK
        fill = _Fill(limits, head)
        inner = 0.0
        for j in range(i, count):
            fits = fill.add(tokens[j])
            if j > i and not (fits and _together(tokens, i, j, limits)):
                break
            cost = 1.0 + ends[j] + inner + _haste(tokens, i, j, limits, fill.size) + best[j + 1]
            if cost < best[i]:
                best[i], step[i] = cost, j
            inner += _inner_cost(tokens[j], fill.size, limits)
    cuts, i = [], 0
    while i < count:
        cuts.append((i, step[i]))
        i = step[i] + 1
    return cuts


class _Fill:
    """Fills lines one token after the other, as full as they get: what does not fit so fits in no way."""

    def __init__(self, limits: Limits, head: int) -> None:
        self._limits = limits
        self._line, self._words, self._column = 1, 0, head
        self.size = 0

    def add(self, token: Token) -> bool:
        """Put the token behind the others; False when the cue is then too large."""
        joint = 1 if self._words and not glued(token) else 0
        limits = self._limits
        full = limits.words is not None and self._words >= limits.words
        if self._words and (full or self._column + joint + len(token.text) > limits.width):
            self._line += 1
            self._words, self._column, joint = 0, 0, 0
        self._words += 1
        self._column += joint + len(token.text)
        self.size += joint + len(token.text)
        return self._line <= limits.lines


def _together(tokens: Sequence[Token], first: int, last: int, limits: Limits) -> bool:
    """Whether the tokens may share a cue: not longer than the longest, and no hole in the speech."""
    hole = tokens[last].start - tokens[last - 1].end
    return tokens[last].end - tokens[first].start <= limits.longest and hole <= _HOLE


def _end_cost(tokens: Sequence[Token], i: int) -> float:
    """How bad it is to end a cue after token i: a sentence costs nothing, a word in mid-sense most."""
    if i == len(tokens) - 1 or ends_sentence(tokens[i].text):
        return 0.0
    pause = tokens[i + 1].start - tokens[i].end
    if tokens[i].text.endswith(tuple(_CLAUSES)):
        return 0.7
    if pause >= _PAUSE:
        return max(0.3, 1.4 - pause)
    # A short last word is mostly an article or a preposition that belongs to what follows.
    return 2.5 if len(tokens[i].text) > 3 else 3.2


def _inner_cost(token: Token, size: int, limits: Limits) -> float:
    """How bad it is to go on after this token: a sentence that ended should end its cue, most when the cue is long."""
    if ends_sentence(token.text):
        return 0.6 if size < limits.width * 0.6 else 1.4
    return 0.0


def _haste(tokens: Sequence[Token], first: int, last: int, limits: Limits, size: int) -> float:
    """How bad the reading gets: too many characters a second, or a cue that only flashes up."""
    until = tokens[last + 1].start if last + 1 < len(tokens) else tokens[last].end + limits.shortest
    seconds = max(0.05, min(until - tokens[first].start, limits.longest))
    fast = max(0.0, size / seconds / limits.speed - 1.0)
    return min(3.0, 2.0 * fast) + 1.5 * max(0.0, limits.shortest - seconds)


def _balanced(tokens: Sequence[Token], limits: Limits, head: int) -> tuple[tuple[Token, ...], ...]:
    """The tokens in as few lines as they need, of like lengths, broken at a clause where that is near."""
    count = len(tokens)
    fewest = _fewest_lines(tokens, limits, head)
    if fewest == 1:
        return (tuple(tokens),)
    # Where each token begins and ends on one long line: the length of any part is a difference.
    ends = list(accumulate(len(t.text) + (0 if glued(t) or not i else 1) for i, t in enumerate(tokens)))
    begins = [e - len(t.text) for e, t in zip(ends, tokens, strict=True)]
    clauses = [0.0 if t.text.endswith((*_CLAUSES, *".?!")) else 0.15 for t in tokens]
    even = (head + ends[-1]) / fewest
    best: list[list[float]] = [[_NO_BREAK] * (count + 1) for _ in range(fewest + 1)]
    step = [[0] * (count + 1) for _ in range(fewest + 1)]
    best[0][count] = 0.0
    for left in range(1, fewest + 1):
        for i in range(count):
            lead = head if left == fewest and i == 0 else 0
            for j in range(i + 1, count + 1):
                size = lead + ends[j - 1] - begins[i]
                crowded = size > limits.width or (limits.words is not None and j - i > limits.words)
                if crowded and j > i + 1:
                    break
                cost = ((size - even) / even) ** 2 + (clauses[j - 1] if j < count else 0.0) + best[left - 1][j]
                if cost < best[left][i]:
                    best[left][i], step[left][i] = cost, j
    lines, i = [], 0
    for left in range(fewest, 0, -1):
        j = step[left][i]
        lines.append(tuple(tokens[i:j]))
        i = j
    return tuple(lines)


def _fewest_lines(tokens: Sequence[Token], limits: Limits, head: int) -> int:
    for lines in range(1, len(tokens) + 1):
        fill = _Fill(replace(limits, lines=lines), head)
        if all(fill.add(token) for token in tokens):
            return lines
    return len(tokens)


def _length(tokens: Sequence[Token]) -> int:
    return sum(len(t.text) + (0 if glued(t) or not i else 1) for i, t in enumerate(tokens))


def _apart(cues: Sequence[Cue], limits: Limits, duration: float | None) -> list[Cue]:
    """Cues that do not overlap: each stays until it can be read, as far as the next one leaves room.

    Where two people speak at once the second cue waits until the first could be read, but no
    longer than the first lasts. Counted in whole milliseconds.
    """
    count = len(cues)
    limit = round(duration * 1000) if duration is not None else None
    starts = [round(c.start * 1000) for c in cues]
    ends = [max(round(c.end * 1000), s + 1) for c, s in zip(cues, starts, strict=True)]
    for i, cue in enumerate(cues):
        if i:
            starts[i] = max(starts[i], ends[i - 1])
        need = round(1000 * _needed(cue, limits))
        wish = max(min(ends[i], starts[i] + round(limits.longest * 1000)), starts[i] + need)
        if i + 1 < count:
            following = round(cues[i + 1].start * 1000)
            room = following - (round(limits.gap * 1000) if following - starts[i] > need else 0)
            both = ends[i] - starts[i]
            wish = min(wish, max(room, starts[i] + min(need, both if following < ends[i] else 0), starts[i] + 1))
        ends[i] = max(wish, starts[i] + 1)
    for i in range(count - 1, -1, -1):
        last = (starts[i + 1] if i + 1 < count else limit) or ends[i]
        ends[i] = min(ends[i], last)
        starts[i] = max(0, min(starts[i], ends[i] - 1))
    return [replace(c, start=s / 1000, end=e / 1000) for c, s, e in zip(cues, starts, ends, strict=True)]


def _needed(cue: Cue, limits: Limits) -> float:
    """Seconds that reading the cue takes, within the shortest and the longest."""
    return min(limits.longest, max(limits.shortest, _length(cue.tokens) / limits.speed))
