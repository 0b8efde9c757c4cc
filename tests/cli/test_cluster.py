"""A cluster of several real Ray nodes over an object store: a node dies in the middle, and each recording is answered once."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from learn_clips import RATE, manifest
from object_store import Store
from ray_nodes import ROOT, nodes

from aural.cli.addresses import Address, brought, found
from aural.cli.inputs import expand
from aural.cli.main import main
from aural.errors import LimitReached, UnreadableSound, UsageError
from aural.sound.sound import Sound

STORE = all(importlib.util.find_spec(name) for name in ("fsspec", "s3fs"))
RAY = importlib.util.find_spec("ray") is not None
stored = pytest.mark.skipif(not STORE, reason="fsspec and s3fs are not installed")


@pytest.fixture(scope="module")
def served() -> Iterator[Store]:
    """An object store of this module's own."""
    made = Store()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def keys_of(store: Store) -> dict[str, str]:
    """The environment in which s3:// means this store."""
    told = {"AWS_ENDPOINT_URL": store.address, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    return told | {"AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture
def store(served: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store with the empty buckets `calls` and `out`; s3:// means it."""
    served.buckets = {"calls": {}, "out": {}}
    served.puts.clear()
    for name, value in keys_of(served).items():
        monkeypatch.setenv(name, value)
    if STORE:
        import s3fs

        s3fs.S3FileSystem.clear_instance_cache()
    return served


def fill(store: Store, count: int) -> list[str]:
    """So many recordings in two folders; gives their keys."""
    keys = []
    for n in range(count):
        path = Path("fill.wav")
        Sound(0.1 * np.random.default_rng(n).standard_normal(16000 + n).astype(np.float32), 16000).save(path)
        keys.append(f"day{n % 2}/{n:02}.wav")
        store.buckets["calls"][keys[-1]] = path.read_bytes()
        path.unlink()
    return sorted(keys)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    return tmp_path


@stored
def test_what_an_address_holds(store: Store) -> None:
    keys = fill(store, 3)
    store.buckets["calls"]["day0/notes.txt"] = b"no recording"
    inputs = expand(["s3://calls"])
    assert [i.place for i in inputs] == [f"s3://calls/{k}" for k in keys]
    assert [i.folder.as_posix() for i in inputs] == ["day0", "day0", "day1"] and len({i.stamp for i in inputs}) == 3
    assert [p for p, _, _ in found("s3://calls/day1/01.wav", frozenset())] == ["s3://calls/day1/01.wav"]
    with brought("s3://calls/day1/01.wav") as path:
        assert path.name == "01.wav" and path.read_bytes() == store.buckets["calls"]["day1/01.wav"]
    assert not path.exists()
    there = Address("s3://out/a/b.json")
    assert not there.exists()
    there.write_bytes(b"{}")
    assert there.exists() and there.name == "b.json" and there.suffix == ".json"
    there.unlink()
    there.unlink(missing_ok=True)
    assert not there.exists()


@stored
def test_what_is_wrong_with_an_address_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from aural.cli import addresses

    with pytest.raises(UnreadableSound, match="no recording"):
        expand(["s3://calls/none"])
    with pytest.raises(UnreadableSound, match="Download it first"):
        expand(["https://example.com/a.wav"])
    with pytest.raises(UsageError, match="no such kind"):
        found("nothing://x", frozenset())
    with pytest.raises(UsageError, match="no such bucket"):
        Address("s3://nobody/x").check()
    with pytest.raises(UsageError, match="no such bucket"):
        Address("s3://nobody/x").write_bytes(b"")
    monkeypatch.setattr(addresses, "_PAUSE", 0.0)
    tries = []

    def broken() -> None:
        tries.append(1)
        raise OSError("the line is dead")

    with pytest.raises(LimitReached, match="the line is dead"):
        addresses._tried("s3://x", broken)
    assert len(tries) == 3


@stored
@pytest.mark.weights
def test_without_a_cluster_addresses_work_as_folders_do(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AURAL_HOME")
    keys = fill(store, 2)
    line = ["vad", "s3://calls", "-o", "s3://out/x", "-f", "json", "--jobs", "1", "--quiet"]
    assert main(line) == 0
    assert sorted(store.buckets["out"]) == [f"x/{k[:-4]}.json" for k in keys]
    assert main(line) == 1 and main([*line, "--skip-existing"]) == 0  # nothing is replaced unasked
    assert main(["vad", "s3://calls", "-o", "s3://out/all.jsonl", "--jobs", "1", "--ledger", "w.db", "--quiet"]) == 0
    rows = [json.loads(line) for line in store.buckets["out"]["all.jsonl"].splitlines()]
    assert [r["place"] for r in rows] == [f"s3://calls/{k}" for k in keys]


@pytest.fixture(scope="module")
def cluster(served: Store) -> Iterator[tuple[str, Any]]:
    """Two nodes that reach the store: the address, and what kills one of them."""
    with nodes(2, keys_of(served)) as made:
        yield made


@stored
@pytest.mark.weights
@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_a_node_dies_and_every_recording_is_answered_once(
    cluster: tuple[str, Any], store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AURAL_HOME")
    keys = fill(store, 30)
    store.buckets["calls"]["day0/bad.wav"] = b"this is no recording"
    address, kill = cluster
    command = [sys.executable, "-m", "aural", "vad", "s3://calls", "--cluster", address, "-o", "s3://out/x", "-f", "json",
               "--ledger", "w.db", "--progress", "json"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        limit = time.monotonic() + 120
        while len(store.puts) < 6:
            assert run.poll() is None and time.monotonic() < limit, run.communicate()[1]
            time.sleep(0.02)
        kill()
        left = run.communicate(timeout=120)[1]
    assert run.returncode == 1 and "bad.wav" in left and '"files"' in left
    assert sorted(store.buckets["out"]) == [f"x/{k[:-4]}.json" for k in keys]
    for key in keys:
        assert json.loads(store.buckets["out"][f"x/{key[:-4]}.json"])["recording"]["name"] == Path(key).name
    twice = [key for key, n in Counter(store.puts).items() if n > 1]
    assert len(twice) <= 2  # what the lost node had just delivered may be delivered again, and is the same
    assert main(["jobs", "w.db"]) == 1
    Sound(np.zeros(8000, np.float32), 8000).save(folder / "here.wav")  # names of this folder mean this folder there, too
    line = [sys.executable, "-m", "aural", "vad", "here.wav", "--cluster", address, "-o", "answers", "-f", "json"]
    assert subprocess.run(line, env=environment, capture_output=True).returncode == 0
    assert (folder / "answers" / "here.json").is_file()


@pytest.mark.skipif(not RAY, reason="ray is not installed")
def test_one_model_is_learned_here_and_on_a_node(cluster: tuple[str, Any], tmp_path: Path) -> None:
    rows, valid = manifest(tmp_path, 4), manifest(tmp_path, 2, 1)
    sets = {"encoder": "rnn", "sample_rate": RATE, "width": 6, "n_mels": 12, "batch": 6, "epochs": 1, "rate": 0.01, "threads": 1}
    flags = [word for name, value in sets.items() for word in ("--set", f"{name}={value}")]
    command = [sys.executable, "-m", "aural", "train", "classify", "--manifest", str(rows), "--valid", str(valid)]
    command += ["-o", str(tmp_path / "run"), "--progress", "none", "--processes", "2", "--cluster", cluster[0], *flags]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=250)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("stopped after 1 epochs") == 1 and (tmp_path / "run" / "model" / "model.onnx").is_file()


@pytest.mark.skipif(RAY, reason="ray is installed")
def test_a_cluster_needs_its_package(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Sound(np.zeros(800, np.float32), 8000).save(folder / "a.wav")
    assert main(["vad", "a.wav", "--cluster", "127.0.0.1:1"]) == 4
    assert "pip install 'aural[cluster]'" in capsys.readouterr().err
