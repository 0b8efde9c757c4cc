"""Takes in what a request brings: fields, and recordings in temporary files that have no name and go with the request."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO, Any, final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import Message, Receive

from aural.errors import UsageError
from aural.files import disk_error
from aural.server.options import Options
from aural.sound.source import Source

MB = 1_000_000
_FIELDS, _FILES, _FIELD = 256, 64, 1 << 20  # at most: fields, files, bytes of a field
_NAMED = 120  # characters of a file's name that are kept
_SPOOL = 1 << 20  # bytes that stay in memory before a file is begun
_SLOWEST = 1000  # bytes/s that an upload must reach on average once its patience is over: no codec of speech is slower
_DRAIN = 2.0  # s: a client that is told 413 is listened to for so long, else it would not read the answer


@dataclass(frozen=True)
class Form:
    """What came in: texts by field (several under one name stay in order), recordings by field, and their bytes."""

    texts: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    raw: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def one(self, name: str, default: str | None = None) -> str | None:
        """The last text of a field, `default` where there is none or an empty one."""
        return next((t for t in reversed(self.texts.get(name, ())) if t), default)

    def many(self, name: str) -> tuple[str, ...]:
        """All texts of an array field in both spellings, `name` and `name[]`, given apart, with commas or as JSON."""
        found: list[str] = []
        for text in (*self.texts.get(name, ()), *self.texts.get(f"{name}[]", ())):
            found += _listed(text)
        return tuple(found)

    def truth(self, name: str) -> bool:
        """True when a field says so."""
        return (self.one(name) or "").lower() in ("true", "1", "yes", "on")

    def file(self, name: str = "file") -> Source:
        """The recording of a field. Raises: UsageError when there is none."""
        if not self.files.get(name):
            raise UsageError(
                "there is no recording in this request", where=f"--{name}", fix=f"Send it as the form's field {name!r}"
            )
        return self.files[name][0]


@contextlib.asynccontextmanager
async def received(request: Request, options: Options) -> AsyncIterator[Form]:
    """The form of a request: multipart, url-encoded, JSON, or a recording as the whole body.

    Raises: HTTPException 400, 408 (too slow), 413 (too large), 415.
    """
    bounded = await _bounded(request, options)
    asked = Request(request.scope, bounded)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    query = {name: tuple(request.query_params.getlist(name)) for name in request.query_params}
    async with _refusing(bounded):
        if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
            async with asked.form(max_files=_FILES, max_fields=_FIELDS, max_part_size=_FIELD) as parts:
                yield _form(query, parts.multi_items())
        elif kind == "application/json":
            yield Form({**query, **_fields_of(await _text(asked))})
        else:
            with tempfile.SpooledTemporaryFile(_SPOOL) as file:
                await _spooled(asked, file)
                empty = not file.read(1)
                yield Form(query) if empty else Form(query, {"file": (Source(file, "recording"),)}, {"file": (file,)})


@contextlib.asynccontextmanager
async def whole(request: Request, options: Options) -> AsyncIterator[IO[bytes]]:
    """The body of a request as it came, in a temporary file without a name; it is there when this begins.

    Raises: HTTPException 400, 408 (too slow), 413 (too large).
    """
    bounded = await _bounded(request, options)
    with tempfile.SpooledTemporaryFile(_SPOOL) as file:
        async with _refusing(bounded):
            await _spooled(Request(request.scope, bounded), file)
        yield file


async def _spooled(request: Request, file: IO[bytes]) -> None:
    """All bytes of a request into a file. Raises: LimitReached when the disk is full."""
    async for block in request.stream():
        try:
            await asyncio.to_thread(file.write, block)
        except OSError as error:
            raise disk_error(error, Path(tempfile.gettempdir()), "TMPDIR names another folder") from error
    file.seek(0)


async def _bounded(request: Request, options: Options) -> _Bounded:
    """A request's messages within the limits. Raises: HTTPException 413 where its head says that it is too large."""
    bounded = _Bounded(request.receive, round(options.max_upload * MB), options.patience)
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > bounded.most:
        await bounded.refuse()
    return bounded


@contextlib.asynccontextmanager
async def _refusing(bounded: _Bounded) -> AsyncIterator[None]:
    """A block in which a request comes in: what is wrong with it is raised as an HTTPException."""
    try:
        yield
    except MultiPartException as error:
        raise HTTPException(400, f"this form cannot be read ({error.message})") from None
    except _TooMuch:
        await bounded.refuse()
    except TimeoutError:
        raise HTTPException(408, f"nothing or too little came for {bounded.patience:g} s") from None


def shown_name(name: str | None) -> str:
    """The last part of a file's name as one printable line: it is only ever shown, never opened."""
    last = PureWindowsPath(PurePosixPath(name or "").name).name
    plain = "".join(c if c.isprintable() else "_" for c in last).strip(". ")
    return plain[:_NAMED] or "recording"


class _TooMuch(Exception):
    """More bytes came than are taken."""


@final
class _Bounded:
    """A request's messages, counted: at most `most` bytes, at most `patience` s between two of them, and no trickle."""

    def __init__(self, receive: Receive, most: int, patience: float) -> None:
        self.most = most
        self._receive, self.patience = receive, patience
        self._count, self._more, self._begun = 0, True, time.monotonic()

    async def __call__(self) -> Message:
        async with asyncio.timeout(self.patience):
            message = await self._receive()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._more = message.get("more_body", False)
            if self._count > self.most:
                raise _TooMuch
            late = time.monotonic() - self._begun - self.patience
            if self._more and late > 0 and self._count < late * _SLOWEST:
                raise TimeoutError
        return message

    async def refuse(self) -> None:
        """Raises: HTTPException 413, once the client had a moment to stop sending."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAIN):
                while self._more:
                    message = await self._receive()
                    self._more = message["type"] == "http.request" and message.get("more_body", False)
        raise HTTPException(413, f"an upload may have {self.most / MB:g} MB at most")


def _form(query: Mapping[str, tuple[str, ...]], parts: list[tuple[str, Any]]) -> Form:
    texts: dict[str, tuple[str, ...]] = dict(query)
    files: dict[str, tuple[Source, ...]] = {}
    raw: dict[str, tuple[Any, ...]] = {}
    for name, value in parts:
        if isinstance(value, UploadFile):
            name = name.removesuffix("[]")
            files[name] = (*files.get(name, ()), Source(value.file, shown_name(value.filename)))
            raw[name] = (*raw.get(name, ()), value.file)
        else:
            texts[name] = (*texts.get(name, ()), value)
    return Form(texts, files, raw)


async def _text(request: Request) -> bytes:
    body = b""
    async for block in request.stream():
        body += block
        if len(body) > _FIELD:
            raise HTTPException(413, f"a JSON body may have {_FIELD} bytes at most")
    return body


def _fields_of(body: bytes) -> dict[str, tuple[str, ...]]:
    """The fields of a JSON object as texts. Raises: HTTPException 400."""
    try:
        told = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise HTTPException(400, "the body is no JSON") from None
    if not isinstance(told, dict):
        raise HTTPException(400, "the body is no JSON object")
    return {name: tuple(_flat(value)) for name, value in told.items() if value is not None}


def _flat(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _flat(one)
    else:
        yield value if isinstance(value, str) else json.dumps(value)


def _listed(text: str) -> list[str]:
    if text.lstrip().startswith("["):
        with contextlib.suppress(ValueError, RecursionError):
            return list(_flat(json.loads(text)))
    return [part.strip() for part in text.split(",") if part.strip()]
