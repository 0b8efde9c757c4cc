"""The transcript of the page as HTML, word by word, and what the page's script must know of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

from aural.formats._lines import names_of, shown, squeezed
from aural.formats._speech import Paragraph, Run, paragraphs_of
from aural.formats._tokens import tokens_of
from aural.results import Event, Result, Segment, Turn, Word, clock

# Words below the first confidence are marked as likely wrong, below the second as to be checked.
WRONG, DOUBTED = 0.5, 0.75
_HUES = 8


@dataclass(frozen=True)
class Voices:
    """The speakers in the order in which they are first heard; the place gives the color."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, result: Result) -> Voices:
        """Every speaker that anything in the result names."""
        named = names_of(result)
        spans: list[Segment | Turn | Word] = [*(result.segments or ()), *(result.turns or ()), *result.words()]
        spans.sort(key=lambda s: s.start)
        labels = [*(s.speaker for s in spans), *(s.label for s in result.speakers or ())]
        return cls(tuple(dict.fromkeys(name for label in labels if (name := shown(named, label)))))

    def number(self, name: str | None) -> int:
        """The speaker's place, -1 for nobody."""
        return self.names.index(name) if name in self.names else -1

    def style(self) -> str:
        """One class a speaker: eight chosen colors, then hues a golden angle apart."""
        rules = []
        for i in range(len(self.names)):
            hue = round(i * 137.5) % 360
            tone = f"var(--s{i})" if i < _HUES else f"light-dark(hsl({hue} 55% 40%), hsl({hue} 70% 74%))"
            rules.append(f".s{i}{{--tone:{tone}}}")
        return "\n".join(rules) + "\n"


@dataclass
class Body:
    """The transcript's HTML and, for its words in order, times (ms) and confidences (percent, -1 unknown)."""

    html: str = ""
    end: float = 0.0
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    sure: list[int] = field(default_factory=list)
    guessed: list[int] = field(default_factory=list)
    wrong: int = 0
    doubted: int = 0


def body_of(result: Result, voices: Voices) -> Body:
    """Paragraphs with the sounds between them, in order of time."""
    body = Body()
    parts: list[str] = []
    sounds = sorted((e for e in result.events or () if e.layer == "sound"), key=lambda e: e.start)
    busy_until, before = 0.0, None
    for paragraph in paragraphs_of(result):
        while sounds and sounds[0].start < paragraph.start:
            parts.append(_heard(sounds.pop(0)))
            before = None
        over = paragraph.start < busy_until - 0.15 and paragraph.speaker is not None
        parts.append(_paragraph(paragraph, voices, body, before == paragraph.speaker and before is not None, over))
        busy_until, before = max(busy_until, paragraph.end), paragraph.speaker
    parts += [_heard(e) for e in sounds]
    if not body.starts:
        what = "Nobody speaks in this recording." if result.segments is not None else "The words were not asked for."
        parts.insert(0, f'<p class="empty">{what}</p>')
    body.html = "\n".join(parts)
    spans = [*(result.segments or ()), *(result.turns or ()), *(result.events or ()), *result.words()]
    body.end = max([s.end for s in spans], default=0.0)
    return body


def legend_of(body: Body) -> str:
    """What the marks in the text mean, where there are any."""
    parts = []
    if body.wrong or body.doubted:
        count = body.wrong + body.doubted
        noun = "word" if count == 1 else "words"
        parts.append(
            f'<button type="button" id="doubts" title="Go to the next one (U)">{count:,} {noun} to check</button>'
            '<span><span class="u">unsure</span> · <span class="d">likely wrong</span></span>'
        )
    if body.guessed:
        parts.append('<span class="g">time guessed</span>')
    return f'<p class="legend">{"".join(parts)}</p>' if parts else ""


def _paragraph(paragraph: Paragraph, voices: Voices, body: Body, same: bool, over: bool) -> str:
    number = voices.number(paragraph.speaker)
    first = len(body.starts)
    words = "".join(word for run in paragraph.runs for word in _words(run, body)).strip()
    classes = "par" + (f" s{number}" if number >= 0 else "") + (" same" if same else "")
    time = clock(paragraph.start)[:-4]
    name = f'<b data-voice="{number}" dir="auto">{escape(paragraph.speaker)}</b>' if paragraph.speaker else ""
    who = f"{paragraph.speaker}, " if paragraph.speaker else ""
    mark = '<span class="over">at the same time</span>' if over else ""
    return (
        f'<section class="{classes}" data-w="{first}"><p class="who">{name}'
        f'<button type="button" class="go" aria-label="{escape(who)}play from {time}">{time}</button>{mark}</p>'
        f'<p class="say" dir="auto">{words}</p></section>'
    )


def _words(run: Run, body: Body) -> Iterator[str]:
    """One span a word; blanks between where the text has them."""
    for text, start, end, sure, guessed, joined in _timed(run):
        percent = -1 if sure is None else round(sure * 100)
        marks = []
        if sure is not None and sure < DOUBTED:
            marks.append("d" if sure < WRONG else "u")
            body.wrong, body.doubted = body.wrong + (sure < WRONG), body.doubted + (sure >= WRONG)
        if guessed:
            marks.append("g")
            body.guessed.append(len(body.starts))
        body.starts.append(round(start * 1000))
        body.ends.append(max(round(end * 1000), body.starts[-1] + 1))
        body.sure.append(percent)
        marked = f' class="{" ".join(marks)}"' if marks else ""
        yield ("" if joined else " ") + f"<span{marked}>{escape(text)}</span>"


def _timed(run: Run) -> Iterator[tuple[str, float, float, float | None, bool, bool]]:
    """(text, start, end, confidence, guessed, joined to the one before) of each word."""
    if run.words is None:
        for token in tokens_of(run):
            yield token.text, token.start, token.end, None, True, token.joined
        return
    at = 0
    for word in run.words:
        text = squeezed(word.text)
        if not text:
            continue
        place = run.text.find(text, at)
        joined = place == at and at > 0
        at = place + len(text) if place >= 0 else at
        yield text, word.start, word.end, word.confidence, word.timed == "guessed", joined


def _heard(event: Event) -> str:
    label = escape(re.sub(r"\s+", " ", squeezed(event.label)))
    time = clock(event.start)[:-4]
    return (
        f'<p class="heard"><button type="button" data-at="{event.start:.3f}" aria-label="Sound: {label}, play from {time}">'
        f"<span>{label}</span><time>{time}</time></button></p>"
    )
