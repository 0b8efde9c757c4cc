"""Passes what lasts on to servers of a fleet: web sockets as they are, Wyoming inside one (it knows no token, servers want one)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from aural.errors import AuralError
from aural.server import wyoming
from aural.server.answers import told
from aural.server.desk import Desk
from aural.server.door import without_token
from aural.server.fleet import Fleet
from aural.server.places import Places
from aural.server.relay import TRIES, lost_error
from aural.server.wyoming_wire import LINE, Event, write

INNER = "/v1/wyoming"  # of a server that has a front
_LARGEST = 1 << 22  # bytes of a message, as the server has it
_CONNECT, _CLOSE = 5.0, 1.0  # s
_BLOCK = 1 << 16


def routes(fleet: Fleet, places: Places, seconds: float) -> list[WebSocketRoute]:
    """The web sockets of a front."""

    async def passed(here: WebSocket) -> None:
        query = here.scope.get("query_string", b"").decode("latin1")
        target = here.url.path + (f"?{query}" if query else "")
        offered = without_token(here.scope.get("subprotocols", ()))
        async with AsyncExitStack() as held:
            try:
                held.enter_context(places.taken())
                there, gone = await held.enter_async_context(reached(fleet, target, offered, seconds))
            except (AuralError, HTTPException) as error:
                await here.accept()
                await _refused(here, error, CloseCode.TRY_AGAIN_LATER)
                return
            await here.accept(subprotocol=there.subprotocol)
            try:
                await either(_up(here, there), _down(there, here), gone.wait())
            except WebSocketDisconnect:
                return
            code = there.close_code
            if code in (None, CloseCode.ABNORMAL_CLOSURE):
                await _refused(here, lost_error(), CloseCode.SERVICE_RESTART)
                return
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
                await here.close(code if code != CloseCode.NO_STATUS_RCVD else CloseCode.NORMAL_CLOSURE, there.close_reason)

    return [WebSocketRoute(path, passed, name=path) for path in ("/v1/stream", "/v1/realtime")]


@contextlib.asynccontextmanager
async def reached(
    fleet: Fleet, target: str, offered: Sequence[str], seconds: float
) -> AsyncIterator[tuple[ClientConnection, asyncio.Event]]:
    """A web socket at the least busy server, and what is set when that server is gone. Raises: LimitReached."""
    for _ in range(TRIES):
        async with AsyncExitStack() as held:
            replica = (await held.enter_async_context(fleet.seat("live", seconds))).replica
            assert replica.address is not None
            host, port = replica.address
            shown = f"[{host}]" if ":" in host else host
            line = connect(
                f"ws://{shown}:{port}{target}",
                additional_headers=[(name.decode(), value.decode()) for name, value in fleet.headers],
                subprotocols=[Subprotocol(name) for name in offered] or None,
                compression=None,
                proxy=None,
                max_size=_LARGEST,
                open_timeout=_CONNECT,
                close_timeout=_CLOSE,
            )
            try:
                there = await held.enter_async_context(line)
            except (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage):
                fleet.doubt(replica)
                continue
            yield there, replica.gone
            return
    raise lost_error()


async def either(*works: Coroutine[Any, Any, Any]) -> None:
    """Until one of several has ended; the others are stopped. Raises: what that one raises."""
    doing = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(doing, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
    finally:
        for one in doing:
            one.cancel()
        await asyncio.wait(doing)
        for one in doing:
            if not one.cancelled():
                one.exception()


async def _up(here: WebSocket, there: ClientConnection) -> None:
    """What the client sends, until it leaves. Raises: WebSocketDisconnect then."""
    while True:
        got = await here.receive()
        if got["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(got.get("code", 1000))
        try:
            await there.send(got["bytes"] if got.get("bytes") is not None else got.get("text") or "")
        except ConnectionClosed:
            await asyncio.Event().wait()  # what the server had said before is still on its way down


async def _down(there: ClientConnection, here: WebSocket) -> None:
    """What the server sends, until it ends."""
    with contextlib.suppress(ConnectionClosed):
        async for message in there:
            await (here.send_text(message) if isinstance(message, str) else here.send_bytes(message))


async def _refused(here: WebSocket, error: Exception, code: int) -> None:
    """Say what is wrong as that socket's own server does, and end it."""
    more = {"event_id": "event_error"} if here.url.path.endswith("/realtime") else {}
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
        await here.send_json({"type": "error", **more, "error": told(error)})
        await here.close(code)


def inner(desk: Desk) -> list[WebSocketRoute]:
    """The web socket of a server that has a front: Wyoming's bytes in binary messages; a text says that no more will come."""

    async def answered(there: WebSocket) -> None:
        await there.accept()
        ours, theirs = socket.socketpair()
        guest = await asyncio.open_connection(sock=theirs, limit=LINE)
        reader, writer = await asyncio.open_connection(sock=ours)

        async def up() -> None:
            while (got := await there.receive())["type"] != "websocket.disconnect":
                if got.get("bytes") is not None:
                    writer.write(got["bytes"])
                    await writer.drain()
                else:
                    writer.write_eof()

        async def down() -> None:
            while data := await reader.read(_BLOCK):
                await there.send_bytes(data)

        staying = asyncio.ensure_future(wyoming.Guest(desk, *guest).stay())
        try:
            with contextlib.suppress(WebSocketDisconnect, OSError):
                await either(up(), down())
                await there.close()
        finally:
            staying.cancel()
            await asyncio.wait([staying])
            for end in (writer, guest[1]):
                end.transport.abort()

    return [WebSocketRoute(INNER, answered, name="wyoming")]


def greeted(fleet: Fleet, places: Places, seconds: float) -> wyoming.Stay:
    """What becomes of a guest of Wyoming at a front."""

    async def stay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with places.taken():
                async with reached(fleet, INNER, (), seconds) as (there, gone):

                    async def up() -> None:
                        while data := await reader.read(_BLOCK):
                            await there.send(data)
                        await there.send("end")
                        await asyncio.Event().wait()

                    async def down() -> None:
                        async for message in there:
                            if isinstance(message, bytes):
                                writer.write(message)
                                await writer.drain()

                    await either(up(), down(), gone.wait())
        except (ConnectionClosed, ConnectionError):
            pass
        except (AuralError, HTTPException) as error:
            with contextlib.suppress(ConnectionError):
                problem = told(error)
                await write(writer, Event("error", {"text": problem["message"], "code": problem["code"]}))
        finally:
            writer.close()

    return stay
