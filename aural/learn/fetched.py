"""Encoders of fetched recognizers: what a training that begins with one brings with it, and its weights by our names."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from aural.errors import AuralError, UsageError
from aural.models import graph, moonshine_weights, store
from aural.models.card import Licences
from aural.models.engines._moonshine import ENCODER as GRAPH
from aural.models.engines._moonshine import RATE
from aural.models.moonshine_weights import READABLE
from aural.progress import Progress

ENCODER = "moonshine"


def knows(name: str) -> bool:
    """True for the name of a recognizer that is fetched."""
    try:
        return store.entry_of(name, "recognizer").card.kind == "borrowed"
    except AuralError:
        return False


def told(name: str, progress: Progress | None = None) -> dict[str, Any]:
    """The choices that the recognizer brings with it, in the form of a run's options. Raises: UsageError, ModelMissing."""
    arrays = _arrays(name, progress)
    layers = 1 + max(int(key.split(".")[1]) for key in arrays if key.startswith("layers."))
    width, inner = len(arrays["conv3.bias"]), len(arrays["layers.0.mlp.fc1.bias"])
    settings = {"width": width, "layers": layers, "inner": inner}
    return {"encoder": ENCODER, "sample_rate": RATE, "parts": {"frontend": {}, "encoder": settings}}


def licences(name: str) -> Licences:
    """What may be done with the recognizer's weights."""
    return store.entry_of(name, "recognizer").card.licences


def weights(name: str) -> dict[str, Tensor]:
    """The encoder's weights by the names of `nets/moonshine.py`. Raises: as `told`."""
    return {key: torch.tensor(array) for key, array in _arrays(name).items()}


def write_encoder(name: str, path: Path, progress: Progress | None = None) -> int:
    """Write the encoder as it is to a graph of its own, its matrices as integers; how many numbers it holds. Raises: as `told`."""
    numbers = sum(array.size for array in _arrays(name, progress).values())
    graph.as_onnx(store.ensure(name, "recognizer") / GRAPH, path)
    return numbers


def check(name: str, where: str) -> None:
    """Raises: UsageError for a recognizer whose encoder cannot be lent, or that is unknown."""
    if store.entry_of(name, "recognizer").card.name not in READABLE:
        fix = f"These lend theirs: {', '.join(READABLE)}"
        raise UsageError(f"{name} cannot lend its encoder", where=where, fix=fix)


def _arrays(name: str, progress: Progress | None = None) -> dict[str, Any]:
    check(name, "--from")
    return _read(store.ensure(name, "recognizer", progress) / GRAPH)


@cache
def _read(graph: Path) -> dict[str, Any]:
    return moonshine_weights.read_encoder(graph)
