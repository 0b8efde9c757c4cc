"""Arrays in a .safetensors file: a length, a table as JSON, then plain numbers; nothing in it can run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from aural.errors import ModelMissing, ModelRefused, reason
from aural.files import written

_KINDS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "U8": "u1", "BOOL": "?"}
_NAMES = {np.dtype(kind): name for name, kind in _KINDS.items()}
_LONGEST = 100_000_000  # bytes of a table, as the format's own reader bounds it


def write(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays, whole or not at all. The same arrays give the same bytes."""
    table: dict[str, Any] = {}
    at = 0
    for name in sorted(arrays):
        array = arrays[name]
        table[name] = {"dtype": _NAMES[array.dtype], "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    head = json.dumps(table, sort_keys=True, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    with written(path) as out:
        out.write(len(head).to_bytes(8, "little") + head)
        for name in sorted(arrays):
            out.write(np.ascontiguousarray(arrays[name]).tobytes())


def read(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file by name. Raises: ModelMissing, ModelRefused for a damaged one.

    Source: https://github.com/huggingface/safetensors, the format.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelMissing("this file of the model cannot be read", where=str(path)) from error
    try:
        length = int.from_bytes(data[:8], "little")
        if len(data) < 8 or not 0 < length <= min(len(data) - 8, _LONGEST):
            raise ValueError("its table is longer than the file")
        table, body = json.loads(data[8 : 8 + length]), memoryview(data)[8 + length :]
        return {name: _array(entry, body) for name, entry in table.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelRefused(f"this is no safetensors file, or a damaged one ({reason(error)})", where=str(path)) from None


def _array(entry: Any, body: memoryview) -> np.ndarray:
    start, end = entry["data_offsets"]
    if not 0 <= start <= end <= len(body):
        raise ValueError("an array lies outside the file")
    return np.frombuffer(body[start:end], _KINDS[entry["dtype"]]).reshape(entry["shape"])
