"""The JSON page: lossless, as the schema in docs says, readable for whisper's readers, and it reads whisper's."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from format_results import everything, results
from hypothesis import HealthCheck, given, settings

from aural.errors import FormatError
from aural.formats import json as page
from aural.results import Curve, Recording, Result

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "result.schema.json").read_text(encoding="utf-8"))
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def problems(value: Any, schema: dict[str, Any], place: str = "") -> list[str]:
    """What of `value` breaks the schema; knows the keywords that ours uses."""
    found: list[str] = []
    kinds = {"object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "null": type(None)}
    if "anyOf" in schema:
        return [] if any(not problems(value, s) for s in schema["anyOf"]) else [f"{place}: none of the kinds"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{place}: not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: not one of {schema['enum']}")
    if "type" in schema and (not isinstance(value, kinds[schema["type"]]) or isinstance(value, bool)):
        return [*found, f"{place}: not a {schema['type']}"]
    if isinstance(value, int | float):
        low, high, floor = schema.get("minimum", value), schema.get("maximum", value), schema.get("exclusiveMinimum", value - 1)
        found += [f"{place}: {value} out of range"] * (not (low <= value <= high and value > floor))
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{place}: odd text")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{place}: no {k}" for k in schema.get("required", ()) if k not in value]
        for key, inner in value.items():
            more = schema.get("additionalProperties", True)
            if key in known:
                found += problems(inner, known[key], f"{place}.{key}")
            elif more is False:
                found.append(f"{place}: {key} is not in the schema")
            elif isinstance(more, dict):
                found += problems(inner, more, f"{place}.{key}")
    if isinstance(value, list) and "items" in schema:
        found += [p for i, inner in enumerate(value) for p in problems(inner, schema["items"], f"{place}[{i}]")]
    return found


@QUICK
@given(result=results())
def test_lossless_and_as_the_schema_says(result: Result) -> None:
    written = page.write(result)
    assert page.read(written).same(result)
    assert problems(json.loads(written), SCHEMA) == []


def test_everything() -> None:
    written = page.write(everything())
    assert page.read(written).same(everything())
    found = json.loads(written)
    assert problems(found, SCHEMA) == []
    assert set(SCHEMA["properties"]) == set(found), "the example holds every key"
    assert list(found) == sorted(found)


def test_the_schema_check_can_fail() -> None:
    found = json.loads(page.write(everything()))
    found["segments"][0]["words"][0]["probability"] = 1.5
    del found["turns"][0]["speaker"]
    found["extra"] = 1
    assert len(problems(found, SCHEMA)) == 3


def test_what_was_not_asked_is_absent() -> None:
    found = json.loads(page.write(Result(Recording("x.wav", 1.0, 16000, 1), segments=())))
    assert set(found) == {"schema", "recording", "segments", "text"}


def test_curves_keep_odd_numbers() -> None:
    curve = Curve("level", "dB", 0.0, 0.01, np.array([-np.inf, np.inf, np.nan, -0.0, 1e-300]))
    result = Result(Recording("x.wav", 1.0, 16000, 1), curves=(curve,))
    assert page.read(page.write(result)).same(result)


def test_a_name_that_utf8_cannot_hold() -> None:
    result = Result(Recording("odd\udcff.wav", 1.0, 16000, 1))
    assert page.write(result).encode("utf-8")
    assert page.read(page.write(result)).same(result)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["segments"][0]["words"][1].pop("end"), "'end' is missing"),
        (lambda d: d["segments"][0]["words"][1].update(start="soon"), "should be a number"),
        (lambda d: d["segments"][0].update(end=0.1), "0 <= start < end"),
        (lambda d: d["turns"][0].update(end=99.0), "outside the recording"),
        (lambda d: d["events"][0].update(label=3), "should be a text"),
        (lambda d: d.update(schema="aural/9"), "aural/9"),
        (lambda d: d["curves"][0].update(values=["x"]), "should be a number"),
        (lambda d: d.update(segments={}), "should be a list"),
        (lambda d: d["segments"][0]["words"][0].update(timed="often"), "measured"),
    ],
)
def test_errors_name_the_line(change: Any, words: str) -> None:
    found = json.loads(page.write(everything()))
    change(found)
    text = json.dumps(found, indent=1)
    with pytest.raises(FormatError, match=re.escape(words)) as caught:
        page.read(text, "a.json")
    assert re.fullmatch(r"a\.json:\d+:\d+", caught.value.where)


def test_the_line_is_the_right_one() -> None:
    found = json.loads(page.write(everything()))
    found["segments"][0]["words"][2]["start"] = "here"
    text = json.dumps(found, indent=1)
    with pytest.raises(FormatError) as caught:
        page.read(text, "a.json")
    _, line, column = caught.value.where.split(":")
    assert text.splitlines()[int(line) - 1][int(column) - 1 :].startswith('"here"')


def test_no_json_and_half_json() -> None:
    text = page.write(everything())
    for cut in (0, 1, len(text) // 2, len(text) - 2):
        with pytest.raises(FormatError):
            page.read(text[:cut])
    for odd in ("[]", "3", '{"schema": NaN}', '{"a":' * 5000, "9" * 6000):
        with pytest.raises(FormatError):
            page.read(odd)


WHISPER_WORDS = [
    {"word": " It", "start": 0.1, "end": 0.4, "probability": 0.9},
    {"word": " cost", "start": 0.4, "end": 0.4, "score": 0.8},
    {"word": " $150."},
]
WHISPER = {
    "text": " It cost $150. Yes.",
    "language": "en",
    "segments": [
        {"id": 0, "seek": 0, "start": 0.0, "end": 2.0, "text": " It cost $150.", "avg_logprob": -0.2, "words": WHISPER_WORDS},
        {"id": 1, "start": 2.0, "end": 2.0, "text": " Yes.", "speaker": "SPEAKER_01", "words": []},
    ],
}


def test_reads_whisper_and_whisperx() -> None:
    result = page.read(json.dumps(WHISPER), "talk.json")
    assert result.text == "It cost $150. Yes."
    words = list(result.words())
    assert [w.text for w in words] == ["It", "cost", "$150."]
    assert all(0 <= w.start < w.end <= 2.001 for w in words)
    assert [w.timed for w in words] == ["measured", "measured", "guessed"]
    assert words[1].confidence == 0.8
    assert result.segments is not None and result.segments[0].scores["avg_logprob"] == -0.2
    assert result.segments[1].speaker == "SPEAKER_01"
    assert page.read(page.write(result)).same(dataclasses.replace(result))


def test_reads_openai_verbose_json() -> None:
    found = {"task": "transcribe", "language": "english", "duration": 3.5, "text": "Hi there.",
             "segments": [{"id": 0, "start": 0.0, "end": 1.0, "text": "Hi there."}],
             "words": [{"word": "Hi", "start": 0.0, "end": 0.4}, {"word": "there", "start": 0.4, "end": 0.9}]}  # fmt: skip
    result = page.read(json.dumps(found))
    assert (result.duration, [w.text for w in result.words()]) == (3.5, ["Hi", "there"])
    del found["segments"]
    assert page.read(json.dumps(found)).text == "Hi there."


def test_whisper_readers_find_their_keys() -> None:
    found = json.loads(page.write(everything()))
    segment = found["segments"][0]
    assert {"id", "start", "end", "text", "avg_logprob", "no_speech_prob", "words"} <= set(segment)
    assert {"word", "start", "end", "probability"} <= set(segment["words"][0])
    assert found["text"] == "It cost $150."
