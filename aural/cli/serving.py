"""`aural serve --cluster`: servers as actors of Ray on whatever nodes there are, behind a front in this process."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import queue
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, final

from aural import __version__
from aural.cli.cluster import joined
from aural.errors import LimitReached, UsageError, one_line
from aural.models.runtime import Runtime
from aural.server.fleet import Footing, Ground
from aural.server.options import Options
from aural.server.wire import Address

_ON_A_CARD = 8  # requests at once where nothing else is told: a card answers several in about the time of one
_SHARED = ("AURAL_OFFLINE", "AURAL_STORE")  # of the environment: what must mean the same everywhere
_LOCAL = "127.0.0.1"


def serve(options: Options, runtime: Runtime, where: str) -> int:
    """Serve until SIGTERM or Ctrl-C with servers on the cluster at an address; gives the exit code.

    Raises: ExtraMissing, LimitReached for the cluster, and what `server.run.serve` raises.
    """
    from aural.server.run import serve as run

    with joined(where) as ray:
        return run(options, runtime, lambda own: Nodes(ray, own, runtime))


@final
class Server:
    """An actor: one server on its node, in a thread of the actor's process, so that neither outlives the other."""

    def __init__(
        self, version: str, options: Options, runtime: Runtime, front: str, shared: Mapping[str, str], folder: str
    ) -> None:
        if version != __version__:
            told = f"this node has aural {__version__}, and the front {version}"
            raise UsageError(told, where="--cluster", fix="Install the same version on every machine of the cluster")
        os.environ.update(shared)
        if Path(folder).is_dir():
            os.chdir(folder)  # what a command line names is named from where it was written
        import ray

        from aural.server.app import behind
        from aural.server.run import listening, server_of

        own = ray.util.get_node_ip_address()
        host = _LOCAL if own == front else own
        door = listening(host, 0)
        self._complaints: queue.Queue[str] = queue.Queue()
        made = behind(dataclasses.replace(options, host=host), runtime, self._complaints.put)
        self._place: Address = (host, door.getsockname()[1])
        self._server = server_of(made, options)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [door]}, daemon=True)
        self._thread.start()

    def place(self) -> Address:
        """Where it listens."""
        return self._place

    def ended(self) -> None:
        """Answered when it has ended."""
        self._thread.join()

    def complaint(self) -> str:
        """Answered when a model could not be opened: why."""
        return self._complaints.get()

    def stop(self) -> None:
        """Finish what runs, and end."""
        self._server.should_exit = True
        self._thread.join()


@final
class Node(Footing):
    """A server on a node, as the front sees it."""

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray, self._actor = ray, actor

    async def place(self) -> Address:
        try:
            host, port = await self._actor.place.remote()
        except self._ray.exceptions.RayError as error:
            raise LimitReached(_why(error), where="--cluster") from error
        return str(host), int(port)

    async def ended(self) -> str:
        try:
            await self._actor.ended.remote()
        except self._ray.exceptions.RayError as error:
            return _why(error)
        return "it ended by itself"

    async def complaint(self) -> str:
        try:
            return str(await self._actor.complaint.remote())
        except self._ray.exceptions.RayError:
            await asyncio.Event().wait()  # who looks after its end tells why
            raise

    async def stop(self, seconds: float) -> None:
        if seconds:
            try:
                async with asyncio.timeout(seconds):
                    await self._actor.stop.remote()
            except (TimeoutError, self._ray.exceptions.RayError):
                pass
        await asyncio.to_thread(self._ray.kill, self._actor)


@final
class Nodes(Ground):
    """The nodes of a cluster. Each server asks for `--threads` cores (else one), and for a card with `--device cuda`."""

    def __init__(self, ray: Any, options: Options, runtime: Runtime) -> None:
        self._ray, cores = ray, runtime.threads or 1
        cards = 1 if runtime.device == "cuda" else 0
        self._running = options.running or max(cores, _ON_A_CARD * cards)
        kind = ray.remote(num_cpus=cores, num_gpus=cards, max_restarts=0, max_concurrency=4, scheduling_strategy="SPREAD")(Server)
        shared = {name: os.environ[name] for name in _SHARED if os.environ.get(name)}
        front, folder = ray.util.get_node_ip_address(), str(Path.cwd())
        own, limits = dataclasses.replace(options, running=self._running), Runtime(runtime.device, cores)
        self._begin: Callable[[], Any] = lambda: kind.remote(__version__, own, limits, front, shared, folder)

    @property
    def workers(self) -> int:
        return self._running

    def begin(self) -> Node:
        try:
            return Node(self._ray, self._begin())
        except Exception as error:  # ray raises bare ones, too
            raise LimitReached(f"no server can be begun ({_why(error)})", where="--cluster", fix="See to the cluster") from error


def _why(error: Exception) -> str:
    """The last line of what Ray tells."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return one_line(lines[-1] if lines else type(error).__name__)[-300:]
