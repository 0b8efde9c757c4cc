"""Files are whole or absent; a lock is held by one process and freed when that one dies."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aural import files
from aural.errors import LimitReached, UsageError


def test_a_written_file_appears_only_when_the_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with files.written(path, "w") as out:
        out.write("döner\n")
        assert not path.exists()
    assert path.read_bytes() == "döner\n".encode()


def test_a_failed_block_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    files.write_text(path, "old")
    with pytest.raises(KeyboardInterrupt), files.written(path, "w") as out:
        out.write("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(os.name == "nt", reason="permissions are other there")
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    files.write_text(tmp_path / "ours", "x")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_place_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written"):
        files.write_text(tmp_path / "file" / "below", "x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_a_limit() -> None:
    with pytest.raises(OSError) as caught:
        Path("/dev/full").write_bytes(b"x")
    assert isinstance(files.disk_error(caught.value, Path("x")), LimitReached)


def test_sha256_of_a_known_text(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert files.sha256_of(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_lock_keeps_others_out_and_is_told_once(tmp_path: Path) -> None:
    told: list[int] = []
    with (
        files.locked(tmp_path / "lock"),
        pytest.raises(LimitReached, match="another process"),
        files.locked(tmp_path / "lock", timeout=0.2, on_wait=lambda: told.append(1)),
    ):
        raise AssertionError("both hold it")
    assert told == [1]
    with files.locked(tmp_path / "lock", timeout=0.0):
        pass


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from aural import files\n"
        "with files.locked(Path(sys.argv[1])): print(1, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "lock")], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    with pytest.raises(LimitReached), files.locked(tmp_path / "lock", timeout=0.0):
        pass
    process.kill()
    process.wait()
    process.stdout.close()
    begun = time.monotonic()
    with files.locked(tmp_path / "lock", timeout=5.0):
        assert time.monotonic() - begun < 2.0


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_what_a_kill_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    script = (
        "import sys, os, signal; from pathlib import Path; from aural import files\n"
        "with files.written(Path(sys.argv[1], 'a.json')) as out:\n"
        "    out.write(b'half'); out.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)])
    (tmp_path / ".aural-ffffff-1-x.part").touch()  # of another machine, perhaps
    (tmp_path / ".aural-notes.part").touch()
    assert len(list(tmp_path.iterdir())) == 3
    with files.written(tmp_path / "b.json"):
        assert files.swept(tmp_path) == 1  # what is being written stays
    assert sorted(p.name for p in tmp_path.iterdir()) == [".aural-ffffff-1-x.part", ".aural-notes.part", "b.json"]
