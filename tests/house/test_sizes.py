"""Sizes: a file has at most 500 lines, a function body 60, a function 8 arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "aural").rglob("*.py"))

# Exceptions, each with its reason. Keep this short.
LONGER_FILES: dict[str, str] = {}
LONGER_BODIES: dict[str, str] = {}
MORE_ARGUMENTS: dict[str, str] = {}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT).as_posix()}:{node.name}", node


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        body = node.body[1:]
        return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
    return (node.end_lineno or 0) - first.lineno + 1


def test_files_are_at_most_500_lines() -> None:
    assert len(FILES) > 40, "the walk must see the package"
    long = {p.relative_to(ROOT).as_posix(): n for p in FILES if (n := len(p.read_text().splitlines())) > 500}
    assert {k: v for k, v in long.items() if k not in LONGER_FILES} == {}


def test_function_bodies_are_at_most_60_lines() -> None:
    long = {name: n for name, node in functions() if (n := body_lines(node)) > 60}
    assert {k: v for k, v in long.items() if k not in LONGER_BODIES} == {}


def test_functions_take_at_most_8_arguments() -> None:
    def count(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        a = node.args
        return len([x for x in [*a.posonlyargs, *a.args, *a.kwonlyargs] if x.arg not in ("self", "cls")])

    many = {name: n for name, node in functions() if (n := count(node)) > 8}
    assert {k: v for k, v in many.items() if k not in MORE_ARGUMENTS} == {}


def test_public_functions_take_no_loose_keywords() -> None:
    # Verb.__call__ is the one door for options; it checks each name against the task's dataclass.
    loose = [name for name, node in functions() if node.args.kwarg and not node.name.startswith("_")]
    assert loose == []
