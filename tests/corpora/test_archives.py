"""Archives of corpora: unpacked once, checked, nothing beside the folder, offline said so."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from aural.corpora.archives import fetched
from aural.corpora.sets._corpus import Archive
from aural.errors import CorpusError, UsageError
from aural.progress import Quiet


def packed(folder: Path, **files: bytes) -> Archive:
    """A tar laid by hand into the folder where it would be fetched to."""
    folder.mkdir()
    path = folder / "part.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name.replace("__", "/").replace("up/", "../"))
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    data = path.read_bytes()
    return Archive("https://example.org/part.tar.gz", len(data), hashlib.sha256(data).hexdigest())


def test_an_archive_is_unpacked_once(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    archive = packed(folder, a__b=b"one")
    fetched(archive, folder, Quiet())
    assert (folder / "a" / "b").read_bytes() == b"one" and not (folder / "part.tar.gz").exists()
    (folder / "a" / "b").write_bytes(b"mine")
    fetched(archive, folder, Quiet())
    assert (folder / "a" / "b").read_bytes() == b"mine", "what is unpacked is left as it is"


def test_nothing_is_written_beside_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    archive = packed(folder, up__b=b"one")
    with pytest.raises(CorpusError, match="cannot be unpacked"):
        fetched(archive, folder, Quiet())
    assert not (tmp_path / "b").exists()


def test_half_an_archive_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    archive = packed(folder, a=b"x" * 5000)
    (folder / "part.tar.gz").write_bytes((folder / "part.tar.gz").read_bytes()[:60])
    with pytest.raises(CorpusError, match="cannot be unpacked"):
        fetched(archive, folder, Quiet())


def test_offline_says_where_to_lay_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    with pytest.raises(UsageError, match="AURAL_OFFLINE"):
        fetched(Archive("https://example.org/x.tar.gz", 3), tmp_path, Quiet())
