"""A result as JSON text, one word, turn or event a line; the page of the same name and the HTML page write it."""

from __future__ import annotations

import json
from typing import Any

from aural.results import Curve, Label, Result, Segment, Span, Word

SCHEMA = "aural/1"

# Scores that whisper's files carry beside the text of a segment; all others stand in "scores".
WHISPER_SCORES = ("avg_logprob", "no_speech_prob", "compression_ratio", "temperature")
_WIDTH = 150


def json_text(result: Result) -> str:
    """The result as JSON: sorted keys, what was not asked is absent."""
    text = _laid_out(as_dict(result), "") + "\n"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # A lone surrogate (from a file name, say) can only be written escaped.
        text = json.dumps(as_dict(result), sort_keys=True, indent=1) + "\n"
    return text


def as_dict(result: Result) -> dict[str, Any]:
    """The result as plain dictionaries, lists and numbers, as the schema says."""
    recording = result.recording
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "recording": _without_none(
            name=recording.name,
            duration=recording.duration,
            sample_rate=recording.sample_rate,
            channels=recording.channels,
            sha256=recording.sha256,
        ),
    }
    if result.made_by:
        found["made_by"] = dict(result.made_by)
    if result.language is not None:
        found["language"] = result.language
    if result.segments is not None:
        found["text"] = result.text
        found["segments"] = [_segment(i, s) for i, s in enumerate(result.segments)]
    if result.speech is not None:
        found["speech"] = [_span(s) for s in result.speech]
    if result.turns is not None:
        found["turns"] = [_span(t) | _without_none(speaker=t.speaker, confidence=t.confidence) for t in result.turns]
    if result.speakers is not None:
        found["speakers"] = [
            _without_none(label=s.label, name=s.name, score=s.score, traits=[_label(t) for t in s.traits] or None)
            for s in result.speakers
        ]
    if result.events is not None:
        found["events"] = [_span(e) | _without_none(label=e.label, score=e.score, layer=e.layer) for e in result.events]
    if result.labels is not None:
        found["labels"] = [_label(x) for x in result.labels]
    if result.notes is not None:
        found["notes"] = [_span(n) | {"pitch": n.pitch, "velocity": n.velocity} for n in result.notes]
    if result.beats is not None:
        found["beats"] = [_without_none(time=b.time, position=b.position) for b in result.beats]
    if result.curves is not None:
        found["curves"] = [_curve(c) for c in result.curves]
    return found


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    scores = dict(segment.scores)
    found = _span(segment) | {"id": number, "text": segment.text}
    found |= {name: scores.pop(name) for name in WHISPER_SCORES if name in scores}
    found |= _without_none(
        speaker=segment.speaker,
        language=segment.language,
        confidence=segment.confidence,
        scores=scores or None,
        alternatives=list(segment.alternatives) or None,
    )
    if segment.words is not None:
        found["words"] = [_word(w) for w in segment.words]
    return found


def _word(word: Word) -> dict[str, Any]:
    return _span(word) | _without_none(
        word=word.text, spoken=word.spoken, probability=word.confidence, speaker=word.speaker, timed=word.timed
    )


def _span(span: Span) -> dict[str, Any]:
    return _without_none(start=span.start, end=span.end, channel=span.channel)


def _label(label: Label) -> dict[str, Any]:
    return _without_none(label=label.label, score=label.score)


def _curve(curve: Curve) -> dict[str, Any]:
    values = [_number(float(v)) for v in curve.values]
    return {"name": curve.name, "unit": curve.unit, "start": curve.start, "hop": curve.hop, "values": values}


def _number(value: float) -> float | str | None:
    """JSON has no NaN (null here) and no infinity (a text here)."""
    if value != value:
        return None
    return value if abs(value) != float("inf") else ("inf" if value > 0 else "-inf")


def _without_none(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _laid_out(value: Any, indent: str) -> str:
    """JSON text with one word, turn or event a line: short enough to read, flat enough to compare."""
    flat = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    if not isinstance(value, dict | list) or not value or (len(flat) <= _WIDTH and not _nested(value)):
        return flat
    deeper = indent + " "
    if isinstance(value, dict):
        parts = [f"{json.dumps(k, ensure_ascii=False)}: {_laid_out(value[k], deeper)}" for k in sorted(value)]
        opened, closed = "{", "}"
    else:
        parts = [_laid_out(v, deeper) for v in value]
        opened, closed = "[", "]"
    if isinstance(value, list) and not _nested(value):
        return opened + ", ".join(parts) + closed
    return f"{opened}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{closed}"


def _nested(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return any(isinstance(item, dict | list) for item in items)
