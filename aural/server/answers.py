"""Errors as answers: the status and the JSON shape that clients of OpenAI's service expect, and never a traceback."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from aural.errors import AuralError, DataError, ExtraMissing, LimitReached, ModelMissing, SoundError, UsageError
from aural.server.watch import Stopped, TooLong, TooSlow

Endpoint = Callable[[Request], Awaitable[Response]]

_UNREAD = (408, 413, 429)  # said while bytes of the request may still come: the connection is of no further use
GONE = 499  # nobody is there to read it: what proxies log of a client that left
_STATUS: tuple[tuple[type[AuralError], int], ...] = (
    (Stopped, GONE),
    (TooSlow, 504),
    (TooLong, 413),
    (LimitReached, 503),
    (ModelMissing, 404),
    (ExtraMissing, 501),
    (UsageError, 400),
    (SoundError, 400),
    (DataError, 400),
)
_KINDS = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}
_CODES = {
    400: "invalid_request", 401: "invalid_api_key", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    408: "upload_too_slow", 411: "length_required", 413: "too_large", 415: "unsupported_type", 429: "too_many_requests",
    500: "server_error", 501: "not_available", 503: "overloaded", 504: "timeout",
}  # fmt: skip


def as_json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer; what is no text in a name is escaped."""
    try:
        body = json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        body = json.dumps(value).encode()
    return Response(body, status, headers, "application/json")


def refusal(status: int, message: str, param: str | None = None, headers: dict[str, str] | None = None) -> Response:
    """An error in the service's shape."""
    return as_json({"error": problem(status, message, param)}, status, headers)


def problem(status: int, message: str, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The inside of an error answer."""
    kind = _KINDS.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"message": message, "type": kind, "param": param, "code": code or _CODES.get(status, "error")}


def status_of(error: BaseException) -> int:
    """The HTTP status of an error."""
    if isinstance(error, HTTPException):
        return error.status_code
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def told(error: BaseException) -> dict[str, Any]:
    """An error as the inside of an answer. Of a bug the kind and the place are told, never what was in its hands."""
    status = status_of(error)
    if isinstance(error, HTTPException):
        return problem(status, error.detail)
    if isinstance(error, AuralError):
        where = error.where if error.where.startswith("--") or isinstance(error, SoundError) else ""
        return problem(
            status,
            str(AuralError(error.what, where=where.removeprefix("--"), fix=error.fix)),
            where[2:].replace("-", "_") if where.startswith("--") else None,
            "model_not_found" if isinstance(error, ModelMissing) else None,
        )
    return problem(500, f"this is a bug in aural ({type(error).__name__}); the server's log says where")


def failure(error: BaseException) -> Response:
    """The answer to a request that failed."""
    if isinstance(error, HTTPException):
        unread = {"Connection": "close"} if error.status_code in _UNREAD else {}
        return refusal(error.status_code, error.detail, None, {**unread, **(error.headers or {})})
    if not isinstance(error, AuralError):
        report(error)
    return as_json({"error": told(error)}, status_of(error))


def report(error: BaseException) -> None:
    """One line on standard error about a bug: its kind and the places it came through."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    path = " < ".join(f"{f.filename.rpartition('aural/')[2]}:{f.lineno}" for f in reversed(frames))
    print(f"aural: a bug ({type(error).__name__}) at {path}", file=sys.stderr, flush=True)


def guarded(endpoint: Endpoint) -> Endpoint:
    """The endpoint with every error turned into an answer."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return Response(status_code=GONE)
        except Exception as error:
            return failure(error)

    return answer
