"""Listens, serves, and stops politely."""

from __future__ import annotations

import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from aural.errors import UsageError
from aural.models.runtime import Runtime
from aural.server import fitting, replicas
from aural.server.app import app, check
from aural.server.fleet import Ground
from aural.server.front import behind, front
from aural.server.options import LOCAL, TOKEN, Options


def serve(options: Options, runtime: Runtime, begin: Callable[[Options], Ground] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C, then finish what runs; gives the exit code. `begin` gives the ground on which
    the servers stand that have these options and are no part of this process.

    Raises: UsageError for an address that cannot be listened on, LimitReached for a folder that another server has.
    """
    several = fitting.numbers_of(options.replicas) != (1, 1)
    with listening(options.host, options.port) as door:
        host, port = door.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"aural: listening on http://{shown}:{port} (a page: /, what it offers: /docs)", file=sys.stderr, flush=True)
        if options.host not in LOCAL and options.bearer is None:
            print(f"aural: anybody who reaches this machine may ask; --token or {TOKEN} closes it", file=sys.stderr, flush=True)
        if begin is not None:
            return _fronted(door, options, begin)
        return _several(door, options, runtime) if several else serve_on(door, options, runtime)


def serve_on(door: socket.socket, options: Options, runtime: Runtime, seat: replicas.Seat | None = None) -> int:
    """One server on a socket that listens, until SIGTERM or Ctrl-C."""
    made = app(options, runtime, seat)
    _run(server_of(made, options), made, door)
    return 0


def server_of(made: Starlette, options: Options) -> uvicorn.Server:
    """What runs an application."""
    config = uvicorn.Config(
        made,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=1 << 22,
        timeout_graceful_shutdown=options.grace or None,
    )
    return uvicorn.Server(config)


def _run(server: uvicorn.Server, made: Starlette, door: socket.socket) -> None:
    """Until SIGTERM or Ctrl-C. Raises: what kept the application from beginning."""

    def politely(number: int, frame: FrameType | None) -> None:
        if not server.started:
            sys.exit(128 + number)

    signal.signal(signal.SIGTERM, politely)
    try:
        server.run(sockets=[door])
    except SystemExit:
        if made.state.failure is None:
            raise
        raise made.state.failure from None


def _fronted(door: socket.socket, options: Options, begin: Callable[[Options], Ground]) -> int:
    """A front here and servers elsewhere, until SIGTERM or Ctrl-C. Raises: LimitReached when no server can be kept."""
    ended: list[uvicorn.Server] = []

    def failed() -> None:
        ended[0].should_exit = True

    token = secrets.token_urlsafe(32)
    made = front(options, begin(behind(options, token)), token, failed)
    ended.append(server_of(made, options))
    _run(ended[0], made, door)
    if made.state.fleet.failure is not None:
        raise made.state.fleet.failure
    return 0


def _several(door: socket.socket, options: Options, runtime: Runtime) -> int:
    """Several servers on one socket, until SIGTERM or Ctrl-C."""
    check(options)
    with replicas.kept(options) as ledger, tempfile.TemporaryDirectory(prefix="aural-meters-") as board:
        all_of_them = replicas.Replicas(door, options, runtime, ledger, board)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: all_of_them.stopping.set())
        return all_of_them.run()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises: UsageError when the address is taken or none of this machine's."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        fix = "Choose another with --port" if port else "Check --host"
        raise UsageError(
            f"this address cannot be listened on ({error.strerror or error})", where=f"{host}:{port}", fix=fix
        ) from None
