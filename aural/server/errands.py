"""Jobs that a front hands to the servers of its fleet: the recordings go out, how far it is and the answer come back.

The request is a line of JSON (verb, fields, files with their lengths) and the bytes of the files; the answer is a line for each
step, then one that says how the answer is kept and how long it is, or what went wrong, then its bytes.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path
from typing import IO, Any, final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Route

from aural.errors import AuralError
from aural.server.answers import guarded, report, told
from aural.server.desk import Desk
from aural.server.events import Emit, Events, Gone, relayed
from aural.server.fleet import Fleet
from aural.server.hands import Brought, Failed, Hear, Lost, brought, heard, question
from aural.server.ledger import Job
from aural.server.names import aliases_of
from aural.server.watch import Watch
from aural.server.wire import Broken, Call, Reply, asked

PATH = "/v1/errands"
_NEVER = 1e9  # s
_LINE = 1 << 24  # bytes of a line at most: fields are bounded where they came in
_BLOCK = 1 << 18
_LOOK = 0.2  # s between two looks whether a job was canceled


def routes(desk: Desk) -> list[Route]:
    """The one route, of a server that has a front."""
    aliases = aliases_of(desk.options.alias)

    async def errand(request: Request) -> Any:
        async with AsyncExitStack() as held:
            body = _Body(request)
            try:
                asked = json.loads(await body.line())
                files: list[tuple[str, str, IO[bytes]]] = []
                for field, shown, length in asked["files"]:
                    file = held.enter_context(tempfile.SpooledTemporaryFile(_BLOCK))  # noqa: SIM115 (the stack closes it)
                    async for block in body.taken(length):
                        await asyncio.to_thread(file.write, block)
                    file.seek(0)
                    files.append((field, shown, file))
                fields = {name: tuple(values) for name, values in asked["fields"].items()}
                verb = str(asked["verb"])
            except (ValueError, KeyError, TypeError, AttributeError):
                raise HTTPException(400, "this is no errand") from None

            async def produce(emit: Emit, left: Gone) -> None:
                def step(done: float, total: float | None, stage: str) -> None:
                    tell(_line({"stage": stage, "done": done, "total": total}))

                watch = Watch(desk.options.max_length, _NEVER, step)

                def work() -> tuple[str, bytes]:
                    return heard(desk, question(verb, fields, files, aliases), fields, watch)

                try:
                    async with relayed(lambda: desk.work(work, watch, left)) as (tell, steps, working):
                        async for line in steps:
                            await emit(line)
                        format, data = await working
                except Exception as error:
                    if not isinstance(error, AuralError):
                        report(error)
                    await emit(_line({"error": told(error)}))
                    return
                await emit(_line({"format": format, "bytes": len(data)}))
                for at in range(0, len(data), _BLOCK):
                    await emit(data[at : at + _BLOCK])

            return Events(produce, held.pop_all(), "application/octet-stream")

    return [Route(PATH, guarded(errand), methods=["POST"])]


def handed(fleet: Fleet) -> Hear:
    """Jobs are heard by the least busy server of a fleet."""

    async def hear(job: Job, folder: Path, watch: Watch) -> tuple[str, bytes]:
        while True:
            doing = asyncio.ensure_future(_once(fleet, job, folder, watch))
            try:
                while not doing.done():
                    await asyncio.wait([doing], timeout=_LOOK)
                    watch.check()
                return await doing
            except Broken as error:
                if error.reached:
                    raise Lost from error
            finally:
                doing.cancel()
                await asyncio.wait([doing])
                if not doing.cancelled():
                    doing.exception()

    return hear


async def _once(fleet: Fleet, job: Job, folder: Path, watch: Watch) -> tuple[str, bytes]:
    """What one server gave. Raises: Broken, Failed."""
    async with fleet.seat("job", _NEVER) as seat:
        with ExitStack() as stack:
            call = _call(job, brought(job, folder, stack), fleet)
            try:
                return await seat.replica.unless_gone(_asked(seat.replica.address, call, watch))
            except Broken:
                fleet.doubt(seat.replica)
                raise


async def _asked(address: Any, call: Call, watch: Watch) -> tuple[str, bytes]:
    async with asked(address, call) as reply:
        if reply.status != 200:
            raise Failed(json.loads(b"".join([block async for block in reply.blocks]))["error"])
        body = _Body(reply)
        while True:
            said = json.loads(await body.line())
            if "error" in said:
                raise Failed(said["error"])
            if "format" in said:
                return said["format"], b"".join([block async for block in body.taken(said["bytes"])])
            watch.step(said["done"], said["total"], said["stage"])


def _call(job: Job, files: Brought, fleet: Fleet) -> Call:
    lengths = [file.seek(0, 2) for _, _, file in files]
    listed = [(field, shown, length) for (field, shown, _), length in zip(files, lengths, strict=True)]
    head = _line({"verb": job.verb, "fields": {name: list(texts) for name, texts in job.fields.items()}, "files": listed})

    async def blocks() -> AsyncIterator[bytes]:
        yield head
        for _, _, file in files:
            file.seek(0)
            while block := await asyncio.to_thread(file.read, _BLOCK):
                yield block

    kind = (b"content-type", b"application/octet-stream")
    return Call("POST", PATH.encode(), [kind, *fleet.headers], len(head) + sum(lengths), blocks)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode() + b"\n"


@final
class _Body:
    """Lines and bytes of a body that comes in blocks. Raises: ValueError where it ends too early."""

    def __init__(self, source: Request | Reply) -> None:
        self._blocks = source.stream() if isinstance(source, Request) else source.blocks
        self._left = b""

    async def line(self) -> bytes:
        """The next line, without its end."""
        while b"\n" not in self._left:
            if len(self._left) > _LINE:
                raise ValueError("a line is too long")
            self._left += await self._next()
        line, _, self._left = self._left.partition(b"\n")
        return line

    async def taken(self, count: int) -> AsyncIterator[bytes]:
        """So many bytes."""
        while count > 0:
            block, self._left = self._left or await self._next(), b""
            yield block[:count]
            block, count = block[count:], count - len(block[:count])
            self._left = block

    async def _next(self) -> bytes:
        async for block in self._blocks:
            if block:
                return block
        raise ValueError("this ended too early")
