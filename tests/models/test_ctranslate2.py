"""The reader of CTranslate2 files: what is written is read, and damage is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aural.errors import ModelMissing, ModelRefused
from aural.models.ctranslate2 import Arrays

KINDS = {"<f4": 0, "|i1": 1, "<i2": 2, "<i4": 3, "<f2": 4}
VALUES = {
    "encoder/weight": np.arange(12, dtype="<f2").reshape(3, 4),
    "decoder/bias": np.linspace(0, 1, 5, dtype="<f4"),
    "heads": np.array(8, "<i2"),
    "switch": np.array(1, "i1"),
}


def name(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def file_of(values: dict[str, np.ndarray], version: int = 6) -> bytes:
    parts = [struct.pack("<I", version), name("TestSpec"), struct.pack("<II", 3, len(values))]
    for key, value in values.items():
        parts += [name(key), struct.pack(f"<B{value.ndim}I", value.ndim, *value.shape)]
        parts += [struct.pack("<BI", KINDS[value.dtype.str], value.nbytes), value.tobytes()]
    parts += [struct.pack("<I", 1), name("decoder/second"), name("decoder/bias")]
    return b"".join(parts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "model.bin"
    made.write_bytes(file_of(VALUES))
    return made


def test_arrays_are_read_by_name(path: Path) -> None:
    arrays = Arrays(path)
    assert arrays.architecture == "TestSpec"
    for key, value in VALUES.items():
        assert np.array_equal(arrays.read(key), value) and arrays.read(key).dtype == value.dtype
    assert np.array_equal(arrays.read("decoder/second"), VALUES["decoder/bias"])
    with pytest.raises(ModelRefused, match="no array 'nothing'"):
        arrays.read("nothing")


def test_every_cut_is_refused(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:length])
        with pytest.raises(ModelRefused):
            Arrays(tmp_path / "cut")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "model.bin"
        made.write_bytes(data)
        with pytest.raises(ModelRefused):
            Arrays(made)


@pytest.mark.parametrize("place", range(0, 120, 3))
def test_flipped_bytes_end_in_arrays_or_our_error(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place % len(data)] ^= 0xFF
    path.write_bytes(data)
    try:
        arrays = Arrays(path)
    except ModelRefused:
        return
    assert all(stored.offset + stored.size <= len(data) for stored in arrays.stored.values())


def test_other_versions_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(file_of(VALUES, version=99))
    with pytest.raises(ModelRefused, match="version"):
        Arrays(tmp_path / "new")
    with pytest.raises(ModelMissing):
        Arrays(tmp_path / "absent")
