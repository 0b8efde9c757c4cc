"""A small S3 server on this machine: buckets in memory, as far as s3fs asks. `python object_store.py` prints its address.

It keeps no half object: one is there when its last byte has come. Signatures are not looked at.
"""

from __future__ import annotations

import hashlib
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

STARTED = formatdate(usegmt=True)


class Store(ThreadingHTTPServer):
    """`buckets`: name -> key -> bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.buckets: dict[str, dict[str, bytes]] = {}
        self.lock = threading.Lock()
        self.puts: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def _asked(self) -> tuple[str, str, dict[str, str]]:
        parts = urlsplit(self.path)
        bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
        return bucket, key, {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}

    def _body(self) -> bytes:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if "aws-chunked" not in (self.headers.get("Content-Encoding") or ""):
            return data
        whole = b""
        while data:
            head, _, data = data.partition(b"\r\n")
            size = int(head.partition(b";")[0] or b"0", 16)
            if not size:
                break
            whole, data = whole + data[:size], data[size + 2 :]
        return whole

    def _say(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _none(self, code: str) -> None:
        self._say(404, f"<Error><Code>{code}</Code><Message>none</Message></Error>".encode())

    def _about(self, data: bytes) -> dict[str, str]:
        return {"ETag": f'"{hashlib.md5(data).hexdigest()}"', "Last-Modified": STARTED, "Accept-Ranges": "bytes"}

    def do_HEAD(self) -> None:
        bucket, key, _ = self._asked()
        with self.server.lock:
            data = self.server.buckets.get(bucket, {}).get(key)
            known = bucket in self.server.buckets
        if not key:
            self._say(200 if known else 404)
        elif data is None:
            self._say(404)
        else:
            self._say(200, headers=self._about(data), length=len(data))

    def do_GET(self) -> None:
        bucket, key, asked = self._asked()
        with self.server.lock:
            held = dict(self.server.buckets.get(bucket, {}))
            known = bucket in self.server.buckets
        if not bucket:
            self._say(200, b"<ListAllMyBucketsResult><Buckets></Buckets></ListAllMyBucketsResult>")
        elif not known:
            self._none("NoSuchBucket")
        elif not key:
            self._say(200, _listing(held, asked).encode(), {"Content-Type": "application/xml"})
        elif key not in held:
            self._none("NoSuchKey")
        else:
            data, wanted = held[key], self.headers.get("Range")
            if wanted is None:
                self._say(200, data, self._about(data))
                return
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
            self._say(206, data[start : end + 1], self._about(data) | {"Content-Range": f"bytes {start}-{end}/{len(data)}"})

    def do_PUT(self) -> None:
        bucket, key, _ = self._asked()
        data = self._body()
        with self.server.lock:
            if not key:
                self.server.buckets.setdefault(bucket, {})
            elif bucket in self.server.buckets:
                self.server.buckets[bucket][key] = data
                self.server.puts.append(f"{bucket}/{key}")
            known = bucket in self.server.buckets
        self._say(200, headers=self._about(data)) if known else self._none("NoSuchBucket")

    def do_DELETE(self) -> None:
        bucket, key, _ = self._asked()
        with self.server.lock:
            self.server.buckets.get(bucket, {}).pop(key, None)
        self._say(204)


def _listing(held: dict[str, bytes], asked: dict[str, str]) -> str:
    prefix, cut = asked.get("prefix", ""), asked.get("delimiter")
    keys, folders = [], set()
    for key in sorted(k for k in held if k.startswith(prefix)):
        rest = key[len(prefix) :]
        if cut and cut in rest:
            folders.add(prefix + rest.partition(cut)[0] + cut)
        else:
            keys.append(key)
    rows = "".join(
        f"<Contents><Key>{escape(k)}</Key><Size>{len(held[k])}</Size><ETag>&quot;{hashlib.md5(held[k]).hexdigest()}&quot;</ETag>"
        "<LastModified>2026-01-01T00:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents>"
        for k in keys
    )
    rows += "".join(f"<CommonPrefixes><Prefix>{escape(f)}</Prefix></CommonPrefixes>" for f in sorted(folders))
    return (
        f"<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>{len(keys) + len(folders)}</KeyCount>"
        f"<Prefix>{escape(prefix)}</Prefix>{rows}</ListBucketResult>"
    )


if __name__ == "__main__":
    store = Store()
    print(store.address, flush=True)
    threading.Thread(target=store.serve_forever, daemon=True).start()
    sys.stdin.read()
