"""The voice book: what it promises after a crash, a change of model, a merge and a removal."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from aural.errors import DataError, ModelRefused, UsageError
from aural.stores.speakers import Book, Entry, default_place

MODEL, OTHER = "a" * 64, "b" * 64


def _vector(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(16)


def _entry(seed: int, model: str = MODEL, seconds: float = 5.0) -> Entry:
    return Entry(_vector(seed), model, f"recording {seed}", f"{seed}.wav", seconds)


def test_a_book_that_is_not_there_is_empty_and_reading_makes_no_file(tmp_path: Path) -> None:
    with Book(tmp_path / "voices.db") as book:
        assert book.names() == () and book.voices(MODEL) == {}
    assert not (tmp_path / "voices.db").exists()


def test_default_place_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "here"))
    assert default_place() == tmp_path / "here" / "voices.db"
    with Book() as book:
        book.add("Sarah", [_entry(1)])
    assert (tmp_path / "here" / "voices.db").is_file()


def test_several_recordings_of_one_name_and_the_same_one_twice(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [_entry(1), _entry(2)])
        known = book.add("Sarah", [_entry(2)])
    assert (known.recordings, known.seconds) == (2, 10.0)
    with Book(tmp_path / "v.db") as book:
        (only,) = book.names()
        direction = _vector(1) / np.linalg.norm(_vector(1)) + _vector(2) / np.linalg.norm(_vector(2))
        assert np.allclose(book.voices(MODEL)["Sarah"], direction / np.linalg.norm(direction), atol=1e-6)
    assert only.name == "Sarah"


def test_ranks_by_cosine_whatever_the_length(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        for seed, name in enumerate(["Ann", "Bob", "Cem"]):
            book.add(name, [_entry(seed)])
        ranked = book.rank(100 * _vector(1), MODEL)
    assert ranked[0][0] == "Bob" and ranked[0][1] == pytest.approx(1.0)
    assert [s for _, s in ranked] == sorted((s for _, s in ranked), reverse=True)


def test_another_model_is_refused_and_never_compared(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [_entry(1)])
        with pytest.raises(ModelRefused, match="another model"):
            book.voices(OTHER)
        book.add("Bob", [_entry(2, OTHER)])
        assert set(book.voices(OTHER)) == {"Bob"} and set(book.voices(MODEL)) == {"Sarah"}
        assert {k.name: k.models for k in book.names()} == {"Bob": (OTHER,), "Sarah": (MODEL,)}


def test_merge_gives_all_recordings_and_keeps_one_of_each(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [_entry(1), _entry(2)])
        book.add("S.", [_entry(2), _entry(3)])
        assert book.merge(["S."], "Sarah").recordings == 3
        assert [k.name for k in book.names()] == ["Sarah"]
        assert book.merge(["Sarah"], "Sarah Smith").recordings == 3
        with pytest.raises(UsageError, match="Did you mean"):
            book.merge(["Sarah Smit"], "x")


def test_forgotten_voices_leave_no_bytes_behind(tmp_path: Path) -> None:
    held = (_vector(1) / np.linalg.norm(_vector(1))).astype("<f4").tobytes()
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [_entry(1)])
        book.add("Bob", [_entry(2)])
        assert book.forget("Sarah") == 1
        left = b"".join(p.read_bytes() for p in tmp_path.iterdir())
        assert held not in left and b"Sarah" not in left and b"Bob" in left
        with pytest.raises(UsageError, match="nobody called 'Sarah'"):
            book.forget("Sarah")


@pytest.mark.skipif(sys.platform == "win32", reason="no permission bits")
def test_only_the_owner_reads_it(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [_entry(1)])
        assert (tmp_path / "v.db").stat().st_mode & 0o077 == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_survives_being_killed_while_it_writes(tmp_path: Path) -> None:
    script = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from aural.stores.speakers import Book, Entry\n"
        "book = Book(Path(sys.argv[1]))\n"
        "for i in range(100000):\n"
        "    book.add(f'n{i}', [Entry(np.ones(256), 'm', f'{i} {k}', 'x', 1.0) for k in range(3)])\n"
        "    print(i, flush=True)\n"
    )
    child = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "v.db")], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    told = -1
    for line in child.stdout:
        told = int(line)
        if told >= 20:
            break
    os.kill(child.pid, signal.SIGKILL)
    child.stdout.close()
    child.wait()
    with Book(tmp_path / "v.db") as book:
        names = book.names()
        assert len(names) > told, "a voice that was reported as enrolled is gone"
        assert all(k.recordings == 3 for k in names), "half a transaction was kept"
        book.add("after", [_entry(1)])


def test_a_failed_addition_changes_nothing(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [_entry(1)])
        with pytest.raises(UsageError):
            book.add("Sarah", [_entry(2), Entry(np.zeros(16), MODEL, "r", "r", 1.0)])
        assert book.names()[0].recordings == 1


def test_two_writers_at_once(tmp_path: Path) -> None:
    def write(start: int) -> None:
        with Book(tmp_path / "v.db") as book:
            for i in range(10):
                book.add(f"n{start + i}", [_entry(start + i)])

    with Book(tmp_path / "v.db") as book:
        book.add("first", [_entry(0)])
    threads = [threading.Thread(target=write, args=(s,)) for s in (100, 200)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    with Book(tmp_path / "v.db") as book:
        assert len(book.names()) == 21


def test_refuses_what_is_no_book(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database " * 200)
    with pytest.raises(DataError, match="no voice book"):
        Book(tmp_path / "text.db")
    foreign = sqlite3.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE songs (x)")
    foreign.commit()
    foreign.close()
    with pytest.raises(DataError, match="no voice book"):
        Book(tmp_path / "foreign.db")
    with pytest.raises(UsageError, match="folder"):
        Book(tmp_path)


def test_a_book_of_a_later_version_is_refused(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        book.add("Sarah", [_entry(1)])
    later = sqlite3.connect(tmp_path / "v.db")
    later.execute("PRAGMA user_version = 7")
    later.close()
    with pytest.raises(DataError, match="version 7"):
        Book(tmp_path / "v.db")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b"])
def test_refuses_odd_names(tmp_path: Path, name: str) -> None:
    with Book(tmp_path / "v.db") as book, pytest.raises(UsageError):
        book.add(name, [_entry(1)])


def test_odd_but_real_names(tmp_path: Path) -> None:
    with Book(tmp_path / "v.db") as book:
        for name in ("Zoë O'Neil; DROP TABLE voice", "王芳", 'Dr. "Bob"'):
            assert book.add(f"  {name} ", [_entry(1)]).name == name
        assert len(book.names()) == 3
