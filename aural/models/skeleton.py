"""Graphs without weights that aural ships, and how they are joined with arrays that lie elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from aural.errors import ModelRefused
from aural.models.graph import derived

SHIPPED = Path(__file__).parent / "shipped"
GRAPH, WEIGHTS = "model.onnx", "weights.bin"


def joined(name: str, source: Path, write_weights: Callable[[Path], None] | None = None) -> Path:
    """The path of the shipped graph `name` joined with the arrays of the file `source`, made at first use.

    The graph's arrays point into weights.bin beside it. Without `write_weights` that is `source`
    itself, byte by byte; else `write_weights(path)` writes it. Raises: ModelMissing (no `source`),
    ModelRefused (damaged), LimitReached (full disk).
    """

    def make(folder: Path) -> None:
        shutil.copyfile(shipped(name), folder / GRAPH)
        if write_weights is None:
            shutil.copyfile(source, folder / WEIGHTS)
        else:
            write_weights(folder / WEIGHTS)

    return derived(source, name, make) / GRAPH


def shipped(name: str) -> Path:
    """A graph file that comes with aural. Raises: ModelRefused when the installation is not whole."""
    path = SHIPPED / f"{name}.onnx"
    if not path.is_file():
        raise ModelRefused("a file of aural itself is missing", where=str(path), fix="Install aural again")
    return path
