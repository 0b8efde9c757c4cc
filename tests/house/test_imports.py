"""The rule of imports, held by import-linter with the contracts of pyproject.toml."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_contract_is_kept() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "COLUMNS": "200"})
    assert done.returncode == 0, done.stdout + done.stderr


PAGES = (
    "formats",
    "metrics",
    "sound/effects",
    "models/borrowed",
    "models/engines",
    "cli/commands",
    "nets/frontends",
    "corpora/forms",
    "nets/encoders",
    "nets/heads",
    "nets/acoustic",
    "nets/vocoders",
    "learn/losses",
    "learn/methods",
    "text/spoken_forms",
    "text/written_forms",
    "corpora/sets",
)


def test_pages_of_a_room_do_not_know_each_other() -> None:
    """What pages share begins with an underscore or stands one folder up; only tasks may import tasks."""
    import ast

    from aural import find

    looked = 0
    for room in PAGES:
        for name in find.names(room):
            looked += 1
            others = {f"aural.{room.replace('/', '.')}.{other}" for other in find.names(room) if other != name}
            package = f"aural.{room.replace('/', '.')}"
            path = ROOT / "aural" / room / f"{name}.py"
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom):
                    known = {node.module or ""} | ({f"{package}.{a.name}" for a in node.names} if node.module == package else set())
                    assert not known & others, f"{path}:{node.lineno}"
                elif isinstance(node, ast.Import):
                    assert not {a.name for a in node.names} & others, f"{path}:{node.lineno}"
    assert looked >= 50


def test_find_is_the_only_dynamic_import() -> None:
    users = [
        p.relative_to(ROOT).as_posix()
        for p in sorted((ROOT / "aural").rglob("*.py"))
        if "importlib.import_module" in p.read_text() or "__import__(" in p.read_text()
    ]
    assert users == ["aural/find.py"]


def test_pages_are_found_from_constant_folders() -> None:
    """A caller of find names its folder as a literal text (or a literal chosen in the same line)."""
    import ast

    for path in sorted((ROOT / "aural").rglob("*.py")):
        if path.name == "find.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("find.page", "find.names", "find.attribute"):
                assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno}"
