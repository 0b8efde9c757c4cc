"""Server-sent events: an answer that grows while the work goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar, final

from starlette.types import Receive, Scope, Send

from aural.errors import AuralError
from aural.server.answers import failure, report, told

EVENTS = "text/event-stream; charset=utf-8"
Emit = Callable[[dict[str, Any] | bytes], Awaitable[None]]
Gone = Callable[[], Awaitable[None]]
Tell = Callable[[Any], None]
T = TypeVar("T")


@final
class Events:
    """An ASGI answer that grows. `produce(emit, gone)` writes it: events, or bytes where `kind` is another media type.

    Until the first of them goes out, an error is answered with its own status; afterwards it is an event, or the
    connection breaks off. `held` is let go of when all is sent or nobody listens.
    """

    def __init__(
        self, produce: Callable[[Emit, Gone], Awaitable[None]], held: contextlib.AsyncExitStack, kind: str = EVENTS
    ) -> None:
        self._produce, self._held, self._kind = produce, held, kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def emit(event: dict[str, Any] | bytes) -> None:
            nonlocal begun
            if not begun:
                begun = True
                headers = [(b"content-type", self._kind.encode()), (b"cache-control", b"no-store")]
                await send({"type": "http.response.start", "status": 200, "headers": headers})
            data = event if isinstance(event, bytes) else event_of(event)
            await send({"type": "http.response.body", "body": data, "more_body": True})

        async with self._held:
            try:
                await self._produce(emit, lambda: gone(receive))
            except (OSError, asyncio.CancelledError):
                raise
            except Exception as error:
                if not begun:
                    await failure(error)(scope, receive, send)
                    return
                if not isinstance(error, AuralError):
                    report(error)
                if self._kind != EVENTS:
                    return  # what was sent is no whole sound, and a connection that breaks off says so
                await emit({"error": told(error)})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def event_of(value: dict[str, Any]) -> bytes:
    """One event as it goes out."""
    return f"data: {json.dumps(value)}\n\n".encode()


@contextlib.asynccontextmanager
async def relayed(start: Callable[[], Coroutine[Any, Any, T]]) -> AsyncIterator[tuple[Tell, AsyncIterator[Any], asyncio.Task[T]]]:
    """(tell, events, work): `tell` may be called from any thread, `events` yields what was told until the work ends."""
    loop, come = asyncio.get_running_loop(), asyncio.Queue[Any]()
    over = object()

    def tell(event: Any) -> None:
        loop.call_soon_threadsafe(come.put_nowait, event)

    async def events() -> AsyncIterator[Any]:
        while (event := await come.get()) is not over:
            yield event

    work = asyncio.ensure_future(start())
    work.add_done_callback(lambda _: come.put_nowait(over))
    try:
        yield tell, events(), work
    finally:
        work.cancel()
        await asyncio.wait([work])


async def gone(receive: Receive) -> None:
    """Ends when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
