"""Receipts: where a figure came from (command, commit, versions, machine, seed, data hash)."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aural.errors import FormatError, reason
from aural.files import write_text

_PACKAGES = ("aural", "numpy", "onnxruntime", "av", "soxr", "torch")


@dataclass(frozen=True)
class Metric:
    """A score with its 95 % interval and the number of things it was counted over."""

    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Receipt:
    """One evaluation. Metric names are lower case: wer, cer, der, eer, min_dcf, accuracy, map, event_f1 ..."""

    task: str
    metrics: dict[str, Metric]
    slices: dict[str, dict[str, dict[str, Metric]]] = field(default_factory=dict)
    manifest_sha256: str = ""
    models: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    versions: dict[str, str] = field(default_factory=lambda: versions())
    machine: dict[str, str] = field(default_factory=lambda: machine())
    commit: str = field(default_factory=lambda: commit())
    command: str = field(default_factory=lambda: command())


def write(receipt: Receipt, path: Path) -> None:
    """Write a receipt as JSON with sorted keys."""
    write_text(path, json.dumps(receipt, default=vars, indent=1, sort_keys=True) + "\n")


def read(path: Path) -> Receipt:
    """Read a receipt that `write` wrote. Raises: FormatError when it is none."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        plain["metrics"] = {k: Metric(**v) for k, v in plain["metrics"].items()}
        plain["slices"] = {
            key: {value: {k: Metric(**m) for k, m in metrics.items()} for value, metrics in values.items()}
            for key, values in plain["slices"].items()
        }
        return Receipt(**plain)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        fix = "Make one with `aural evaluate ... --json FILE`"
        raise FormatError(f"this receipt cannot be read ({reason(error)})", where=str(path), fix=fix) from None


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that answers depend on."""
    found = {"python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, str]:
    """The kind of machine: system, processor and cores, never its name."""
    return {"system": platform.system(), "processor": platform.machine(), "cores": str(os.cpu_count() or 0)}


def commit() -> str:
    """The commit of the checkout that this package runs from, or "" outside one."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def command() -> str:
    """The command line as typed; of absolute paths only the last part, for they say more of the machine than of the run."""
    words = sys.argv or [""]
    program = Path(words[0] or "python")
    name = (
        f"python -m {program.parent.name}.{program.stem}"
        if program.suffix == ".py" and program.parent.name == "bench"
        else program.name
    )
    return " ".join([name, *(shlex.quote(Path(w).name if Path(w).is_absolute() else w) for w in words[1:])])
