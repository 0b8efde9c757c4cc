"""Which model a name means: the store's own names, the habits of other services, and what the server was told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from aural.errors import ModelMissing, UsageError
from aural.models import store

# What clients of other services write without meaning one of our models: whisper-1, gpt-4o-mini-transcribe-2025-12-15,
# Systran/faster-whisper-small, tts-1-hd, default ...
HABITS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize", "tts-1")
_HABIT = re.compile(r"whisper|transcribe|^(gpt-|tts-|default$|auto$)", re.IGNORECASE)


def aliases_of(pairs: Sequence[str]) -> dict[str, str]:
    """name -> model from "name=model". Raises: UsageError for anything else."""
    found = {}
    for pair in pairs:
        name, equals, model = pair.partition("=")
        if not equals or not name.strip() or not model.strip():
            raise UsageError(f"{pair!r:.60} names no model", where="--alias", fix="Write name=model")
        found[name.strip()] = model.strip()
    return found


def choices_of(task: Any, model: str | None, others: Sequence[str], aliases: Mapping[str, str]) -> dict[str, str]:
    """Role -> model for a task: its defaults, `model` for its main role, `others` as role=name.

    Only models that the store knows can be named from elsewhere: no folders of this machine, no hubs.
    Raises: ModelMissing, UsageError (no such role).
    """
    chosen = dict(task.roles)
    for pair in others:
        role, _, name = pair.partition("=")
        if role not in chosen:
            fix = f"Roles: {', '.join(sorted(chosen)) or 'none'}"
            raise UsageError(f"this verb opens no model as {role!r:.40}", where="--models", fix=fix)
        chosen[role] = named(name, role, aliases) or chosen[role]
    if model is not None and task.main_role is not None:
        known = task.part is not None and any(e.card.name == model for e in store.entries())
        role = task.part(model) if known else task.main_role
        chosen[role] = named(model, role, aliases) or chosen[role]
    return chosen


def named(name: str, role: str, aliases: Mapping[str, str] | None = None) -> str | None:
    """The model behind a name, None for the usual one. Raises: ModelMissing for a name that means nothing here."""
    if aliases and name in aliases:
        return aliases[name]
    for entry in store.entries():
        if role in entry.roles and (name == entry.card.name or name in entry.card.aliases):
            return entry.card.name
    if _HABIT.search(name):
        return None
    raise ModelMissing(f"there is no model {name!r:.80} here", where="--model", fix="GET /v1/models lists what there is")


def listed(aliases: Mapping[str, str]) -> list[dict[str, Any]]:
    """Every model that can be named, as the service lists its own: our models, then the habits and aliases that stand for one."""
    found = [
        {"id": e.card.name, "object": "model", "created": 0, "owned_by": "aural", "role": e.card.role, "state": e.state}
        for e in store.entries()
    ]
    others = [*HABITS, *aliases]
    return found + [{"id": name, "object": "model", "created": 0, "owned_by": "alias"} for name in dict.fromkeys(others)]
