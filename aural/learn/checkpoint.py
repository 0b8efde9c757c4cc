"""Checkpoints: each a new folder of plain tensors and JSON, then one small file that points at it.

A kill at any moment leaves the last whole checkpoint in place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from aural.errors import LearningError, reason
from aural.files import disk_error, write_text

_POINTER = "latest.txt"


def save(folder: Path, step: int, tensors: Mapping[str, Tensor], plain: Mapping[str, Any]) -> None:
    """Write a checkpoint, point at it, and remove the ones before. Raises: LimitReached when the disk is full."""
    from safetensors.torch import save_file

    target = folder / f"step-{step:08}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        save_file({n: t.detach().contiguous().cpu() for n, t in tensors.items()}, str(target / "state.safetensors"))
        write_text(target / "state.json", json.dumps(plain, sort_keys=True) + "\n")
        write_text(folder / _POINTER, target.name + "\n")
        for other in sorted(folder.glob("step-*")):
            if other != target:
                shutil.rmtree(other, ignore_errors=True)
    except OSError as error:
        raise disk_error(error, target) from error


def load(folder: Path) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """The last checkpoint's tensors and plain values, None where there is none. Raises: LearningError when it is damaged."""
    from safetensors.torch import load_file

    pointer = folder / _POINTER
    if not pointer.is_file():
        return None
    place = folder / pointer.read_text(encoding="utf-8").strip()
    try:
        plain: dict[str, Any] = json.loads((place / "state.json").read_text(encoding="utf-8"))
        tensors: dict[str, Tensor] = load_file(str(place / "state.safetensors"))
    except Exception as error:
        fix = "Train again without --resume"
        raise LearningError(f"this checkpoint is damaged ({reason(error)})", where=str(place), fix=fix) from error
    return tensors, plain


def merged(parts: Mapping[str, tuple[Mapping[str, Tensor], Mapping[str, Any]]]) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Several states as one, each name behind its part's."""
    tensors = {f"{part}/{n}": t for part, (found, _) in parts.items() for n, t in found.items()}
    return tensors, {part: dict(plain) for part, (_, plain) in parts.items()}


def part(tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors of one part of a merged state."""
    return {n.removeprefix(f"{name}/"): t for n, t in tensors.items() if n.startswith(f"{name}/")}


def fitted(module: torch.nn.Module, tensors: Mapping[str, Tensor], where: str) -> None:
    """Load tensors into a module. Raises: LearningError when names or shapes do not fit."""
    try:
        module.load_state_dict(dict(tensors))
    except RuntimeError as error:
        what = str(error).splitlines()[-1].strip()
        fix = "Give the options of its run"
        raise LearningError(f"this checkpoint belongs to another net ({what})", where=where, fix=fix) from error
