"""Listens, serves, and stops politely."""

from __future__ import annotations

import signal
import socket
import sys
import tempfile
from types import FrameType

import uvicorn

from aural.errors import UsageError
from aural.models.runtime import Runtime
from aural.server import replicas
from aural.server.app import app, check
from aural.server.options import LOCAL, TOKEN, Options


def serve(options: Options, runtime: Runtime) -> int:
    """Serve until SIGTERM or Ctrl-C, then finish what runs; gives the exit code.

    Raises: UsageError for an address that cannot be listened on, LimitReached for a folder that another server has.
    """
    several = replicas.numbers_of(options.replicas) != (1, 1)
    with listening(options.host, options.port) as door:
        host, port = door.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        print(f"aural: listening on http://{shown}:{port} (a page: /, what it offers: /docs)", file=sys.stderr, flush=True)
        if options.host not in LOCAL and options.bearer is None:
            print(f"aural: anybody who reaches this machine may ask; --token or {TOKEN} closes it", file=sys.stderr, flush=True)
        return _several(door, options, runtime) if several else serve_on(door, options, runtime)


def serve_on(door: socket.socket, options: Options, runtime: Runtime, seat: replicas.Seat | None = None) -> int:
    """One server on a socket that listens, until SIGTERM or Ctrl-C."""
    made = app(options, runtime, seat)
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
    server = uvicorn.Server(config)

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
