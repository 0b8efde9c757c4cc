"""The card of a model: what it answers, how it is fed, what it may be used for, how well it does."""

from __future__ import annotations

import collections.abc
import dataclasses
import difflib
import functools
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from aural.errors import ModelRefused, reason
from aural.files import write_text
from aural.results import Question

FORMAT = 1  # of the cards that this version writes
_MEND = "Take the folder as it was made, or mend the card"
_SHOWN = 40  # letters of a value that does not belong there
_FASTEST, _LARGE = 10**9, 1e300  # Hz; what is larger, or no number at all, stops a computation
_WORDS = {
    str: "a text", int: "a whole number", float: "a number", bool: "true or false", type(None): "null", Any: "anything",
}  # fmt: skip


@dataclass(frozen=True)
class Licences:
    """What one may do. "unknown" is written where nobody says; `told_by` names where the claim was read."""

    code: str
    weights: str
    data: str
    commercial: bool | None
    told_by: str

    @property
    def permissive(self) -> bool:
        return self.commercial is True


@dataclass(frozen=True)
class Card:
    """All that is known of a model without opening it.

    `kind` is the engine or "borrowed"; `input` names the front end ("samples" = none); `batch`:
    exact (masked), equal_length (no mask) or one; `longest_input` and `latency` in seconds; `hop` is
    the step (s) of a frame and `window` the length (s) of a fixed input, where there are any;
    `voices` maps the speakers of a synthesizer to what they are ("en-US, female"), the default first;
    `controls` names what else of a prosody a synthesizer follows (timbre); `consent` tells by whose leave a person's voice is
    copied; `unit` is that of a number; `files` maps file names to sha256; `aliases` are the short names that -m takes for its role.
    """

    name: str
    role: str
    kind: str
    licences: Licences
    source: str
    format: int = FORMAT
    question: Question | None = None
    sample_rate: int = 16000
    input: str = "samples"
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    voices: Mapping[str, str] = field(default_factory=dict)
    controls: tuple[str, ...] = ()
    batch: Literal["exact", "equal_length", "one"] = "one"
    longest_input: float | None = None
    window: float | None = None
    hop: float | None = None
    unit: str = ""
    causal: bool = False
    latency: float | None = None
    operating_points: Mapping[str, float] = field(default_factory=dict)
    calibration: Mapping[str, float] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    trained_on: str = "unknown"
    consent: str = ""
    seed: int | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)


def write(card: Card, path: Path) -> None:
    """Write a card as JSON with sorted keys."""
    write_text(path, json.dumps(dataclasses.asdict(card), indent=1, sort_keys=True) + "\n")


def read(path: Path) -> Card:
    """Read a card. Raises: ModelRefused when it is no card or of a later format."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise _refused(path, f"it is no JSON, line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise _refused(path, "it is no card but lists within lists") from error
    except (OSError, ValueError) as error:
        raise _refused(path, reason(error)) from error
    if isinstance(plain, dict) and isinstance(format := plain.get("format"), int) and format > FORMAT:
        raise ModelRefused(f"this card has format {format}", where=str(path), fix="Update aural")
    try:
        card: Card = _made(Card, plain)
        _check_sizes(card)
    except ValueError as error:
        raise _refused(path, str(error)) from error
    return card


def _refused(path: Path, why: str) -> ModelRefused:
    return ModelRefused(f"this model card cannot be read ({why})", where=str(path), fix=_MEND)


def _made(kind: Any, plain: Any, name: str = "") -> Any:
    """A dataclass from an object out of JSON. Raises: ValueError that names what is missing, unknown or of another kind."""
    if not isinstance(plain, dict):
        raise ValueError(f"{name or 'it'} is {_short(plain)}, and no object with names")
    hints = _hints(kind)
    for key in sorted(plain.keys() - hints.keys()):
        near = difflib.get_close_matches(key, hints, 1, 0.7)
        raise ValueError(f"{key!r:.40} is no field of {name or 'a card'}" + (f", did you mean {near[0]!r}?" if near else ""))
    for one in dataclasses.fields(kind):
        needed = one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
        if needed and one.name not in plain:
            raise ValueError(f"{name and name + '.'}{one.name} is missing")
    return kind(**{key: _value(value, hints[key], f"{name and name + '.'}{key}") for key, value in plain.items()})


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _value(value: Any, hint: Any, name: str) -> Any:
    """A value out of JSON as the field has it: lists become tuples, objects dataclasses. Raises: ValueError."""
    inner = next((one for one in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(one)), None)
    if inner is not None:
        return None if value is None and hint is not inner else _made(inner, value, name)
    found = tuple(value) if isinstance(value, list) else value
    if not _fits(found, hint):
        raise ValueError(f"{name} is {_short(value)}, and {_wanted(hint)} belongs there")
    return found


def _short(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _SHOWN else f"{told[:_SHOWN]}..."


def _wanted(hint: Any) -> str:
    """What a field takes, in words."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is Literal:
        return f"one of {', '.join(inner)}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(map(_wanted, inner))
    if origin is tuple:
        return "a list of texts"
    if origin is collections.abc.Mapping:
        return f"an object whose values are each {_wanted(inner[1])}"
    return _WORDS[hint]


def _check_sizes(card: Card) -> None:
    """Raises: ValueError for lengths and rates that no sound has."""
    if not 1 <= card.sample_rate <= _FASTEST:
        raise ValueError(f"sample_rate is {_short(card.sample_rate)}, and a number from 1 to {_FASTEST} belongs there")
    for name in ("longest_input", "window", "hop"):
        if (value := getattr(card, name)) is not None and value <= 0:
            raise ValueError(f"{name} is {value}, and a number above 0 belongs there")


def _fits(value: Any, hint: Any) -> bool:
    """True when a value out of JSON is of the declared type; whole numbers pass as float."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return True
    if origin is Literal:
        return value in inner
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(v, inner[0]) for v in value)
    if origin is collections.abc.Mapping:
        return isinstance(value, Mapping) and all(isinstance(k, str) and _fits(v, inner[1]) for k, v in value.items())
    if hint in (int, float):
        return (
            not isinstance(value, bool) and isinstance(value, (int, float) if hint is float else int) and -_LARGE < value < _LARGE
        )
    return isinstance(value, hint)
