"""Results for the tests of formats: drawn by hypothesis, and one by hand that holds everything."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from aural.results import Beat, Curve, Event, Label, Note, Recording, Result, Segment, Span, Speaker, Turn, Word

ODD_NAMES = (
    "SPEAKER_00",
    'Ann "Q" O\'Hara',
    "Müller, Eva",
    "a]: b\\",
    "two\nlines",
    "👩‍🚀",
    "שרה כהן",
    "x\ty",
    "<script>alert(1)</script>",
    "unknown",
    "a: b",
    "100 % <NA>",
    "&amp;",
    "*bold*|cell|",
)
ODD_WORDS = (
    "Hello,",
    "world.",
    "1,250",
    "$3.50",
    "3rd",
    "a-->b",
    '"quoted"',
    "<b",
    "&lt;",
    "[x]:",
    "Note:",
    "ünïcödé",
    "שלום",
    "🎉",
    "x\\y",
    "#5",
    "50%",
    ";;no",
    "-->",
    "[ti:x]",
    "don't",
    "*",
    "|",
    "1.",
    "end?",
    "</script>",
    "天地玄黄宇宙洪荒日月",
)

texts = st.one_of(st.sampled_from(ODD_WORDS), st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)).filter(
    lambda t: t.split() and "\0" not in t
)
one_words = texts.map(lambda t: "".join(t.split())).filter(bool)
shares = st.one_of(st.none(), st.integers(0, 10_000).map(lambda n: n / 10_000))


@st.composite
def results(draw: st.DrawFn) -> Result:
    """A result whose speakers each speak in order, over one another as it comes; up to five hours long."""
    offset = draw(st.sampled_from([0, 14_400_000]))
    labels = draw(st.lists(st.sampled_from(ODD_NAMES), min_size=1, max_size=3, unique=True))
    segments: list[Segment] = []
    turns: list[Turn] = []
    for label in labels:
        at = offset + draw(st.integers(0, 5000))
        for _ in range(draw(st.integers(0, 4))):
            # Nobody's words stay in one lane, since their order is only kept where they do not overlap.
            segment = draw(_segment(at, draw(st.sampled_from([label, None])) if label == labels[0] else label))
            segments.append(segment)
            turns.append(Turn(segment.start, segment.end, label, confidence=draw(shares)))
            at = round(segment.end * 1000) + draw(st.integers(0, 3000))
    segments = _in_order(segments)
    events = draw(st.lists(_event(offset), max_size=3))
    ends = [s.end for s in (*segments, *events)]
    return Result(
        Recording(draw(st.sampled_from(["talk.wav", 'odd "name", 1\n.wav', "день.mp3"])), max([1.0, *ends]), 16000, 1, "ab" * 32),
        made_by={"recognizer": "some-model"},
        language=draw(st.sampled_from([None, "en"])),
        segments=tuple(segments),
        turns=draw(st.sampled_from([None, tuple(turns)])),
        events=draw(st.sampled_from([None, tuple(events)])),
        speakers=tuple(Speaker(label) for label in labels),
    )


def _in_order(segments: list[Segment]) -> list[Segment]:
    """Word starts may not go back over the segments: those that would lose their words."""
    floor, kept = 0.0, []
    for s in sorted(segments, key=lambda s: s.start):
        if s.words and s.words[0].start < floor:
            s = Segment(s.start, s.end, s.text, speaker=s.speaker)
        floor = s.words[-1].start if s.words else floor
        kept.append(s)
    return kept


@st.composite
def _segment(draw: st.DrawFn, at: int, speaker: str | None) -> Segment:
    words = draw(st.lists(one_words, min_size=1, max_size=30))
    timed = draw(st.booleans())
    spans, now = [], at
    for _ in words:
        now += draw(st.integers(0, 400))
        length = draw(st.integers(1, 900))
        spans.append((now / 1000, (now + length) / 1000))
        now += length
    found = tuple(
        Word(start, end, text, speaker=speaker, confidence=draw(shares)) for text, (start, end) in zip(words, spans, strict=True)
    )
    return Segment(spans[0][0], spans[-1][1], " ".join(words), speaker=speaker, words=found if timed else None)


@st.composite
def _event(draw: st.DrawFn, offset: int) -> Event:
    start = offset + draw(st.integers(0, 9000))
    end = start + draw(st.integers(1, 4000))
    layer = draw(st.sampled_from(["sound", "overlap", "a layer"]))
    return Event(start / 1000, end / 1000, draw(texts), score=draw(shares), layer=layer)


def everything() -> Result:
    """A small result in which every field of every type is filled."""
    words = (
        Word(0.5, 0.9, "It", confidence=0.9, speaker="SPEAKER_00", channel=0),
        Word(0.9, 1.4, "cost", confidence=0.4, speaker="SPEAKER_00", channel=0),
        Word(1.4, 2.2, "$150.", spoken="one fifty", confidence=0.8, speaker="SPEAKER_01", timed="guessed", channel=0),
    )
    segment = Segment(
        0.5,
        2.2,
        "It cost $150.",
        words=words,
        speaker="SPEAKER_00",
        language="en",
        confidence=0.7,
        channel=0,
        scores={"avg_logprob": -0.25, "no_speech_prob": 0.01, "lm": -3.5},
        alternatives=("It cost 150.",),
    )
    return Result(
        Recording("talk.wav", 4.0, 16000, 2, "cd" * 32),
        made_by={"recognizer": "some-model"},
        language="en",
        speech=(Span(0.4, 2.3, channel=1),),
        segments=(segment,),
        turns=(Turn(0.5, 1.4, "SPEAKER_00", confidence=0.9), Turn(1.2, 2.2, "SPEAKER_01", channel=1)),
        speakers=(Speaker("SPEAKER_00", "Sarah Ward", 0.71, (Label("female", 0.98),)), Speaker("SPEAKER_01")),
        events=(Event(2.5, 3.0, "Door, knock", score=0.6), Event(1.2, 1.4, "overlap", layer="overlap", channel=1)),
        labels=(Label("Speech", 0.99), Label("Music")),
        notes=(Note(3.0, 3.5, 69.5, velocity=90),),
        beats=(Beat(1.0, 1), Beat(1.5)),
        curves=(Curve("pitch", "Hz", 0.0, 0.01, np.array([100.25, np.nan, -np.inf, 99.0])),),
    )
