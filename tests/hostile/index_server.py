"""A package index on 127.0.0.1 that can be told to misbehave, and small archives to put on it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

from aural.archives import Archive


@dataclass
class Index:
    """Pages and files by path, how files are served, and what was asked.

    `cuts`: bytes after which the next answers break off; `statuses`: codes that the next answers give instead;
    `stall`: seconds of silence in the middle of the next answers; `redirects`: path -> other address.
    """

    address: str = ""
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    ranges: bool = True
    wrong_start: int = 0
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    stalls: list[float] = field(default_factory=list)
    slow: float = 0.0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def offer(self, archive: Archive, data: bytes, form: str = "html", sha256: str | None = None) -> None:
        """Put an archive on the index, listed by a page of the given form."""
        where = f"/files/{archive.filename}"
        digest = archive.sha256 if sha256 is None else sha256
        self.files[where] = data
        if form == "json":
            rows = [{"filename": archive.filename, "url": f"../..{where}", "hashes": {"sha256": digest}}]
            page = json.dumps({"files": rows}).encode()
            self.pages[f"/simple/{archive.project}/"] = ("application/vnd.pypi.simple.v1+json", page)
        else:
            link = f'<a href="../..{where}#sha256={digest}">{archive.filename}</a>'
            other = '<a href="../../files/other-1.0.whl">other-1.0.whl</a>'
            self.pages[f"/simple/{archive.project}/"] = ("text/html", f"<html><body>{other}<br>{link}</body></html>".encode())

    def downloads(self) -> list[dict[str, str]]:
        """The headers of each request for a file."""
        return [headers for path, headers in self.asked if path.startswith("/files/")]


@contextlib.contextmanager
def serving(index: Index) -> Iterator[Index]:
    """Serve an index until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            return

        def do_GET(self) -> None:
            index.asked.append((self.path, dict(self.headers)))
            self.close_connection = True
            with contextlib.suppress(ConnectionError):
                _answer(self, index)

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            return

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    index.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _answer(request: BaseHTTPRequestHandler, index: Index) -> None:
    path = request.path
    if path in index.redirects:
        return _head(request, 302, {"Location": index.redirects[path], "Content-Length": "0"})
    if path in index.pages:
        kind, data = index.pages[path]
        _head(request, 200, {"Content-Type": kind, "Content-Length": str(len(data))})
        request.wfile.write(data)
        return None
    if path not in index.files:
        return _head(request, 404, {"Content-Length": "0"})
    if index.statuses:
        return _head(request, index.statuses.pop(0), {"Content-Length": "0"})
    return _file(request, index, index.files[path])


def _file(request: BaseHTTPRequestHandler, index: Index, data: bytes) -> None:
    start = 0
    wanted = request.headers.get("Range", "")
    if index.ranges and wanted:
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) + index.wrong_start
        if start >= len(data):
            return _head(request, 416, {"Content-Length": "0", "Content-Range": f"bytes */{len(data)}"})
        head = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}", "Content-Length": str(len(data) - start)}
        _head(request, 206, head)
    else:
        _head(request, 200, {"Content-Length": str(len(data))})
    stop = index.cuts.pop(0) if index.cuts else len(data)
    body = data[start : start + stop]
    half = len(body) // 2
    request.wfile.write(body[:half])
    if index.stalls:
        time.sleep(index.stalls.pop(0))
    for at in range(half, len(body), 1 << 14):
        request.wfile.write(body[at : at + (1 << 14)])
        time.sleep(index.slow)
    return None


def _head(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str]) -> None:
    request.send_response(status)
    for name, value in {**headers, "Connection": "close"}.items():
        request.send_header(name, value)
    request.end_headers()


def noise(size: int, seed: int = 0) -> bytes:
    """Bytes that do not compress."""
    return np.random.default_rng(seed).integers(0, 256, size, dtype=np.uint8).tobytes()


def wheel(project: str, members: dict[str, bytes], index: str = "pypi") -> tuple[Archive, bytes]:
    """An archive with these members: a wheel, or a .tgz for npm."""
    out = io.BytesIO()
    if index == "npm":
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name, data in members.items():
                row = tarfile.TarInfo(name)
                row.size = len(data)
                tar.addfile(row, io.BytesIO(data))
    else:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name, data in members.items():
                zipped.writestr(name, data)
    data = out.getvalue()
    name = f"{project}-1.0.tgz" if index == "npm" else f"{project}-1.0-py3-none-manylinux_2_99_riscv64.whl"
    return Archive(project, "1.0", name, sha(data), len(data), "npm" if index == "npm" else "pypi"), data


def sha(data: bytes) -> str:
    """Lower-case hex sha256."""
    return hashlib.sha256(data).hexdigest()
