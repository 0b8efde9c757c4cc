"""The voice book in Postgres: the same as in a file, from several processes at once, over a kill -9 of the server."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from postgres import Postgres, missing

from aural.cli.main import main
from aural.errors import LimitReached, ModelRefused, UsageError
from aural.stores.speakers import Book, Entry, copied, default_place, opened

WHY = missing()
pytestmark = pytest.mark.skipif(WHY is not None, reason=WHY or "")
MODEL, OTHER = "a" * 64, "b" * 64
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    made = Postgres()
    yield made
    made.close()


@pytest.fixture
def address(server: Postgres) -> str:
    """The server with an empty store."""
    import psycopg

    with psycopg.connect(server.address, autocommit=True) as base:
        base.execute("set client_min_messages = error")
        base.execute("drop table if exists aural_voice, aural_store")
    return server.address


def _entry(seed: int, model: str = MODEL, seconds: float = 5.0) -> Entry:
    return Entry(np.random.default_rng(seed).standard_normal(16), model, f"recording {seed}", f"{seed}.wav", seconds)


def _plain(place: Any) -> list[Any]:
    store = opened(place)
    rows = [(n, e.vector.tobytes(), e.model, e.recording, e.heard, e.seconds) for n, e in store.rows()]
    store.close()
    return rows


def test_it_answers_as_a_file_does(tmp_path: Path, address: str) -> None:
    query = np.random.default_rng(9).standard_normal(16)
    told = []
    for place in (tmp_path / "v.db", address):
        with Book(place) as book:
            assert book.names() == () and book.voices(MODEL) == {}
            for seed, name in enumerate(["Ann", "bob", "Cem", "Ärni"]):
                book.add(name, [_entry(seed, seconds=3 + seed), _entry(seed + 10, seconds=60.0)])
            book.add("Ann", [_entry(0, seconds=7.0)])
            book.add("Dana", [_entry(20, OTHER)])
            book.add("A.", [_entry(10), _entry(30)])
            merged = book.merge(["A."], "Ann")
            assert merged.recordings == 3 and book.forget("Cem") == 2
            with pytest.raises(ModelRefused):
                book.rank(query, "c" * 64)
            with pytest.raises(UsageError, match="Did you mean"):
                book.forget("bobb")
            ranked = book.rank(query, MODEL)
            assert book.rank(query, MODEL, 1) == ranked[:1]
            told.append((book.names(), [n for n, _ in ranked], [c for _, c in ranked], sorted(book.voices(OTHER))))
    assert told[0][0] == told[1][0] and told[0][1] == told[1][1] and told[0][3] == told[1][3]
    assert np.allclose(told[0][2], told[1][2], atol=1e-5)


def test_copies_both_ways_change_no_bit(tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Book(tmp_path / "a.db") as book:
        for seed in range(7):
            book.add(f"n{seed % 3}", [_entry(seed)])
    assert main(["stores", "copy", str(tmp_path / "a.db"), address]) == 0
    assert copied(address, tmp_path / "b.db") == (3, 7)
    assert copied(address, tmp_path / "b.db") == (3, 7)
    assert _plain(tmp_path / "a.db") == _plain(address) == _plain(tmp_path / "b.db")
    assert main(["stores", "show", address]) == 0
    out = capsys.readouterr().out
    assert "7 recordings of 3 voices copied" in out and "3 voices, 7 recordings, 1 models" in out and "aural@" not in out


def test_many_writers_at_once(address: str) -> None:
    def write(start: int) -> None:
        with Book(address) as book:
            for i in range(10):
                book.add(f"n{i}", [_entry(100 * start + i)])
                book.add("all", [_entry(7)])

    threads = [threading.Thread(target=write, args=(s,)) for s in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with Book(address) as book:
        assert {k.name: k.recordings for k in book.names()} == {f"n{i}": 4 for i in range(10)} | {"all": 1}


def test_nothing_that_was_told_is_lost_when_the_server_is_killed(server: Postgres, address: str) -> None:
    script = (
        "import sys, numpy as np\n"
        "from aural.stores.speakers import Book, Entry\n"
        "book = Book(sys.argv[1])\n"
        "for i in range(100000):\n"
        "    book.add(f'n{i}', [Entry(np.ones(64), 'm', f'{i} {k}', 'x', 1.0) for k in range(3)])\n"
        "    print(i, flush=True)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None and writer.stderr is not None
        told = next(int(line) for line in writer.stdout if int(line) >= 20)
        server.kill()
        told = max([told, *(int(line) for line in writer.stdout)])
        assert "LimitReached" in writer.stderr.read()
    server.start()
    with Book(address) as book:
        names = book.names()
        assert len(names) > told and all(k.recordings == 3 for k in names)
        server.kill()
        with pytest.raises(LimitReached, match="cannot be reached"):
            book.names()
        server.start()
        assert len(book.names()) == len(names)  # the same book finds its way back


def test_verbs_use_the_store_that_the_environment_names(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AURAL_STORE", address)
    assert default_place() == address
    with Book() as book:
        book.add("Sarah", [_entry(1)])
    assert main(["enroll", "--list"]) == 0 and "Sarah" in capsys.readouterr().out
    monkeypatch.delenv("AURAL_STORE")
    assert main(["enroll", "--list", "--store", address]) == 0 and "Sarah" in capsys.readouterr().out


def test_a_server_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["stores", "show", "postgresql://me:secret@127.0.0.1:1/x"]) == 5
    told = capsys.readouterr().err
    assert "cannot be reached" in told and "secret" not in told
    assert main(["stores", "show", "mysql://host/x"]) == 2
