"""Server-sent events: an answer that grows while the work goes on."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar, final

from starlette.types import Receive, Scope, Send

from aural.errors import AuralError
from aural.server.answers import report, told

Emit = Callable[[dict[str, Any]], Awaitable[None]]
Gone = Callable[[], Awaitable[None]]
Tell = Callable[[Any], None]
T = TypeVar("T")


@final
class Events:
    """An ASGI answer. `produce(emit, gone)` writes the events; `held` is let go of when all is sent or nobody listens."""

    def __init__(self, produce: Callable[[Emit, Gone], Awaitable[None]], held: AsyncExitStack) -> None:
        self._produce, self._held = produce, held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def emit(event: dict[str, Any]) -> None:
            data = f"data: {json.dumps(event, ensure_ascii=True)}\n\n".encode()
            await send({"type": "http.response.body", "body": data, "more_body": True})

        async with self._held:
            headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            try:
                await self._produce(emit, lambda: gone(receive))
            except (OSError, asyncio.CancelledError):
                raise
            except Exception as error:
                if not isinstance(error, AuralError):
                    report(error)
                await emit({"error": told(error)})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


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
