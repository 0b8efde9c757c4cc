"""Arrays as safetensors: round trip, the package's own reading, and damaged files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aural.errors import ModelMissing, ModelRefused
from aural.models import tensors

ARRAYS = {
    "weights": np.arange(12, dtype=np.float32).reshape(3, 4),
    "bias": np.array([1.5, -2.0]),
    "none": np.zeros((0, 3), np.float32),
    "one": np.array(7, np.int64),
}


def test_round_trip_and_the_same_bytes(tmp_path: Path) -> None:
    tensors.write(tmp_path / "a.safetensors", ARRAYS)
    tensors.write(tmp_path / "b.safetensors", dict(reversed(ARRAYS.items())))
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    found = tensors.read(tmp_path / "a.safetensors")
    assert set(found) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype and np.array_equal(found[name], array)


def test_the_formats_own_package_reads_it_and_is_read(tmp_path: Path) -> None:
    theirs = pytest.importorskip("safetensors.numpy")
    tensors.write(tmp_path / "a.safetensors", ARRAYS)
    assert np.array_equal(theirs.load_file(tmp_path / "a.safetensors")["weights"], ARRAYS["weights"])
    theirs.save_file({"x": ARRAYS["weights"]}, tmp_path / "b.safetensors", metadata={"made": "there"})
    assert np.array_equal(tensors.read(tmp_path / "b.safetensors")["x"], ARRAYS["weights"])


def test_damaged_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    with pytest.raises(ModelMissing):
        tensors.read(path)
    tensors.write(path, ARRAYS)
    whole = path.read_bytes()
    cut = [b"", whole[:4], whole[:30], whole[:-5], b"\xff" * 64, b"\x02" + bytes(7) + b"[]", whole.replace(b"F32", b"F99")]
    for data in [*cut, b"\x0a" + bytes(7) + b'{"a":null}', whole.replace(b'"shape":[3,4]', b'"shape":[3,5]')]:
        path.write_bytes(data)
        with pytest.raises(ModelRefused):
            tensors.read(path)
