"""What every server tells about itself: whether it lives, whether it is ready, what it did, what it offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from aural import __version__
from aural.server import openapi
from aural.server.answers import as_json, guarded


def routes(state: Callable[[], dict[str, Any]], meters: Callable[[], str]) -> list[Route]:
    """The routes. `state()` has `ready`, `meters()` is a text for Prometheus."""
    told = openapi.document()

    async def health(request: Request) -> Response:
        return as_json({"status": "ok", "version": __version__})

    async def ready(request: Request) -> Response:
        now = state()
        return as_json(now, 200 if now["ready"] else 503)

    async def metrics(request: Request) -> Response:
        return Response(meters(), media_type="text/plain; version=0.0.4")

    async def document(request: Request) -> Response:
        return as_json(told)

    async def docs(request: Request) -> Response:
        return HTMLResponse(openapi.page())

    pages = {"/health": health, "/ready": ready, "/metrics": metrics, "/openapi.json": document, "/docs": docs}
    return [Route(path, guarded(page), methods=["GET"]) for path, page in pages.items()]
