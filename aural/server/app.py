"""The whole server as one ASGI application."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aural import find
from aural.errors import AuralError, LimitReached, reason
from aural.models.runtime import Runtime
from aural.server import audio_api, errands, hands, house, jobs, page, realtime, speech, stream, tunnel, verbs, wyoming
from aural.server.answers import failure
from aural.server.desk import Desk
from aural.server.door import Door
from aural.server.fitting import numbers_of
from aural.server.meters import Meters
from aural.server.names import aliases_of
from aural.server.options import Options
from aural.server.replicas import Seat

Running = Callable[[], contextlib.AbstractAsyncContextManager[None]]
_SWEEP = 5.0  # s between two looks for models that nobody uses


def app(options: Options | None = None, runtime: Runtime | None = None, seat: Seat | None = None) -> Starlette:
    """The application, alone or in its `seat` among several; its desk is `app.state.desk`. Raises: UsageError for options that
    cannot be."""
    desk = Desk(options or Options(), runtime, seat.tell if seat else None)
    check(desk.options)
    many = max(1, desk.options.workers - 1)  # the rest is for who waits for an answer
    work = jobs.Jobs(desk.options, desk.options.folder, hands.here(desk), many, seat)

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with _served(desk, seat, _say), contextlib.AsyncExitStack() as doors:
            await doors_open(desk.options, work, wyoming.guests(desk), doors)
            yield

    routes = [*page.routes(), *jobs.routes(desk.options, work, desk.place), *_house(desk, seat), *_answers(desk)]
    made = whole(desk.options, desk.meters, [*routes, *stream.routes(desk), *realtime.routes(desk)], running)
    made.state.desk = desk
    return made


def behind(options: Options, runtime: Runtime, told: Callable[[str], None]) -> Starlette:
    """The application as a front passes requests on to it: jobs come as errands, Wyoming in a web socket. `told` hears
    which models could not be opened."""
    desk = Desk(options, runtime)
    check(options)

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with _served(desk, None, told):
            yield

    sockets = [*stream.routes(desk), *realtime.routes(desk), *tunnel.inner(desk)]
    return whole(options, desk.meters, [*_house(desk, None), *_answers(desk), *errands.routes(desk), *sockets], running)


def whole(options: Options, meters: Meters, routes: Sequence[BaseRoute], running: Running) -> Starlette:
    """Routes behind the door; what is wrong at the start is `app.state.failure`."""

    @contextlib.asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as doors:
            try:
                await doors.enter_async_context(running())
            except AuralError as error:
                application.state.failure = error  # the framework would only say that it did not start
                raise
            yield

    async def failed(request: Request, error: Exception) -> Response:
        return failure(error)

    middleware = [Middleware(Door, options=options, meters=meters)]
    if options.origins:
        middleware.insert(0, Middleware(CORSMiddleware, allow_origins=options.origins, allow_methods=["*"], allow_headers=["*"]))
    made = Starlette(routes=routes, middleware=middleware, lifespan=lifespan, exception_handlers={HTTPException: failed})
    made.state.failure = None
    return made


async def doors_open(options: Options, work: jobs.Jobs, stay: wyoming.Stay, doors: contextlib.AsyncExitStack) -> None:
    """Begin with jobs and home automation. Raises: UsageError, LimitReached for places that others have."""
    try:
        await doors.enter_async_context(work.running())
    except LimitReached as error:
        if options.jobs is not None:
            raise
        print(f"aural: no jobs ({reason(error)}); --jobs names a folder of its own", file=sys.stderr, flush=True)
    if options.wyoming is not None:
        place = wyoming.place_of(options.wyoming, options.host)
        port = await doors.enter_async_context(wyoming.received(stay, place))
        print(f"aural: Wyoming on tcp://{place[0]}:{port}", file=sys.stderr, flush=True)


def check(options: Options) -> None:
    """Raises: UsageError for verbs to open that do not exist, and aliases that are none."""
    for verb in options.preload:
        find.page("tasks", verb)
    aliases_of(options.alias)
    numbers_of(options.replicas)
    if options.wyoming is not None:
        wyoming.place_of(options.wyoming, options.host)


def _house(desk: Desk, seat: Seat | None) -> list[Route]:
    def state() -> dict[str, Any]:
        return {"ready": desk.ready.is_set(), "inside": desk.inside, "models": desk.kept.open}

    return house.routes(state, lambda: seat.summed(metered(desk)) if seat else metered(desk))


def _answers(desk: Desk) -> list[Route]:
    return [*audio_api.routes(desk), *speech.routes(desk), *verbs.routes(desk)]


@contextlib.asynccontextmanager
async def _served(desk: Desk, seat: Seat | None, told: Callable[[str], None]) -> AsyncIterator[None]:
    """What goes on beside the requests; in the end the desk is closed."""
    chores = [asyncio.ensure_future(_open(desk, told)), asyncio.ensure_future(_sweep(desk))]
    if seat is not None:
        chores.append(asyncio.ensure_future(_post(desk, seat)))
    try:
        yield
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.to_thread(desk.close)


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


async def _open(desk: Desk, told: Callable[[str], None]) -> None:
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
        told(str(error))
        return
    desk.ready.set()


def _say(text: str) -> None:
    print(f"aural: {text}", file=sys.stderr, flush=True)


async def _sweep(desk: Desk) -> None:
    while True:
        await asyncio.sleep(min(_SWEEP, desk.options.idle or _SWEEP))
        await asyncio.to_thread(desk.kept.sweep)


def resident() -> int:
    """Bytes of memory that this process holds; 0 where the system does not tell."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
