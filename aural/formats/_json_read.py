"""Reading results from JSON: ours strictly, the whisper family's as they come."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from aural.errors import FormatError, reason
from aural.formats._json_place import place_of
from aural.formats._json_write import SCHEMA, WHISPER_SCORES
from aural.formats._lines import broken, decoded
from aural.formats._whisper_read import from_whisper
from aural.results import Beat, Curve, Event, Label, Note, Recording, Result, Segment, Span, Speaker, Turn, Word


class NotHeld(Exception):
    """A value that does not hold, with the path of keys and indexes to it."""

    def __init__(self, what: str, path: tuple[str | int, ...]) -> None:
        super().__init__(what, path)
        self.what, self.path = what, path


def parsed(data: str | bytes, where: str) -> Result:
    """The result in a JSON text. Raises: FormatError with file, line and column."""
    text = decoded(data, where)
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise broken(f"this is not JSON ({error.msg.lower()})", where, error.lineno, error.colno) from None
    except (ValueError, RecursionError) as error:
        raise broken(f"this JSON cannot be read ({reason(error)})", where, 1) from None
    if not isinstance(found, dict):
        raise broken("a result is a JSON object", where, 1, fix="Give a file that aural or whisper wrote")
    try:
        if "schema" not in found:
            return from_whisper(found, where)
        if found["schema"] != SCHEMA:
            raise NotHeld(f"this is schema {found['schema']!r}, not {SCHEMA!r}", ("schema",))
        return _result(Node(found, ()))
    except NotHeld as error:
        line, column = place_of(text, error.path)
        raise broken(_sentence(error), where, line, column) from None
    except ValueError as error:
        if isinstance(error, FormatError):
            raise
        raise broken(str(error), where, 1) from None


class Node:
    """A JSON value with the path to it, whose getters check what they find."""

    def __init__(self, value: Any, path: tuple[str | int, ...]) -> None:
        self.value, self.path = value, path

    def get(self, key: str) -> Node | None:
        """The member `key`, or None when it is absent or null."""
        if not isinstance(self.value, dict):
            raise NotHeld("this should be an object", self.path)
        value = self.value.get(key)
        return None if value is None else Node(value, (*self.path, key))

    def need(self, key: str) -> Node:
        found = self.get(key)
        if found is None:
            raise NotHeld(f"{key!r} is missing", self.path)
        return found

    def items(self) -> list[Node]:
        if not isinstance(self.value, list):
            raise NotHeld("this should be a list", self.path)
        return [Node(v, (*self.path, i)) for i, v in enumerate(self.value)]

    def number(self) -> float:
        value = self.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise NotHeld("this should be a number", self.path)
        return value

    def whole(self) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise NotHeld("this should be a whole number", self.path)
        return self.value

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise NotHeld("this should be a text", self.path)
        return self.value

    def table(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            raise NotHeld("this should be an object", self.path)
        return self.value


def _result(top: Node) -> Result:
    recording = top.need("recording")
    made_by, language = top.get("made_by"), top.get("language")

    def many(key: str, make: Callable[[Node], Any]) -> tuple[Any, ...] | None:
        found = top.get(key)
        return None if found is None else tuple(_made(make, item) for item in found.items())

    def build(_: Node) -> Result:
        return Result(
            recording=_recording(recording),
            made_by=dict(made_by.table()) if made_by else {},
            language=language.text() if language else None,
            speech=many("speech", _span),
            segments=many("segments", _segment),
            turns=many("turns", _turn),
            speakers=many("speakers", _speaker),
            events=many("events", _event),
            labels=many("labels", _label),
            notes=many("notes", _note),
            beats=many("beats", _beat),
            curves=many("curves", _curve),
        )

    return _made(build, top)  # type: ignore[no-any-return]


def _made(make: Callable[[Node], Any], node: Node) -> Any:
    """What `make` makes; the types' own checks (times that run backwards) get the place."""
    try:
        return make(node)
    except (ValueError, OverflowError) as error:
        raise NotHeld(str(error), node.path) from None


