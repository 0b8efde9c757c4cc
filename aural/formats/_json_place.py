"""Where in a JSON text a value stands, found by walking the text again: errors are rare, so this may be slow."""

from __future__ import annotations

import json

_BLANKS = " \t\n\r"


def place_of(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """(line, column), both from 1, of the value at `path` in a valid JSON text; the last one reached when it is absent."""
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    for step in path:
        inside = _child(text, at, step, decoder)
        if inside is None:
            break
        at = inside
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _child(text: str, at: int, step: str | int, decoder: json.JSONDecoder) -> int | None:
    """Position of the member or item `step` of the container that begins at `at`; of equal keys the last counts."""
    if text[at] not in "{[" or (text[at] == "{") != isinstance(step, str):
        return None
    keyed = text[at] == "{"
    at = _skip(text, at + 1)
    number, found = 0, None
    while text[at] not in "}]":
        key: str | int = number
        if keyed:
            key, at = decoder.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        if key == step:
            found = at
        at = _skip(text, decoder.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _skip(text, at + 1)
        number += 1
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at
