"""One training in several processes: of this machine, or on the nodes of a Ray cluster with the first one here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, final

from aural.cli.cluster import joined
from aural.cli.main import say
from aural.errors import EXIT_BUG, LimitReached

_LOOK = 0.1  # s between two looks at the processes
_PATIENCE = 300.0  # s in which a cluster may find room for all workers


def train(words: Sequence[str], count: int, where: str | None) -> int:
    """Run `aural train WORDS` in `count` processes that share one fit (learn/processes.py); gives the exit code.

    The first process runs here: it reads, writes and prints. With `where` the others run wherever the cluster has
    room; the data must be reachable there under the same paths. Raises: ExtraMissing, LimitReached for the cluster.
    """
    command = [sys.executable, "-m", "aural", "train", *words]
    with ExitStack() as stack:
        others: Callable[[Sequence[str], Mapping[str, str]], subprocess.Popen[bytes] | _Call]
        if where is None:
            place, others = _place("127.0.0.1"), _here
        else:
            ray = stack.enter_context(joined(where))
            place, others = _place(ray.util.get_node_ip_address()), _Far(ray).begin
        shared = {**place, "WORLD_SIZE": str(count), "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS") or _threads(count, where)}
        running: list[Any] = [_here(command, {**shared, "RANK": "0", "LOCAL_RANK": "0"})]
        try:
            running += [others(command, {**shared, "RANK": str(k), "LOCAL_RANK": str(k)}) for k in range(1, count)]
            return _waited(running)
        finally:
            for one in running:
                one.kill()


def _waited(running: Sequence[Any]) -> int:
    """0 when all have ended well; else the code of the first that did not, as soon as one has not."""
    while True:
        codes = [one.poll() for one in running]
        for number, code in enumerate(codes):
            if code:
                time.sleep(_LOOK if number else 0)
                first = running[0].poll()  # its own words on the same trouble are better than ours
                if number and not first:
                    say(f"worker {number} of {len(running)} ended ({code}); the same line with --resume goes on")
                return first or (code if 0 < code < 128 else EXIT_BUG)
        if all(code == 0 for code in codes):
            return 0
        time.sleep(_LOOK)


def _here(command: Sequence[str], more: Mapping[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, env={**os.environ, **more})


def _place(host: str) -> dict[str, str]:
    """Where the processes meet: a free port of this machine."""
    with socket.socket() as free:
        free.bind((host, 0))
        return {"MASTER_ADDR": host, "MASTER_PORT": str(free.getsockname()[1])}


def _threads(count: int, where: str | None) -> str:
    return "1" if where else str(max(1, (os.cpu_count() or 1) // count))


@final
class Worker:
    """An actor that runs one process of the training on its node."""

    def run(self, words: Sequence[str], more: Mapping[str, str], folder: str) -> int:
        """The exit code of the process. What it prints goes to the log of its node."""
        cwd = folder if Path(folder).is_dir() else None
        return subprocess.run([sys.executable, *words], env={**os.environ, **more}, cwd=cwd).returncode


@final
class _Call:
    """A worker's call, as `subprocess` shows a process."""

    def __init__(self, ray: Any, actor: Any, ref: Any) -> None:
        self._ray, self._actor, self._ref = ray, actor, ref
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None and self._ray.wait([self._ref], timeout=0)[0]:
            try:
                self._code = self._ray.get(self._ref)
            except self._ray.exceptions.RayError:
                self._code = EXIT_BUG
        return self._code

    def kill(self) -> None:
        self._ray.kill(self._actor)


@final
class _Far:
    """Begins workers on the cluster."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        cards = 1 if ray.cluster_resources().get("GPU", 0) >= 1 else 0
        self._kind: Callable[[], Any] = ray.remote(num_cpus=1, num_gpus=cards)(Worker).remote
        self._until = time.monotonic() + _PATIENCE

    def begin(self, command: Sequence[str], more: Mapping[str, str]) -> _Call:
        """Raises: LimitReached when the cluster has no room in time."""
        actor = self._kind()
        left = max(0.0, self._until - time.monotonic())
        if not self._ray.wait([actor.__ray_ready__.remote()], timeout=left)[0]:
            what = f"the cluster has no room for worker {more['RANK']}"
            raise LimitReached(what, where="--cluster", fix="Use fewer --processes")
        # Each worker sees the chips that Ray gave it, so its own is the first.
        return _Call(self._ray, actor, actor.run.remote(list(command[1:]), {**more, "LOCAL_RANK": "0"}, str(Path.cwd())))
