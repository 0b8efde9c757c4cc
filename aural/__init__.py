"""aural: who said what, when, and what else was heard, from any recording, offline."""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

# Names of types and helpers and the modules they live in; every verb of tasks/ is a name as well.
_HOMES = {
    "Sound": "sound.sound",
    "Source": "sound.source",
    "load": "sound.sound",
    "Result": "results",
    "Word": "results",
    "Segment": "results",
    "Turn": "results",
    "Event": "results",
    "AuralError": "errors",
    "cosine": "metrics.similarity",
    "sample": "corpora.samples",
    "save": "formats._saved",
}


def __getattr__(name: str) -> Any:
    from aural.find import attribute, names

    if name in _HOMES:
        return attribute(_HOMES[name], name)
    if name in names("tasks"):
        return attribute("tasks._call", "verb")(name)
    raise AttributeError(f"module 'aural' has no attribute {name!r}")


def __dir__() -> list[str]:
    from aural.find import names

    return sorted([*globals(), *_HOMES, *names("tasks")])
