"""Hears many recordings on a Ray cluster: workers that keep their models open, a few recordings on their way to each."""

from __future__ import annotations

import dataclasses
import os
import socket
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from aural import __version__, progress
from aural.cli import hearing
from aural.cli.addresses import was_there
from aural.cli.inputs import Input
from aural.errors import ExtraMissing, LimitReached, UsageError, one_line

if TYPE_CHECKING:
    from aural.cli.processes import Outcomes, Plan
    from aural.cli.runner import Job

_AHEAD = 2  # recordings at a worker: one that it hears and one that waits there
_TRIES = 3  # a recording whose worker was lost so often has failed
_LOOK = 1.0  # s between two looks at the cluster, which may have grown
_KNOCK = 10.0  # s for a cluster to let us in
_ORPHANED = 60.0  # s in which a cluster without any worker may find one again


@final
class Hearer:
    """A worker: an actor that opens each model once."""

    def __init__(self, version: str, offline: bool, folder: str) -> None:
        self._version = version
        if Path(folder).is_dir():
            os.chdir(folder)  # what a command line names is named from where it was written
        if offline:
            os.environ["AURAL_OFFLINE"] = "1"

    def greet(self) -> None:
        """Answered when the worker is there."""

    def hear(self, job: Job, one: Input, paths: Any) -> str | bytes | Exception:
        """What `hearing.hear` gives, or what it raises."""
        if self._version != __version__:
            told = f"this worker has aural {__version__}, and the command {self._version}"
            return UsageError(told, where=one.place, fix="Install the same version on every machine of the cluster")
        try:
            return hearing.hear(job, one, paths, progress.Quiet(), hearing.kept(job.device, job.threads).opened)
        except Exception as error:
            return error


@dataclass(frozen=True)
class _Piece:
    """A recording to hear, and how often its worker was lost."""

    one: Input
    lost: int = 0


@dataclass(eq=False)
class _Hand:
    """A worker as the command sees it, what is on its way to it, and the call that ends when the worker is there."""

    actor: Any
    greeting: Any
    busy: dict[Any, _Piece] = field(default_factory=dict)

    def takes(self, piece: _Piece) -> bool:
        """What took a worker down before is heard alone, so that it takes no other recording with it."""
        alone = piece.lost or any(p.lost for p in self.busy.values())
        return self.greeting is None and len(self.busy) < (1 if alone else _AHEAD)


def outcomes(job: Job, inputs: Sequence[Input], plan: Plan, where: str, workers: int) -> Outcomes:
    """What each recording gave, as it comes. `workers`: so many, 0 = as many as the cluster has cores.

    Lost workers and nodes are replaced by what the cluster has left; what they were hearing is heard again elsewhere.
    Raises: ExtraMissing without ray, LimitReached for a cluster that cannot be reached or has no room any more.
    """
    with joined(where) as ray, closing(_Crew(ray, job, workers).outcomes(inputs, plan)) as found:
        yield from found


