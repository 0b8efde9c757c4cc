"""Writes what is generated from the code: name stubs, the page index, and the tables of the docs.

python docs/generate.py            write them
python docs/generate.py --check    exit 1 when one is stale
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aural
from aural import errors, find, settings

ROOT = Path(__file__).parents[1]
ROOMS = (
    "tasks", "cli/commands", "formats", "sound/effects", "models/borrowed", "models/engines", "metrics", "judge/scorers",
    "corpora/forms", "corpora/sets",
    "nets/frontends", "nets/encoders", "nets/heads", "learn/losses", "learn/methods", "learn/targets",
)  # fmt: skip
NOTE = "<!-- written by docs/generate.py: do not edit -->\n"


def pages() -> str:
    """The page index that `find` uses where sources cannot be listed."""
    index = {room: {name: find.first_line(room, name) for name in find.names(room)} for room in ROOMS}
    return json.dumps(index, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def stub() -> str:
    """`aural/__init__.pyi`: what editors and type checkers see of the lazy names."""
    lines = ["# Written by docs/generate.py: do not edit.", "from collections.abc import Callable", "from typing import Any", ""]
    for name, home in sorted(aural._HOMES.items()):
        lines.append(f"from aural.{home} import {name} as {name}")
    lines += ["", "__version__: str", "_HOMES: dict[str, str]", ""]
    for name in find.names("tasks"):
        lines += [_verb(name, find.page("tasks", name)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _verb(name: str, page: Any) -> str:
    from aural.tasks._call import _INPUTS

    many = page.TASK.takes == "sources"
    spared = " = ..." if page.TASK.spare else ""
    inputs = ["*audio: Any"] if many else [f"{n}: Any{spared}" for n in _INPUTS[page.TASK.takes]] + ["/", "*"]
    named = [f"{o.name}: {_kind(o)} = ..." for o in settings.options_of(page.TASK.options)]
    house = {
        "model": "str | None",
        "models": "dict[str, str] | None",
        "device": "str",
        "threads": "int",
        "on_progress": "Callable[[float, float | None, str], None] | None",
    }
    taken = {o.name for o in settings.options_of(page.TASK.options)}
    named += [f"{n}: {k} = ..." for n, k in house.items() if n not in taken]
    body = ",\n    ".join([*inputs, *named])
    return f"def {name}(\n    {body},\n) -> Any:\n    {json.dumps(find.first_line('tasks', name), ensure_ascii=False)}"


def _kind(option: settings.Option) -> str:
    kind = "str | Path" if option.kind is Path else option.kind.__name__
    kind = "Any" if option.kind is Path else kind
    kind = f"tuple[{kind}, ...] | str" if option.many else kind
    return f"{kind} | None" if option.default is None else kind


def error_table() -> str:
    """docs/ERRORS.md: every error class, its exit code and its meaning."""
    rows = [f"| `{c.__name__}` | {c.exit_code} | {(c.__doc__ or '').splitlines()[0]} |" for c in _tree(errors.AuralError)]
    more = [
        "| - | 0 | all went well; no speech found is a result, too |",
        "| - | 70 | a bug in aural: one line, `--debug` shows where |",
    ]
    more.append("| - | 130 | stopped with Ctrl-C; no half file is left |")
    return NOTE + "# Errors and exit codes\n\n| class | exit | meaning |\n|---|---|---|\n" + "\n".join(rows + more) + "\n"


def _tree(top: type[errors.AuralError]) -> list[type[errors.AuralError]]:
    return [top] + [c for child in top.__subclasses__() if child.__module__ == errors.__name__ for c in _tree(child)]


def help_pages() -> str:
    """docs/cli.md: the help of the program and of every verb."""
    from aural.cli import main as cli

    parts = [NOTE + "# The command line\n", "```text", _printed(["--help"]), "```"]
    for verb in cli.commands():
        parts += [f"\n## aural {verb}\n", "```text", _printed([verb, "--help"]), "```"]
    return "\n".join(parts) + "\n"


def _printed(arguments: list[str]) -> str:
    import os

    from aural.cli.main import main

    os.environ["COLUMNS"] = "110"
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        main(arguments)
    return out.getvalue().rstrip()


def glossary_page() -> str:
    """docs/GLOSSARY.md: the words of `aural explain`."""
    from aural.cli.commands.explain import glossary

    rows = []
    for name, entry in glossary().items():
        formula = entry.get("formula", "").replace("|", chr(92) + "|")
        shown = f"`{entry['try']}`" if "try" in entry else ""
        rows.append(f"| **{name}** | {entry['says']} | {formula} | {shown} |")
    head = "# Glossary\n\nThe words of the field, as `aural explain WORD` tells them.\n\n"
    head += "| word | meaning | formula | see it |\n|---|---|---|---|\n"
    return NOTE + head + "\n".join(rows) + "\n"


WRITTEN: dict[str, Callable[[], str]] = {
    "aural/pages.json": pages,
    "aural/__init__.pyi": stub,
    "docs/ERRORS.md": error_table,
    "docs/GLOSSARY.md": glossary_page,
    "docs/cli.md": help_pages,
}


def stale() -> list[str]:
    """The generated files that differ from what the code says now."""
    return [
        name for name, make in WRITTEN.items() if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != make()
    ]


def main() -> int:
    """Write, or check."""
    old = stale()
    if "--check" in sys.argv:
        print("\n".join(f"stale: {name}" for name in old) or "all fresh")
        return 1 if old else 0
    for name in old:
        (ROOT / name).write_text(WRITTEN[name](), encoding="utf-8")
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