def _recording(node: Node) -> Recording:
    duration, sha256 = node.get("duration"), node.get("sha256")
    return Recording(
        node.need("name").text(),
        duration.number() if duration else None,
        node.need("sample_rate").whole(),
        node.need("channels").whole(),
        sha256.text() if sha256 else None,
    )


def _times(node: Node) -> tuple[float, float, int | None]:
    return node.need("start").number(), node.need("end").number(), _maybe_whole(node, "channel")


def _span(node: Node) -> Span:
    start, end, channel = _times(node)
    return Span(start, end, channel=channel)


def _segment(node: Node) -> Segment:
    start, end, channel = _times(node)
    words, scores, alternatives = node.get("words"), node.get("scores"), node.get("alternatives")
    numbers = {n: value for n in WHISPER_SCORES if (value := _maybe_number(node, n)) is not None}
    numbers |= {k: Node(v, (*scores.path, k)).number() for k, v in scores.table().items()} if scores else {}
    return Segment(
        start,
        end,
        node.need("text").text(),
        channel=channel,
        scores=numbers,
        words=None if words is None else tuple(_made(_word, w) for w in words.items()),
        speaker=_maybe_text(node, "speaker"),
        language=_maybe_text(node, "language"),
        confidence=_maybe_number(node, "confidence"),
        alternatives=tuple(a.text() for a in alternatives.items()) if alternatives else (),
    )


def _word(node: Node) -> Word:
    start, end, channel = _times(node)
    timed = _maybe_text(node, "timed") or "measured"
    if timed not in ("measured", "guessed"):
        raise NotHeld("this should be 'measured' or 'guessed'", (*node.path, "timed"))
    return Word(
        start,
        end,
        node.need("word").text(),
        channel=channel,
        spoken=_maybe_text(node, "spoken"),
        confidence=_maybe_number(node, "probability"),
        speaker=_maybe_text(node, "speaker"),
        timed=timed,  # type: ignore[arg-type]
    )


def _turn(node: Node) -> Turn:
    start, end, channel = _times(node)
    return Turn(start, end, node.need("speaker").text(), channel=channel, confidence=_maybe_number(node, "confidence"))


def _speaker(node: Node) -> Speaker:
    traits = node.get("traits")
    return Speaker(
        node.need("label").text(),
        _maybe_text(node, "name"),
        _maybe_number(node, "score"),
        tuple(_label(t) for t in traits.items()) if traits else (),
    )


def _event(node: Node) -> Event:
    start, end, channel = _times(node)
    layer = _maybe_text(node, "layer")
    return Event(
        start,
        end,
        node.need("label").text(),
        channel=channel,
        score=_maybe_number(node, "score"),
        layer="sound" if layer is None else layer,
    )


def _label(node: Node) -> Label:
    return Label(node.need("label").text(), _maybe_number(node, "score"))


def _note(node: Node) -> Note:
    start, end, channel = _times(node)
    return Note(start, end, node.need("pitch").number(), channel=channel, velocity=node.need("velocity").whole())


def _beat(node: Node) -> Beat:
    return Beat(node.need("time").number(), _maybe_whole(node, "position"))


def _curve(node: Node) -> Curve:
    values = [_sample(v) for v in node.need("values").items()]
    return Curve(
        node.need("name").text(), node.need("unit").text(), node.need("start").number(), node.need("hop").number(), np.array(values)
    )


def _sample(node: Node) -> float:
    known = {"inf": math.inf, "-inf": -math.inf}
    if node.value is None:
        return math.nan
    return known[node.value] if isinstance(node.value, str) and node.value in known else node.number()


def _maybe_text(node: Node, key: str) -> str | None:
    found = node.get(key)
    return None if found is None else found.text()


def _maybe_number(node: Node, key: str) -> float | None:
    found = node.get(key)
    return None if found is None else found.number()


def _maybe_whole(node: Node, key: str) -> int | None:
    found = node.get(key)
    return None if found is None else found.whole()


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _sentence(error: NotHeld) -> str:
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.path).lstrip(".")
    return f"{error.what} (at {path})" if path else error.what
