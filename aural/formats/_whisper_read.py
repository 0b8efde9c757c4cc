"""Results from the JSON of whisper, faster-whisper, whisperX and OpenAI's service: lenient where they are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from aural.formats._json_write import WHISPER_SCORES
from aural.formats._lines import broken, recording_of
from aural.results import Result, Segment, Word, grid_span


def from_whisper(found: Mapping[str, Any], where: str) -> Result:
    """A result from a dictionary with `segments` (or `text` alone, which then has no times).

    Words without times (numerals, in whisperX) are spread between their neighbors and marked guessed.
    Raises: FormatError when there are neither segments nor words.
    """
    listed = found.get("segments")
    loose = [w for w in _list(found.get("words") or found.get("word_segments")) if isinstance(w, dict)]
    if not isinstance(listed, list):
        if not loose:
            raise broken("this JSON holds no 'segments'", where, 1, fix="Give a file that aural or whisper wrote")
        listed = [{"start": loose[0].get("start"), "end": loose[-1].get("end"), "text": found.get("text"), "words": loose}]
        loose = []
    segments = tuple(s for s in (_segment(s, loose) for s in listed) if s is not None)
    language = found.get("language")
    duration = _number(found.get("duration"))
    ends = [s.end for s in segments] + [w.end for s in segments for w in s.words or ()]
    if duration is not None:
        duration = max([duration, *ends])
    return Result(
        recording_of(where, duration), language=language if isinstance(language, str) else None, segments=_in_order(segments)
    )


def _segment(found: Any, loose: list[dict[str, Any]]) -> Segment | None:
    if not isinstance(found, dict):
        return None
    words = [w for w in _list(found.get("words")) if isinstance(w, dict)]
    start, end = _number(found.get("start")), _number(found.get("end"))
    if start is None or end is None:
        times = [t for w in words for t in (_number(w.get("start")), _number(w.get("end"))) if t is not None]
        if not times:
            return None
        start, end = min(times), max(times)
    if not words and loose:
        words = [w for w in loose if start <= (_middle(w) or -1.0) < end]
    first, last = grid_span(max(start, 0.0), max(end, start, 0.0))
    text = found.get("text")
    speaker, language = found.get("speaker"), found.get("language")
    scores = {name: value for name in WHISPER_SCORES if (value := _number(found.get(name))) is not None}
    timed = _words(words, first, last) if words else None
    if not isinstance(text, str):
        text = " ".join(w.text for w in timed or ())
    return Segment(
        first,
        last,
        text.strip(),
        words=timed,
        speaker=speaker if isinstance(speaker, str) else None,
        language=language if isinstance(language, str) else None,
        scores=scores,
    )


def _words(found: list[dict[str, Any]], start: float, end: float) -> tuple[Word, ...]:
    spans = [(_number(w.get("start")), _number(w.get("end"))) for w in found]
    guessed = _spread(spans, start, end)
    words: list[Word] = []
    floor = 0.0
    for item, span, (first, last) in zip(found, spans, guessed, strict=True):
        first, last = grid_span(max(first, floor), max(last, first, floor))
        floor = first
        text = item.get("word", item.get("text"))
        speaker = item.get("speaker")
        score = _number(item.get("probability", item.get("score")))
        words.append(
            Word(
                first,
                last,
                str(text).strip() if text is not None else "",
                confidence=score,
                speaker=speaker if isinstance(speaker, str) else None,
                timed="guessed" if None in span else "measured",
            )
        )
    return tuple(words)


def _spread(spans: list[tuple[float | None, float | None]], start: float, end: float) -> list[tuple[float, float]]:
    """All spans, those without times evenly between the known ones around them."""
    filled: list[tuple[float, float]] = []
    i = 0
    while i < len(spans):
        first, last = spans[i]
        if first is not None and last is not None:
            filled.append((first, last))
            i += 1
            continue
        j = i
        while j < len(spans) and None in spans[j]:
            j += 1
        left = filled[-1][1] if filled else start
        right = max(left, next((s for s, _ in spans[j : j + 1] if s is not None), end))
        step = (right - left) / (j - i)
        filled += [(left + k * step, left + (k + 1) * step) for k in range(j - i)]
        i = j
    return filled


def _in_order(segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """Segments by start; words that would then go back in time wait for the one before."""
    ordered, floor = [], 0.0
    for segment in sorted(segments, key=lambda s: s.start):
        words = []
        for word in segment.words or ():
            if word.start < floor:
                first, last = grid_span(floor, max(word.end, floor))
                word = Word(first, last, word.text, confidence=word.confidence, speaker=word.speaker, timed="guessed")
            floor = word.start
            words.append(word)
        end = max([segment.end, *(w.end for w in words)])
        ordered.append(_with(segment, end, tuple(words) if segment.words is not None else None))
    return tuple(ordered)


def _with(segment: Segment, end: float, words: tuple[Word, ...] | None) -> Segment:
    return Segment(
        segment.start, end, segment.text, words=words, speaker=segment.speaker, language=segment.language, scores=segment.scores
    )


def _middle(word: Mapping[str, Any]) -> float | None:
    start, end = _number(word.get("start")), _number(word.get("end"))
    return None if start is None or end is None else (start + end) / 2


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= abs(value) < 1e9
    return float(value) if good else None
