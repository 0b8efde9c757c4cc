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

ENCODER = "moonshine"


def knows(name: str) -> bool:
    """True for the name of a recognizer that is fetched."""
    try:
        return store.entry_of(name, "recognizer").card.kind == "borrowed"
    except AuralError:
        return False


@cache
def told(name: str) -> dict[str, Any]:
    """The choices that the recognizer brings with it, in the form of a run's options. Raises: UsageError, ModelMissing."""
    arrays = _arrays(name)
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


def write_encoder(name: str, path: Path) -> int:
    """Write the encoder as it is to a graph of its own, its matrices as integers; how many numbers it holds. Raises: as `told`."""
    numbers = sum(array.size for array in _arrays(name).values())
    graph.as_onnx(store.ensure(name, "recognizer") / GRAPH, path)
    return numbers


def heard_with(name: str, where: str) -> None:
    """Raises: UsageError for a recognizer whose encoder cannot be lent to what hears with it, or that is unknown."""
    if store.entry_of(name, "recognizer").card.name not in READABLE:
        raise UsageError(f"nothing can hear with {name}", where=where, fix=f"It takes one of: {', '.join(READABLE)}")


def _arrays(name: str) -> dict[str, Any]:
    entry = store.entry_of(name, "recognizer")
    if entry.card.name not in READABLE:
        fix = f"These can be begun with: {', '.join(READABLE)}, runs of your own, and checkpoints of wav2vec 2.0 or HuBERT"
        raise UsageError(f"no training can begin with {entry.card.name}", where="--from", fix=fix)
    return moonshine_weights.read_encoder(store.ensure(name, "recognizer") / GRAPH)
