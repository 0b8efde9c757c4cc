"""Damaged and hostile recordings end in sound or in aural's own errors, within bounds of time and memory."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from aural.sound import Sound
from bench.damaged import WAYS, Child, cases, healthy

BOUND = 10.0  # s a file


def speech(path: Path, seed: int, rate: int) -> Path:
    """Noise in bursts: something that every codec has work with."""
    rng = np.random.default_rng(seed)
    t = np.arange(rate * 2) / rate
    return Sound((rng.normal(0, 0.1, len(t)) * (np.sin(9 * t) > 0)).astype(np.float32), rate).save(path)


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    one = Child()
    yield one
    one.close()


def test_a_hundred_damaged_files_do_no_harm(tmp_path: Path, child: Child) -> None:
    files = healthy([speech(tmp_path / "a.wav", 0, 16000), speech(tmp_path / "b.wav", 1, 44100)], seconds=2.0)
    assert len(files) == 15
    heard = total = 0
    for container, way, number, data in cases(files, len(WAYS), seed=3):
        ended, what, seconds, megabytes = child.feed(data, BOUND)
        assert ended in ("sound", "aural error"), f"{container} {way} {number}: {ended}: {what}"
        assert seconds < BOUND
        assert megabytes < 600, f"{container} {way} {number} took {megabytes} MB"
        heard += ended == "sound"
        total += 1
    assert total == 105
    assert heard > total / 2


def wav(rate: int, channels: int, block: int, size: int, data: bytes) -> bytes:
    form = struct.pack("<HHIIHH", 1, channels, rate, 0xFFFFFFFF, block, 16)
    return b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", size) + data


def box(kind: bytes, inner: bytes, size: int | None = None) -> bytes:
    return struct.pack(">I", len(inner) + 8 if size is None else size) + kind + inner


HOSTILE = {
    "hours promised": wav(16000, 1, 2, 0xFFFFFFF0, bytes(100)),
    "no samples": wav(16000, 1, 2, 0, b""),
    "one hertz": wav(1, 1, 2, 1000, bytes(1000)),
    "the highest rate": wav(0xFFFFFFFF, 1, 2, 1000, bytes(1000)),
    "64 channels": wav(8000, 64, 128, 12800, bytes(12800)),
    "65535 channels": wav(8000, 65535, 65535, 1000, bytes(100_000)),
    "huge blocks": wav(8000, 1, 65535, 0xFFFFFFFF, bytes(100_000)),
    "a chunk longer than any disk": b"RIFF\xff\xff\xff\xffWAVEJUNK\xff\xff\xff\xff" + bytes(100),
    "an endless tree of boxes": box(b"ftyp", b"M4A \0\0\0\0") + box(b"moov", b"", 1) * 2000,
    "a table of four milliards": box(b"ftyp", b"M4A \0\0\0\0")
    + box(b"moov", box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", box(b"stsz", bytes(8) + b"\xff\xff\xff\xff")))))),
    "an ogg page of nothing": b"OggS\0\2" + bytes(20) + b"\xff" * 256,
    "a flac of the largest blocks": b"fLaC\x80\0\0\x22" + b"\xff" * 34 + b"\xff\xf8" * 5000,
    "a tag of 256 MB": b"ID3\4\0\0\x7f\x7f\x7f\x7f" + bytes(1000),
    "webm with unknown sizes": b"\x1aE\xdf\xa3\x01" + b"\xff" * 7 + (b"\x18S\x80g\x01" + b"\xff" * 7) * 100,
    "sync words only": b"\xff\xfb\x90\x64" * 25_000,
    "AMR with frames of every kind": b"#!AMR\n" + bytes(range(256)) * 100,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_lies_about_itself_is_harmless(name: str, child: Child) -> None:
    ended, what, seconds, megabytes = child.feed(HOSTILE[name], BOUND)
    assert ended in ("sound", "aural error"), what
    assert seconds < 5
    assert megabytes < 600


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such devices here")
def test_endless_devices_and_pipes_do_not_hang() -> None:
    code = (
        "import sys\nfrom aural.errors import AuralError\nfrom aural.sound import Source\n"
        "try: Source(sys.argv[1]).recording\nexcept AuralError as e: print(type(e).__name__)"
    )
    for place in ("/dev/zero", "/dev/null", "/dev/urandom"):
        done = subprocess.run([sys.executable, "-c", code, place], capture_output=True, text=True, timeout=20, check=False)
        assert (done.stdout.strip(), done.stderr) == ("UnreadableSound", "")
    endless = "import sys\nwhile True: sys.stdout.buffer.write(bytes(65536))"
    zero = subprocess.Popen([sys.executable, "-c", endless], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        reader = [sys.executable, "-c", code, "-"]
        done = subprocess.run(reader, stdin=zero.stdout, capture_output=True, text=True, timeout=20, check=False)
    finally:
        zero.kill()
        zero.wait()
        assert zero.stdout is not None
        zero.stdout.close()
    assert (done.stdout.strip(), done.stderr) == ("NotASound", "")


@pytest.mark.skipif(sys.platform == "win32" or getattr(os, "geteuid", int)() == 0, reason="the superuser may read all")
def test_a_file_without_permission_is_told(tmp_path: Path) -> None:
    from aural.errors import UnreadableSound
    from aural.sound import Source

    path = speech(tmp_path / "a.wav", 0, 8000)
    path.chmod(0)
    with pytest.raises(UnreadableSound, match="permission"):
        Source(path)
