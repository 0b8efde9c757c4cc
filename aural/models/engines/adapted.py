"""Runs a recognizer that learned on speakers of its own: a small file of changes over the weights of a fetched one.

The folder holds thin matrices alone (LoRA, Hu et al. 2021); their products are added to the matrices of the base when it is first
opened, and kept in `AURAL_HOME`/derived beside those of the base itself. Answering costs what it costs with the base.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from aural.errors import ModelRefused, reason
from aural.files import sha256_of, write_text
from aural.models import store, tensors
from aural.models.card import Card
from aural.models.engines import _moonshine
from aural.models.engines._moonshine import Moonshine
from aural.models.moonshine_weights import Changes
from aural.models.runtime import Runtime

CHANGES, BASE = "adapter.safetensors", "base.json"
_DOWN, _UP = ".down", ".up"


def open(folder: Path, card: Card, runtime: Runtime) -> Moonshine:
    """The recognizer of a model folder; its base is fetched where it is not here. Raises: ModelMissing, ModelRefused."""
    changes = read(folder)
    base = store.ensure(base_of(folder), "recognizer")
    return _moonshine.open(base, card, runtime, changes, f"-{sha256_of(folder / CHANGES)[:16]}")


def write(folder: Path, base: str, changes: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Write the changes, in half precision, and which recognizer they belong to, by name and by the hashes of its files."""
    arrays = {
        f"{name}{end}": a.astype(np.float16) for name, pair in changes.items() for end, a in zip((_DOWN, _UP), pair, strict=True)
    }
    tensors.write(folder / CHANGES, arrays)
    told = {"base": base, "files": store.entry_of(base, "recognizer").hashes}
    write_text(folder / BASE, json.dumps(told, indent=1, sort_keys=True) + "\n")


def read(folder: Path) -> Changes:
    """The changes by the names of matrices. Raises: ModelMissing, ModelRefused."""
    arrays = tensors.read(folder / CHANGES)
    found = {name.removesuffix(_DOWN): (down, arrays.get(name.removesuffix(_DOWN) + _UP)) for name, down in arrays.items()
             if name.endswith(_DOWN)}  # fmt: skip
    whole = {name: (down, up) for name, (down, up) in found.items() if up is not None and down.ndim == up.ndim == 2}
    fits = all(len(down) == up.shape[1] and np.isfinite(down).all() and np.isfinite(up).all() for down, up in whole.values())
    if len(whole) * 2 != len(arrays) or not fits:
        raise ModelRefused("the arrays of this adapter do not fit each other", where=str(folder / CHANGES))
    return whole


def base_of(folder: Path) -> str:
    """The name of the recognizer that a folder changes. Raises: ModelRefused where it is another version of it by now."""
    try:
        told = json.loads((folder / BASE).read_text(encoding="utf-8"))
        name, files = str(told["base"]), dict(told["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelRefused(f"this adapter does not tell its base ({reason(error)})", where=str(folder / BASE)) from None
    if store.entry_of(name, "recognizer").hashes != files:
        raise ModelRefused(f"this adapter was made for another version of {name}", where=str(folder), fix="Train it again")
    return name
