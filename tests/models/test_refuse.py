"""A model folder holds data only, and data is not taken for a pickle by chance."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from aural.errors import ModelRefused
from aural.models import refuse


def _header(length: int) -> bytes:
    """A safetensors file whose header has `length` bytes."""
    text = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return length.to_bytes(8, "little") + text.ljust(length) + bytes(4)


@pytest.mark.parametrize("length", [0x280, 0x380, 0x480, 0x580, 200])
def test_the_length_of_a_header_is_no_pickle(tmp_path: Path, length: int) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(_header(length))
    refuse.check_content(path)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("name", ["model.safetensors", "weights.bin", "notes.txt"])
def test_a_pickle_is_refused_under_any_name(tmp_path: Path, protocol: int, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(pickle.dumps({"a": list(range(2000))}, protocol))
    with pytest.raises(ModelRefused, match="pickle"):
        refuse.check_content(path)


@pytest.mark.parametrize("data", [_header(0x280)[:100], (0x280).to_bytes(8, "little") + b"[" * 0x280 + bytes(4)])
def test_a_header_that_is_none_is_no_excuse(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelRefused):
        refuse.check_content(path)


def test_the_same_bytes_under_another_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(_header(0x280))
    with pytest.raises(ModelRefused):
        refuse.check_content(path)
