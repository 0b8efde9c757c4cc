"""Fetches over http and https: resumed, checked by sha256, whole or absent; proxies, certificates, logins."""

from __future__ import annotations

import base64
import contextlib
import http.client
import netrc
import os
import shutil
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from aural.errors import LimitReached, ModelMissing, ModelRefused, UsageError
from aural.files import disk_error, sha256_of


@dataclass(frozen=True)
class Web:
    """How addresses are opened.

    `proxy`: one address for all, "" = what the environment says; `certificates`: files or folders of
    trusted authorities beside the system's; `trusted`: hosts taken without certificate; `logins`: host
    (with port) -> Authorization header; `timeout`: seconds of silence; `tries`: attempts in a row
    without a new byte; `pause`: seconds before the second attempt, doubled each time.
    """

    proxy: str = ""
    certificates: tuple[str, ...] = ()
    client_certificate: str = ""
    trusted: tuple[str, ...] = ()
    logins: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 30.0
    tries: int = 5
    pause: float = 0.5

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> Any:
        """The answer to a GET. Raises: OSError, http.client.HTTPException, UsageError (no such scheme)."""
        parts = urllib.parse.urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError("this is no http or https address", where=without_login(url))
        login = self._login(parts)
        request = urllib.request.Request(without_login(url), headers={"User-Agent": "aural", **(headers or {})})
        if login:  # never sent on to where a redirect leads
            request.add_unredirected_header("Authorization", login)
        handlers: list[urllib.request.BaseHandler] = [urllib.request.HTTPSHandler(context=self._context(parts))]
        if self.proxy:
            handlers.append(urllib.request.ProxyHandler({"http": self.proxy, "https": self.proxy}))
        return urllib.request.build_opener(*handlers).open(request, timeout=self.timeout)

    def _login(self, parts: urllib.parse.SplitResult) -> str:
        if parts.username is not None:
            return basic(urllib.parse.unquote(parts.username), urllib.parse.unquote(parts.password or ""))
        host = parts.netloc.rpartition("@")[2]
        if host in self.logins:
            return self.logins[host]
        try:
            found = netrc.netrc(os.environ.get("NETRC")).authenticators(parts.hostname or "")
        except (OSError, netrc.NetrcParseError):
            return ""
        return basic(found[0], found[2]) if found else ""

    def _context(self, parts: urllib.parse.SplitResult) -> ssl.SSLContext:
        context = ssl.create_default_context()
        for path in self.certificates:
            with contextlib.suppress(OSError):
                context.load_verify_locations(**({"capath": path} if Path(path).is_dir() else {"cafile": path}))
        if self.client_certificate:
            context.load_cert_chain(self.client_certificate)
        if parts.hostname in self.trusted or parts.netloc.rpartition("@")[2] in self.trusted:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def basic(user: str, password: str) -> str:
    """The Authorization header of a name and a password."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def without_login(url: str) -> str:
    """An address without the name and password in it, fit to be shown."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def fetch(
    url: str,
    path: Path,
    *,
    sha256: str,
    size: int,
    on_bytes: Callable[[int], None] | None = None,
    headers: Mapping[str, str] | None = None,
    web: Web | None = None,
) -> None:
    """Fetch `url` to `path`: into `path`.part, resumed where it broke off, checked, then renamed. `sha256` "" checks the size.

    `on_bytes` is told how many bytes lie there. Raises: ModelMissing (not to be had there),
    ModelRefused (not the bytes that were promised; nothing is left), LimitReached (disk full; nothing is left).
    """
    part = path.with_name(path.name + ".part")
    _room(path, size - (part.stat().st_size if part.is_file() else 0))
    web, show = web or Web(), on_bytes or (lambda _: None)
    resumed = part.is_file()
    _fill(url, part, size, web, headers or {}, show)
    if resumed and not _holds(part, sha256):  # what was left from before may have been the bad half
        part.unlink()
        _fill(url, part, size, web, headers or {}, show)
    if not _holds(part, sha256):
        part.unlink()
        raise ModelRefused("what came is not the file that was promised (sha256 differs)", where=without_login(url))
    with contextlib.suppress(OSError), open(part, "rb") as file:
        os.fsync(file.fileno())
    part.replace(path)


