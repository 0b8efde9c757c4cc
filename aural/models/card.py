"""The card of a model: what it answers, how it is fed, what it may be used for, how well it does."""

from __future__ import annotations

import collections.abc
import dataclasses
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
    format: int = 1
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
        plain["licences"] = Licences(**plain["licences"])
        if plain.get("question"):
            plain["question"] = Question(**plain["question"])
        for name in ("labels", "languages", "aliases", "controls"):
            plain[name] = tuple(plain.get(name, ()))
        card = Card(**plain)
        _check_types(card)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelRefused(f"this model card cannot be read ({reason(error)})", where=str(path)) from error
    if card.format > 1:
        raise ModelRefused(f"this card has format {card.format}", where=str(path), fix="Update aural")
    return card


def _check_types(thing: Any) -> None:
    """Raises: TypeError when a field of a dataclass holds another kind of value than it declares."""
    for name, hint in typing.get_type_hints(type(thing)).items():
        value = getattr(thing, name)
        if not _fits(value, hint):
            raise TypeError(f"{name} is {str(value)[:40]!r}")
        if dataclasses.is_dataclass(value):
            _check_types(value)


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
        return not isinstance(value, bool) and isinstance(value, (int, float) if hint is float else int)
    return isinstance(value, hint)
