"""Model folders that are damaged, or that would run code: refused in aural's own words, whatever the disguise."""

from __future__ import annotations

import io
import json
import pickle
import random
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aural.errors import AuralError, ModelRefused
from aural.models import card as cards
from aural.models import refuse, store
from aural.models.card import Card, Licences

CARD = Card("mine", "tagger", "onnx", Licences("MIT", "MIT", "unknown", True, "the test"), "a test", labels=("a",))
SHIPPED = Path(cards.__file__).parent / "shipped"


class Bomb:
    """Unpickled, it would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.write_text, (self.path, "exploded")


def numpy_file(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, values, allow_pickle=True)
    return out.getvalue()


def torch_zip(payload: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("archive/data.pkl", payload)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    made = tmp_path / "mine"
    made.mkdir()
    cards.write(CARD, made / "card.json")
    (made / "model.onnx").write_bytes(b"\x08\x08")
    return made


SUFFIXES = [
    ".pt",
    ".pth",
    ".ckpt",
    ".pkl",
    ".pickle",
    ".joblib",
    ".npz",
    ".nemo",
    ".PT",
    ".py",
    ".pyc",
    ".so",
    ".dll",
    ".sh",
    ".exe",
]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_kinds_of_files_that_can_run_code_are_refused(folder: Path, suffix: str) -> None:
    (folder / f"weights{suffix}").write_bytes(b"anything")
    with pytest.raises(ModelRefused, match=r"pickle|program"):
        store.add(folder)
    with pytest.raises(ModelRefused, match=r"pickle|program"):
        store.open_model(str(folder), "tagger")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("name", ["model.onnx", "weights.safetensors", "weights.bin", "notes.txt", "below/data.json"])
def test_a_pickle_by_another_name_is_refused_and_never_opened(folder: Path, tmp_path: Path, protocol: int, name: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(pickle.dumps(Bomb(tmp_path / "bomb"), protocol=protocol))
    declared(folder, name)
    for attempt in (lambda: store.add(folder), lambda: store.open_model(str(folder), "tagger")):
        with pytest.raises(ModelRefused, match="pickle"):
            attempt()
    assert not (tmp_path / "bomb").exists()


@pytest.mark.parametrize(
    "data, words",
    [
        (torch_zip(b"x"), "zip"),
        (b"\x7fELF" + bytes(100), "program"),
        (b"MZ" + bytes(100), "program"),
        (b"#!/bin/sh\n", "program"),
        (numpy_file(np.array([{"a": 1}], dtype=object)), "objects"),
        (b"\x93NUMPY\x01\x00", "objects"),
        (b"\x93NUMPY\x02\x00" + struct.pack("<I", 30) + b"{'descr': __import__('os')}\n", "objects"),
    ],
)
def test_programs_and_objects_in_disguise_are_refused(folder: Path, data: bytes, words: str) -> None:
    (folder / "weights.bin").write_bytes(data)
    declared(folder, "weights.bin")
    with pytest.raises(ModelRefused, match=words):
        store.add(folder)


def test_plain_arrays_are_taken(folder: Path) -> None:
    (folder / "weights.npy").write_bytes(numpy_file(np.arange(5, dtype=np.float32)))
    declared(folder, "weights.npy")
    assert "weights.npy" in store.add(folder).files


@pytest.mark.parametrize("name", ["../out.onnx", "/etc/passwd", "a/../../b.onnx", "..\\out.onnx", "C:\\x.onnx", "", "a\0b"])
def test_names_that_leave_the_folder_are_refused(folder: Path, name: str) -> None:
    declared(folder, name, "0" * 64)
    with pytest.raises(ModelRefused):
        store.add(folder)
    with pytest.raises(ModelRefused):
        refuse.check_name(name)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_out_of_the_folder_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "notes.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(ModelRefused, match="link"):
        store.add(folder)


VALUES: list[Any] = [None, 1, -1.5, "", "x" * 10_000, [], {}, [1], {"a": 1}, True, "../..", "\0", [[]], {"code": 1}]


def test_cards_with_any_field_broken_end_in_a_result_or_an_error_of_ours(folder: Path) -> None:
    plain = json.loads((folder / "card.json").read_text())
    tried = 0
    for key in [*plain, "mystery"]:
        for value in VALUES:
            (folder / "card.json").write_text(json.dumps({**plain, key: value}))
            for attempt in (lambda: store.open_model(str(folder), "tagger"), lambda: store.add(folder), store.names):
                try:
                    attempt()
                except AuralError as error:
                    assert str(error)
                tried += 1
            try:
                store.remove("mine")
            except AuralError:
                pass
    assert tried > 800


def test_cards_damaged_by_bytes_end_in_a_result_or_an_error_of_ours(folder: Path) -> None:
    whole = (folder / "card.json").read_bytes()
    rng = random.Random(0)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        (folder / "card.json").write_bytes(data[: rng.randrange(len(data))] if rng.random() < 0.3 else data)
        try:
            store.entry_of(str(folder))
        except AuralError as error:
            assert str(error)


DAMAGE = """
import random, sys
from pathlib import Path
from aural.errors import AuralError
from aural.models.runtime import Runtime
whole, out = Path(sys.argv[1]).read_bytes(), Path(sys.argv[2])
rng, opened = random.Random(int(sys.argv[3])), 0
for _ in range(int(sys.argv[4])):
    data = bytearray(whole)
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    out.write_bytes(data[: rng.randrange(len(data))] if rng.random() < 0.3 else data)
    try:
        Runtime("cpu", 1).session(out)
        opened += 1
    except AuralError:
        pass
print(opened)
"""


def test_damaged_graphs_are_refused_and_nothing_crashes(tmp_path: Path) -> None:
    """In another process: a crash in the runtime would be seen as a signal, a hang by its limit."""
    graphs = sorted(SHIPPED.glob("*.onnx"))[:2]
    assert graphs, "no graph is shipped to damage"
    for i, graph in enumerate(graphs):
        command = [sys.executable, "-c", DAMAGE, str(graph), str(tmp_path / "damaged.onnx"), str(i), "150"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr[-500:]


def declared(folder: Path, name: str, sha256: str | None = None) -> None:
    """Name a file in the folder's card, with its sha256."""
    from dataclasses import replace

    from aural.files import sha256_of

    digest = sha256 or sha256_of(folder / name)
    cards.write(replace(CARD, files={name: digest}), folder / "card.json")
