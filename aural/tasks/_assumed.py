"""The line that says that English is assumed: nobody asked a model which language is spoken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aural.errors import AuralError
from aural.models import store


def remark(choices: Mapping[str, str], options: Any) -> str:
    """The line for a recognizer that knows English only when no language was told; "" when there is nothing to say."""
    asked = vars(options)
    if "recognizer" not in choices or "language" not in asked or asked["language"] is not None or asked.get("task") == "translate":
        return ""
    try:
        card = store.entry_of(choices["recognizer"], "recognizer").card
    except AuralError:
        return ""
    if card.languages != ("en",) or card.kind != "borrowed":  # who takes a model of his own knows what it writes
        return ""
    return "English is assumed; `aural language FILE` tells which language is spoken, -l writes another one"
