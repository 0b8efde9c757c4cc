"""Graphs without weights that aural ships, and how they are joined with arrays that lie elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aural.errors import ModelRefused
from aural.models import graph

SHIPPED = Path(__file__).parent / "shipped"
GRAPH, WEIGHTS = "model.onnx", "weights.bin"
TURNED = "/T"  # ends the name of a matrix that the graph wants turned
_EXTERNAL, _BLOCK = 13, 1 << 20  # the field of a stored array that says where it lies; numbers converted at once


@dataclass(frozen=True)
class Slot:
    """Where a graph looks for one float32 array in weights.bin."""

    name: str
    shape: tuple[int, ...]
    offset: int


def joined(name: str, source: Path, read: Callable[[str], np.ndarray] | None = None) -> Path:
    """The path of the shipped graph `name` joined with the arrays of the file `source`, made at first use.

    The graph's arrays point into weights.bin beside it. Without `read` that is `source` itself, byte
    by byte; else it is filled with `read(array name)`, as float32, block by block.
    Raises: ModelMissing (no `source`), ModelRefused (damaged), LimitReached (full disk).
    """

    def make(folder: Path) -> None:
        shutil.copyfile(shipped(name), folder / GRAPH)
        if read is None:
            shutil.copyfile(source, folder / WEIGHTS)
        else:
            fill(folder / WEIGHTS, slots(name), read)

    return graph.derived(source, name, make) / GRAPH


def shipped(name: str) -> Path:
    """A graph file that comes with aural. Raises: ModelRefused when the installation is not whole."""
    path = SHIPPED / f"{name}.onnx"
    if not path.is_file():
        raise ModelRefused("a file of aural itself is missing", where=str(path), fix="Install aural again")
    return path


def slots(name: str) -> list[Slot]:
    """The arrays that a shipped graph wants, in the order of their places."""
    found = []
    inner = graph.read(shipped(name)).child(graph.MODEL_GRAPH)
    for stored in inner.children(graph.GRAPH_TENSORS):
        told = {entry.text(1): entry.text(2) for entry in stored.children(_EXTERNAL)}
        if told:
            shape = tuple(stored.numbers(graph.TENSOR_DIMS))
            found.append(Slot(stored.text(graph.TENSOR_NAME), shape, int(told["offset"])))
    return sorted(found, key=lambda s: s.offset)


def fill(path: Path, wanted: list[Slot], read: Callable[[str], np.ndarray]) -> None:
    """Write every array at its place as float32. Raises: ModelRefused when one has another shape."""
    with path.open("wb") as out:
        for slot in wanted:
            values = read(slot.name.removesuffix(TURNED))
            values = values.T if slot.name.endswith(TURNED) else values
            if values.shape != slot.shape:
                raise ModelRefused(f"{slot.name!r} is {values.shape}, not {slot.shape}", where=str(path))
            out.seek(slot.offset)
            flat = values.reshape(slot.shape[0], -1)
            rows = max(1, _BLOCK // max(1, flat.shape[1]))
            for begin in range(0, len(flat), rows):
                out.write(flat[begin : begin + rows].astype("<f4").tobytes())
