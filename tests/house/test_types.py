"""Strict types and lint, as the contribution guide asks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


def test_types_are_strict() -> None:
    done = run("mypy")
    assert done.returncode == 0, done.stdout[-4000:]


def test_lint_is_clean() -> None:
    done = run("ruff", "check", "aural", "tests", "bench", "docs")
    assert done.returncode == 0, done.stdout[-4000:]


def test_format_is_clean() -> None:
    done = run("ruff", "format", "--check", "aural", "tests", "bench", "docs")
    assert done.returncode == 0, done.stdout[-4000:]
