"""Names: every file says in its first line what it does; no verb is a keyword or a room; no vague names."""

from __future__ import annotations

import keyword
from pathlib import Path

from aural import find

ROOT = Path(__file__).parents[2]
VAGUE = {"utils", "util", "common", "misc", "base", "core", "manager", "engine", "helpers"}


def test_no_vague_file_names() -> None:
    stems = {p.stem for p in (ROOT / "aural").rglob("*.py")} | {p.name for p in (ROOT / "aural").rglob("*") if p.is_dir()}
    assert not stems & VAGUE


def test_every_file_begins_with_what_it_does() -> None:
    silent = [
        p.relative_to(ROOT).as_posix()
        for p in sorted((ROOT / "aural").rglob("*.py"))
        if p.stat().st_size and not p.read_text(encoding="utf-8").startswith('"""')
    ]
    assert silent == []


def test_no_verb_is_a_keyword_or_a_room() -> None:
    rooms = {p.name for p in (ROOT / "aural").iterdir() if p.is_dir()} | {p.stem for p in (ROOT / "aural").glob("*.py")}
    verbs, house = set(find.names("tasks")), set(find.names("cli/commands"))
    assert len(verbs) >= 10
    # House commands are words of the command line only: `aural models` may be called like the room.
    assert not verbs & rooms
    assert not verbs & house
    assert not any(keyword.iskeyword(v) for v in verbs)


def test_each_verb_can_be_called_after_every_room_was_imported() -> None:
    import importlib

    import aural

    for room in sorted(p.name for p in (ROOT / "aural").iterdir() if (p / "__init__.py").is_file()):
        importlib.import_module(f"aural.{room}")
    for verb in find.names("tasks"):
        assert callable(getattr(aural, verb)), verb
