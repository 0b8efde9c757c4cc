"""A transcript in each of the audio API's formats."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from typing import Any

from aural.formats import srt, vtt
from aural.results import Result, Segment
from aural.text.languages import NAMES

FORMATS = ("json", "text", "srt", "vtt", "verbose_json", "diarized_json")
_UNKNOWN = "unknown"


def written(result: Result, format: str, grains: Sequence[str], work: str) -> tuple[str, str]:
    """The body and its media type. `grains`: "segment" and "word", for verbose_json."""
    if format == "text":
        return result.text + "\n", "text/plain"
    if format == "srt":
        return srt.write(result), "text/plain"
    if format == "vtt":
        return vtt.write(result), "text/plain"
    told = {"json": plain, "verbose_json": lambda r: verbose(r, grains, work), "diarized_json": diarized}[format](result)
    return json.dumps(told, ensure_ascii=False), "application/json"


def plain(result: Result) -> dict[str, Any]:
    """The text alone."""
    return {"text": result.text, "usage": usage(result)}


def verbose(result: Result, grains: Sequence[str], work: str = "transcribe") -> dict[str, Any]:
    """Text with language, duration, segments and words."""
    found: dict[str, Any] = {
        "task": work,
        "language": language_of(result),
        "duration": result.duration or 0.0,
        "text": result.text,
        "usage": usage(result),
    }
    if "segment" in grains:
        found["segments"] = [_segment(i, s) for i, s in enumerate(result.segments or ())]
    if "word" in grains:
        found["words"] = [{"word": w.text, "start": w.start, "end": w.end, "probability": w.confidence} for w in result.words()]
    return found


def diarized(result: Result) -> dict[str, Any]:
    """Text with who said it."""
    return {
        "task": "transcribe",
        "duration": result.duration or 0.0,
        "text": result.text,
        "segments": spoken(result),
        "usage": usage(result),
    }


def spoken(result: Result) -> list[dict[str, Any]]:
    """The segments with their speakers: names where they are known, else A, B, C in the order of appearance."""
    names = {s.label: s.name or _letters(i) for i, s in enumerate(result.speakers or ())}
    return [
        {
            "type": "transcript.text.segment",
            "id": f"seg_{i:03}",
            "start": s.start,
            "end": s.end,
            "speaker": names.get(s.speaker or "", s.speaker or _UNKNOWN),
            "text": s.text,
        }
        for i, s in enumerate(result.segments or ())
    ]


def usage(result: Result) -> dict[str, Any]:
    """What is counted: seconds of sound."""
    return {"type": "duration", "seconds": round(result.duration or 0.0, 3)}


def language_of(result: Result) -> str:
    """The language's English name in small letters, as the service writes it; unknown where nobody spoke."""
    return NAMES.get(result.language or "", result.language or _UNKNOWN).lower()


def _segment(number: int, segment: Segment) -> dict[str, Any]:
    text = segment.text.encode("utf-8", "replace")
    return {
        "id": number,
        "seek": 0,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": segment.scores.get("avg_logprob", 0.0),
        "compression_ratio": len(text) / len(zlib.compress(text)) if text else 0.0,
        "no_speech_prob": segment.scores.get("no_speech_prob", 0.0),
    }


def _letters(number: int) -> str:
    """A, B ... Z, AA, AB ..."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text
