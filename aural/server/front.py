"""The front of a fleet: one address that checks who asks and how much, and passes on to servers elsewhere what they answer."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from aural.server import errands, house, jobs, openapi, page, tunnel
from aural.server.answers import guarded
from aural.server.app import check, doors_open, resident, whole
from aural.server.fleet import Fleet, Ground, Use
from aural.server.meters import Meters
from aural.server.options import Options
from aural.server.places import Places
from aural.server.relay import Relay, call_of
from aural.server.uploads import whole as uploaded

# What leaves something behind where it was heard is not asked again unless it cannot have been heard.
_ONCE = ("/v1/enroll",)


def behind(options: Options, token: str) -> Options:
    """The options of a server of the fleet, with a token that only its front knows. How much it works on at once, and how
    many more it takes in, is the front's to say."""
    return dataclasses.replace(
        options,
        port=0,
        token=token,
        origins=(),
        queue=100_000,
        jobs=None,
        replicas="1",
        wyoming=None,
        log="none",
    )


def front(options: Options, ground: Ground, token: str, failed: Callable[[], None]) -> Starlette:
    """The application; `failed` is called when it has no servers any more and `app.state.fleet.failure` says why."""
    check(options)
    fleet, meters = Fleet(ground, options, [(b"Authorization", f"Bearer {token}".encode())]), Meters()
    places = Places(meters, lambda: fleet.workers, lambda: fleet.queue, lambda inside: None)
    work = jobs.Jobs(options, options.folder, errands.handed(fleet), max(1, fleet.most - 1))

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with fleet.running(failed), AsyncExitStack() as doors:
            await doors_open(options, work, tunnel.greeted(fleet, places, options.timeout), doors)
            yield

    def state() -> dict[str, Any]:
        return {"ready": fleet.ready > 0, "inside": places.inside, "replicas": fleet.ready, "begun": len(fleet.replicas)}

    def metered() -> str:
        gauges = {
            "inside": ("Requests that are being taken in, wait or run", float(places.inside)),
            "replicas": ("Servers that take requests and have their models open", float(fleet.ready)),
            "resident_bytes": ("Memory of this process", float(resident())),
        }
        return fleet.meters(meters.text(gauges))

    routes = [
        *page.routes(),
        *jobs.routes(options, work, places.taken),
        *house.routes(state, metered),
        *_passed(options, fleet, places),
        *tunnel.routes(fleet, places, options.timeout),
    ]
    made = whole(options, meters, routes, running)
    made.state.fleet = fleet
    return made


def _passed(options: Options, fleet: Fleet, places: Places) -> list[Route]:
    """The routes whose answers come from the fleet: all that the servers offer and the front does not answer itself."""

    async def answer(request: Request) -> Any:
        async with AsyncExitStack() as held:
            held.enter_context(places.taken())
            file = await held.enter_async_context(uploaded(request, options)) if request.method == "POST" else None
            use: Use = "live" if file is None else "work"
            call = call_of(request, fleet.headers, file)
            return Relay(fleet, call, use, held.pop_all(), options.timeout, request.url.path in _ONCE)

    own = ("/v1/jobs", "/health", "/ready", "/metrics")
    paths = {path: methods for path, methods in openapi.document()["paths"].items() if not path.startswith(own)}
    paths["/v1/models/{name:path}"] = {"get": {}}
    return [Route(path, guarded(answer), methods=[m.upper() for m in methods]) for path, methods in paths.items()]
