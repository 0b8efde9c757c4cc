"""The whole server as one ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from aural import __version__, find
from aural.errors import AuralError, LimitReached
from aural.models.runtime import Runtime
from aural.server import audio_api, jobs, openapi, page, realtime, speech, stream, verbs, wyoming
from aural.server.answers import as_json, failure, guarded
from aural.server.desk import Desk
from aural.server.door import Door
from aural.server.names import aliases_of
from aural.server.options import Options
from aural.server.replicas import Seat, numbers_of
from aural.settings import home

_SWEEP = 5.0  # s between two looks for models that nobody uses


def app(options: Options | None = None, runtime: Runtime | None = None, seat: Seat | None = None) -> Starlette:
    """The application, alone or in its `seat` among several; its desk is `app.state.desk`. Raises: UsageError for options that
    cannot be."""
    desk = Desk(options or Options(), runtime, seat.tell if seat else None)
    check(desk.options)

    @contextlib.asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncIterator[None]:
        chores = [asyncio.ensure_future(_open(desk)), asyncio.ensure_future(_sweep(desk))]
        if seat is not None:
            chores.append(asyncio.ensure_future(_post(desk, seat)))
        try:
            async with contextlib.AsyncExitStack() as doors:
                try:
                    await _begin(desk, work, doors)
                except AuralError as error:
                    application.state.failure = error  # the framework would only say that it did not start
                    raise
                yield
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.to_thread(desk.close)

    async def failed(request: Request, error: Exception) -> Response:
        return failure(error)

    origins = list(desk.options.origins)
    middleware = [Middleware(Door, desk=desk)]
    if origins:
        middleware.insert(0, Middleware(CORSMiddleware, allow_origins=origins, allow_methods=["*"], allow_headers=["*"]))
    work = jobs.Jobs(desk, Path(desk.options.jobs) if desk.options.jobs else home() / "jobs", seat)
    http = [
        *page.routes(),
        *jobs.routes(desk, work),
        *_house(desk, seat),
        *audio_api.routes(desk),
        *speech.routes(desk),
        *verbs.routes(desk),
    ]
    routes = [*http, *stream.routes(desk), *realtime.routes(desk)]
    made = Starlette(routes=routes, middleware=middleware, lifespan=lifespan, exception_handlers={HTTPException: failed})
    made.state.desk, made.state.failure = desk, None
    return made


def check(options: Options) -> None:
    """Raises: UsageError for verbs to open that do not exist, and aliases that are none."""
    for verb in options.preload:
        find.page("tasks", verb)
    aliases_of(options.alias)
    numbers_of(options.replicas)
    if options.wyoming is not None:
        wyoming.place_of(options.wyoming, options.host)


def _house(desk: Desk, seat: Seat | None) -> list[Route]:
    told = openapi.document()

    async def health(request: Request) -> Response:
        return as_json({"status": "ok", "version": __version__})

    async def ready(request: Request) -> Response:
        state = {"ready": desk.ready.is_set(), "inside": desk.inside, "models": desk.kept.open}
        return as_json(state, 200 if desk.ready.is_set() else 503)

    async def metrics(request: Request) -> Response:
        told = metered(desk)
        return Response(seat.summed(told) if seat else told, media_type="text/plain; version=0.0.4")

    async def document(request: Request) -> Response:
        return as_json(told)

    async def docs(request: Request) -> Response:
        return HTMLResponse(openapi.page())

    pages = {"/health": health, "/ready": ready, "/metrics": metrics, "/openapi.json": document, "/docs": docs}
    return [Route(path, guarded(page), methods=["GET"]) for path, page in pages.items()]


def metered(desk: Desk) -> str:
    """The meters of this server as Prometheus reads them."""
    gauges = {
        "inside": ("Requests that are being taken in, wait or run", float(desk.inside)),
        "models_open": ("Models that are open", float(desk.kept.open)),
        "ready": ("1 once the models are open", float(desk.ready.is_set())),
        "resident_bytes": ("Memory of this process", float(resident())),
    }
    return desk.meters.text(gauges)


async def _post(desk: Desk, seat: Seat) -> None:
    while True:
        await asyncio.to_thread(seat.post, metered(desk))
        await asyncio.sleep(1)


async def _begin(desk: Desk, work: jobs.Jobs, doors: contextlib.AsyncExitStack) -> None:
    """Begin with jobs and home automation. Raises: UsageError, LimitReached for places that others have."""
    try:
        await doors.enter_async_context(work.running())
    except LimitReached as error:
        if desk.options.jobs is not None:
            raise
        print(f"aural: no jobs ({error}); --jobs names a folder of its own", file=sys.stderr, flush=True)
    if desk.options.wyoming is not None:
        place = wyoming.place_of(desk.options.wyoming, desk.options.host)
        port = await doors.enter_async_context(wyoming.listening(desk, place))
        print(f"aural: Wyoming on tcp://{place[0]}:{port}", file=sys.stderr, flush=True)


async def _open(desk: Desk) -> None:
    """Open the models that are wanted at once; the server takes requests meanwhile and says so in /ready."""

    def opened() -> None:
        for verb in desk.options.preload:
            for role, name in find.page("tasks", verb).TASK.roles.items():
                if name:
                    with desk.kept.opened(name, role):
                        pass

    try:
        await asyncio.to_thread(opened)
    except AuralError as error:
        print(f"aural: {error}", file=sys.stderr, flush=True)
        return
    desk.ready.set()


async def _sweep(desk: Desk) -> None:
    while True:
        await asyncio.sleep(min(_SWEEP, desk.options.idle or _SWEEP))
        await asyncio.to_thread(desk.kept.sweep)


def resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
