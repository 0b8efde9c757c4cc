"""A server that a front may take for one of ours, and that dies when it is told to: `python small_server.py TOKEN`."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

HEARD = [0]


def die(where: str, number: int = signal.SIGKILL) -> None:
    """End (or stand still) here and now: always, or once for all servers that are told the same folder."""
    if where != "always":
        try:
            (Path(where) / "died").touch(exist_ok=False)
        except FileExistsError:
            return
    os.kill(os.getpid(), number)


async def metrics(request: Request) -> Response:
    text = "# HELP aural_sound Told.\n# TYPE aural_sound counter\naural_sound " + str(HEARD[0])
    return PlainTextResponse(text + "\n# HELP aural_ready Told.\n# TYPE aural_ready gauge\naural_ready 1\n")


async def heard(request: Request) -> Response:
    body = await request.body()
    asked = request.query_params
    if asked.get("die"):
        die(asked["die"])
    if asked.get("hang"):
        die(asked["hang"], signal.SIGSTOP)
    await asyncio.sleep(float(asked.get("wait", 0)))
    HEARD[0] += 1
    if asked.get("half"):
        return StreamingResponse(half(asked["half"]), headers={"content-length": "10"})
    return JSONResponse(
        {"pid": os.getpid(), "bytes": len(body), "sum": sum(body), "asked": dict(asked), "headers": dict(request.headers)}
    )


async def half(where: str) -> AsyncIterator[bytes]:
    """Ten bytes, of which five come late or never."""
    yield b"01234"
    await asyncio.sleep(0.05)
    die(where)
    yield b"56789"


async def told(request: Request) -> Response:
    async def events() -> AsyncIterator[bytes]:
        yield b'data: {"n": 1}\n\n'
        await asyncio.sleep(0.1)
        if request.query_params.get("die"):
            os._exit(9)
        yield b'data: {"n": 2}\n\n'

    return StreamingResponse(events(), media_type="text/event-stream")


async def stream(there: WebSocket) -> None:
    await there.accept(subprotocol=(there.scope["subprotocols"] or [None])[0])
    try:
        while True:
            got = await there.receive()
            if got["type"] == "websocket.disconnect":
                return
            if got.get("text") == "die":
                os._exit(9)
            if got.get("text") == "end":
                await there.close(4001, "as it was asked")
                return
            await there.send_bytes(got["bytes"]) if got.get("bytes") else await there.send_text(f"{there.url.query} {got['text']}")
    except WebSocketDisconnect:
        return


def main() -> None:
    """Serve, and print the port."""
    token = f"Bearer {sys.argv[1]}"
    posts = [Route(path, heard, methods=["POST"]) for path in ("/v1/vad", "/v1/enroll")]
    inner = Starlette(routes=[Route("/metrics", metrics), Route("/v1/models", heard), Route("/v1/listen", told, methods=["POST"]),
                              *posts, WebSocketRoute("/v1/stream", stream)])  # fmt: skip

    async def guarded(scope, receive, send):  # type: ignore[no-untyped-def]
        if scope["type"] != "lifespan" and dict(scope["headers"]).get(b"authorization") != token.encode():
            os._exit(3)  # nobody but the front may come here
        await inner(scope, receive, send)

    door = socket.create_server(("127.0.0.1", 0))
    print(door.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(guarded, log_config=None, log_level="critical", ws="websockets-sansio")).run(sockets=[door])


if __name__ == "__main__":
    main()