def _holds(part: Path, sha256: str) -> bool:
    return not sha256 or sha256_of(part) == sha256


def _fill(url: str, part: Path, size: int, web: Web, headers: Mapping[str, str], show: Callable[[int], None]) -> None:
    """Bring `part` to `size` bytes, in as many connections as it takes."""
    best, failures = -1, 0
    while True:
        reason = _pull(url, part, size, web, headers, show)
        have = part.stat().st_size if part.is_file() else 0
        if reason is None:
            return
        failures = 0 if have > best >= 0 else failures + 1
        best = max(best, have)
        if failures >= web.tries:
            what = f"{failures} connections in a row failed ({reason})"
            raise ModelMissing(what, where=without_login(url), fix="Try again later")
        time.sleep(min(web.pause * 2 ** max(failures - 1, 0), 10.0))


def _pull(url: str, part: Path, size: int, web: Web, headers: Mapping[str, str], show: Callable[[int], None]) -> str | None:
    """One connection. None when `part` is full, else why it is not. Raises: what further tries cannot mend."""
    have = part.stat().st_size if part.is_file() else 0
    if have > size:
        part.unlink()
        have = 0
    if have == size:
        return None
    asked = {**headers, "Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with web.open(url, asked) as answer:
            start = _start(answer, have)
            if start is None:
                part.unlink(missing_ok=True)
                return "the server sent another range than the one asked for"
            length = answer.headers.get("Content-Length", "")
            if length.isdigit() and start + int(length) != size:
                part.unlink(missing_ok=True)
                raise ModelRefused(f"the server offers {start + int(length)} bytes, {size} were promised", where=without_login(url))
            return _pour(answer, part, start, size, show)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:
            part.unlink(missing_ok=True)
        elif error.code < 500 and error.code not in (408, 425, 429):
            raise ModelMissing(f"the server says {error.code} {error.reason}", where=without_login(url)) from error
        return f"the server says {error.code} {error.reason}"
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
        return str(getattr(error, "reason", "") or error) or type(error).__name__


def _start(answer: Any, have: int) -> int | None:
    """Where the answer's first byte belongs; None when that is not where we stand."""
    if answer.status != 206:
        return 0
    said = answer.headers.get("Content-Range", "").removeprefix("bytes").strip()
    return have if said.partition("-")[0] == str(have) else None


def _pour(answer: Any, part: Path, start: int, size: int, show: Callable[[int], None]) -> str | None:
    with _part(part, start) as out:
        done = start
        show(done)
        while done < size:
            block = answer.read1(min(size - done, 1 << 18))  # what is there now: nothing is lost when the rest never comes
            if not block:
                return f"the connection broke off at {done} of {size} bytes"
            try:
                out.write(block)
                out.flush()
            except OSError as error:
                part.unlink(missing_ok=True)
                raise disk_error(error, part) from error
            done += len(block)
            show(done)
    return None


def _part(part: Path, start: int) -> IO[bytes]:
    """`part` open for writing from byte `start` on."""
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        out = open(part, "r+b" if start else "wb")  # noqa: SIM115 (the caller closes it)
        out.seek(start)
    except OSError as error:
        raise disk_error(error, part) from error
    return out


def _room(path: Path, need: int) -> None:
    """Raises: LimitReached when the disk cannot hold `need` more bytes under `path`."""
    place = path.parent
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    if need > free:
        raise LimitReached(
            f"the disk is full: {need / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free",
            where=str(path.parent),
            fix="Free some space, or set AURAL_HOME to another folder",
        )
