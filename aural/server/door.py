"""The door: who may come in, what is counted of it, and the one line that is written about it."""

from __future__ import annotations

import json
import secrets
import sys
import time
from collections.abc import Iterable
from typing import Any, final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aural.server.answers import refusal
from aural.server.meters import Meters
from aural.server.options import LOCAL, Options

_FREE = ("/health", "/ready", "/")  # told to anybody: nothing in them is anybody's
_KEY = "openai-insecure-api-key."  # how a browser, which cannot set headers of a web socket, bears its token


@final
class Door:
    """Checks token, host and origin of each request and web socket, then times and counts it."""

    def __init__(self, app: ASGIApp, options: Options, meters: Meters) -> None:
        self._app, self._options, self._meters = app, options, meters
        self._token = options.bearer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        begun, seen = time.monotonic(), _Seen()

        async def noted(message: Message) -> None:
            seen.note(message)
            if message["type"] == "http.response.start":
                message = {**message, "headers": _guarded(message.get("headers", ()))}
            await send(message)

        try:
            refused = self.refused(Headers(scope=scope), scope["path"])
            if refused is None:
                await self._app(scope, receive, noted)
            elif scope["type"] == "http":
                headers = {"WWW-Authenticate": "Bearer"} if refused[0] == 401 else None
                await refusal(*refused, headers=headers)(scope, receive, noted)
            else:
                await noted({"type": "websocket.close", "code": 1008, "reason": refused[1]})
        finally:
            self._write(scope, seen, time.monotonic() - begun)

    def refused(self, headers: Headers, path: str) -> tuple[int, str] | None:
        """Status and reason why a request is not let in, None where it is."""
        if self._token is None and self._options.host in LOCAL and _host(headers.get("host", "")) not in LOCAL:
            return 403, "this server answers to localhost only"  # else a page could reach it under a name of its own
        if (origin := headers.get("origin")) and not self._own(origin, headers.get("host", "")):
            return 403, "pages of other addresses may not ask here; --origins lets them"
        if self._token is not None and path not in _FREE:
            borne = _borne(headers)
            if not borne or not secrets.compare_digest(borne.encode(), self._token.encode()):
                return 401, "a token is needed: Authorization: Bearer TOKEN" if not borne else "this is not the right token"
        return None

    def _own(self, origin: str, host: str) -> bool:
        allowed = self._options.origins
        return "*" in allowed or origin in allowed or urlsplit(origin).netloc == host

    def _write(self, scope: Scope, seen: _Seen, seconds: float) -> None:
        route, status = route_of(scope), str(seen.status)
        self._meters.count("requests", 1, {"route": route, "status": status})
        self._meters.spread("request_seconds", seconds, {"route": route})
        method = scope.get("method", "WS")
        if self._options.log == "json":
            line: dict[str, Any] = {"time": time.time(), "method": method, "route": route, "status": seen.status,
                                    "seconds": round(seconds, 4), "sent": seen.sent}  # fmt: skip
            print(json.dumps(line), file=sys.stderr, flush=True)
        elif self._options.log == "text":
            print(f"{method} {route} {status} {seconds:.3f} s", file=sys.stderr, flush=True)


@final
class _Seen:
    """What went out: the status and how many bytes."""

    def __init__(self) -> None:
        self.status, self.sent = 0, 0

    def note(self, message: Message) -> None:
        kind = message["type"]
        if kind == "http.response.start":
            self.status = message["status"]
        elif kind == "http.response.body":
            self.sent += len(message.get("body", b""))
        elif kind == "websocket.accept":
            self.status = 101
        elif kind == "websocket.close" and not self.status:
            self.status = 403


def route_of(scope: Scope) -> str:
    """The route of a request without what varies in it: paths that nobody offers are all "other"."""
    if "endpoint" not in scope:
        return "other" if scope["path"] not in _FREE else str(scope["path"])
    path = str(scope["path"])
    for name, value in scope.get("path_params", {}).items():
        path = path.replace(str(value), f"{{{name}}}")
    return path


def _guarded(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """An answer's headers, so that no browser takes a text for a page, and nobody on the way keeps what was said."""
    found = [*headers, (b"x-content-type-options", b"nosniff")]
    return found if any(name.lower() == b"cache-control" for name, _ in found) else [*found, (b"cache-control", b"no-store")]


def without_token(offered: Iterable[str]) -> list[str]:
    """The subprotocols of a web socket that are none but in name."""
    return [name for name in offered if not name.startswith(_KEY)]


def _borne(headers: Headers) -> str | None:
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return token.strip()
    offered = [p.strip() for p in headers.get("sec-websocket-protocol", "").split(",")]
    return next((p.removeprefix(_KEY) for p in offered if p.startswith(_KEY)), None)


def _host(text: str) -> str:
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""
