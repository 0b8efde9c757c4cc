"""docs/FEATURES.md and the pages of tasks: each command in them has a verb and flags that exist."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from aural.cli.main import commands, main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "tasks").glob("*.md"))]
GENERATED = {"cli.md", "design.md"}


def shown_commands(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    inline = re.findall(r"`(aural [^`]+)`", text)
    blocks = re.findall(r"^\$? ?(aural [^\n]+)$", text, re.MULTILINE)
    return [*inline, *blocks]


@cache
def help_of(verb: str) -> str:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main([verb, "--help"])
    return out.getvalue()


@pytest.mark.parametrize("page", [p for p in PAGES if p.name not in GENERATED], ids=lambda p: p.name)
def test_commands_on_the_page_exist(page: Path) -> None:
    for command in shown_commands(page):
        words = shlex.split(command.split(" | ")[0].split(" > ")[0].split("   ")[0].split("#")[0], posix=True)
        verb = words[1] if len(words) > 1 else "--help"
        if verb.startswith("-") or verb.isupper():
            continue
        assert verb in commands(), f"{page.name}: {command}"
        for word in words[2:]:
            flag = word.split("=")[0].replace("_", "-")
            if word.startswith("--") and len(word) > 2:
                plain = "--" + flag[5:] if flag.startswith("--no-") else flag
                assert plain in help_of(verb) or flag in help_of(verb), f"{page.name}: {command}: {flag}"


def test_the_walk_finds_commands() -> None:
    assert sum(len(shown_commands(p)) for p in PAGES) > 60