@contextmanager
def joined(where: str) -> Iterator[Any]:
    """The package ray, connected to the cluster at an address; "auto" is the one that runs here, else one that is started.

    Raises: ExtraMissing, LimitReached.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would tell its maker
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError:
        raise ExtraMissing("a cluster needs ray", where="--cluster", fix="pip install 'aural[cluster]'") from None
    quiet = {"log_to_driver": False, "logging_level": "ERROR", "namespace": "aural"}
    try:
        try:
            _knock(where)
            ray.init(address=where, **quiet)
        except ConnectionError:
            if where != "auto":
                raise
            ray.init(address="local", include_dashboard=False, **quiet)
    except Exception as error:  # ray raises bare ones, too, when a part of it does not come up in time
        told = (str(error).splitlines() or [""])[0][:200]
        fix = "`ray start --head` begins one; --cluster HOST:PORT names it"
        raise LimitReached(f"this cluster cannot be reached ({told})", where=f"--cluster {where}", fix=fix) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _knock(where: str) -> None:
    """Raises: OSError where nobody listens at HOST:PORT; ray itself would go on asking for minutes."""
    host, colon, port = where.rpartition(":")
    if colon and "/" not in where and port.isdecimal():
        with socket.create_connection((host.strip("[]"), int(port)), _KNOCK):
            pass


@final
class _Crew:
    """The workers of one command."""

    def __init__(self, ray: Any, job: Job, workers: int) -> None:
        self._ray, self._workers, self._cores = ray, workers, job.threads or 1
        cards = 1 if job.device == "cuda" else 0
        self._kind = ray.remote(num_cpus=self._cores, num_gpus=cards, max_restarts=0)(Hearer)
        self._job = dataclasses.replace(job, threads=self._cores)
        # A worker that was lost may have delivered already: what was not there before the run may be written again.
        self._again = dataclasses.replace(self._job, wish=dataclasses.replace(job.wish, overwrite=True))
        self._hands: list[_Hand] = []
        self._idle, self._failed = 0.0, 0

    def outcomes(self, inputs: Sequence[Input], plan: Plan) -> Outcomes:
        """What each recording gave. Raises: LimitReached when no worker comes."""
        free = {place for place, paths in plan.items() if not any(was_there(p) for p in paths.values())}
        queue = deque(_Piece(one) for one in inputs)
        while queue or any(hand.busy for hand in self._hands):
            room = self._hire(len(queue))
            for hand in self._hands * _AHEAD:
                if queue and hand.takes(queue[0]):
                    piece = queue.popleft()
                    job = self._again if piece.lost and piece.one.place in free else self._job
                    hand.busy[hand.actor.hear.remote(job, piece.one, plan[piece.one.place])] = piece
            waiting = [ref for hand in self._hands for ref in (hand.busy if hand.greeting is None else [hand.greeting])]
            if not waiting:
                time.sleep(_LOOK)
            ready = self._ray.wait(waiting, num_returns=1, timeout=_LOOK)[0] if waiting else []
            self._patient(bool(ready) or room > 0)
            for ref in ready:
                yield from self._ended(ref, queue)

    def _hire(self, pieces: int) -> int:
        """Begin workers while there is work and room for them, let those go for which the room went; gives the room."""
        room = int(self._ray.cluster_resources().get("CPU", 0)) // self._cores
        most = min(self._workers, room) if self._workers else room
        while len(self._hands) < min(most, pieces):
            actor = self._kind.remote(__version__, bool(os.environ.get("AURAL_OFFLINE")), str(Path.cwd()))
            self._hands.append(_Hand(actor, actor.greet.remote()))
        for hand in [h for h in self._hands if h.greeting is not None][: max(0, len(self._hands) - most)]:
            self._ray.kill(hand.actor)
            self._hands.remove(hand)
        return room

    def _patient(self, lively: bool) -> None:
        self._idle = 0.0 if lively else self._idle + _LOOK
        if self._idle > _ORPHANED:
            fix = "Add machines, and run the same line again"
            raise LimitReached("the cluster has no cores left", where="--cluster", fix=fix)

    def _ended(self, ref: Any, queue: deque[_Piece]) -> Outcomes:
        """The outcome of a call that ended; what a lost worker had goes back to the front of the queue."""
        hand = next(h for h in self._hands if ref in h.busy or ref == h.greeting)
        try:
            outcome = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self._hands.remove(hand)
            self._failed += hand.greeting is not None
            if self._failed > _TRIES:
                told = one_line(str(error))[-300:]
                raise LimitReached(f"no worker begins on this cluster ({told})", where="--cluster") from error
            yield from _lost(hand, queue, error)
            return
        if hand.greeting is not None:
            hand.greeting, self._failed = None, 0
        else:
            yield hand.busy.pop(ref).one, outcome


def _lost(hand: _Hand, queue: deque[_Piece], error: Exception) -> Generator[tuple[Input, Exception], None, None]:
    for piece in reversed(hand.busy.values()):
        if piece.lost + 1 < _TRIES:
            queue.appendleft(_Piece(piece.one, piece.lost + 1))
        else:
            what = f"the worker that heard this was lost {_TRIES} times ({type(error).__name__})"
            yield piece.one, LimitReached(what, where=piece.one.place, fix="Use fewer workers, or machines with more memory")
