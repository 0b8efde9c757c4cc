"""A fleet of servers as its front sees it: which is least busy, which is gone, how many there are to be."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, final

from aural.errors import LimitReached
from aural.server.fitting import FAILURES, SHORT, Fitting, numbers_of
from aural.server.meters import lasting, summed, without
from aural.server.options import Options
from aural.server.watch import TooSlow
from aural.server.wire import Address, Broken, Call, Headers, read

T = TypeVar("T")
# What a place is for: a request that a thread works on; one that only lasts, such as a web socket; a job.
Use = Literal["work", "live", "job"]
_LOOK = 0.5  # s between two looks at how many there are to be
_ASK = 1.0  # s between two questions how a server is
_SILENT = 20.0  # s without an answer to them: the server is gone
_PATIENT = 5.0  # s for one such answer
_DOUBT = 2.0  # s for the answer of a server whose connection broke
# What the front counts itself, so that a request counts once whichever servers it has seen.
_FRONT = ("aural_requests_total", "aural_request_seconds", "aural_refused_total", "aural_inside")
_BARE = 60.0  # s without any server: who waits for one is told so
_FAREWELL = 5.0  # s for a server to close its models
_NO_ROOM = 15.0  # s without room for a server: the log says so


class Footing(ABC):
    """Where one server stands."""

    @abstractmethod
    async def place(self) -> Address:
        """Where it listens, once it does. Raises: LimitReached when it does not begin."""

    @abstractmethod
    async def ended(self) -> str:
        """Why it has ended, once it has."""

    @abstractmethod
    async def complaint(self) -> str:
        """Why its models cannot be opened, once it knows that they cannot."""

    @abstractmethod
    async def stop(self, seconds: float) -> None:
        """End it, politely for so long."""


class Ground(ABC):
    """Where servers can stand."""

    @property
    @abstractmethod
    def workers(self) -> int:
        """Requests that each of them works on at once."""

    @abstractmethod
    def begin(self) -> Footing:
        """Begin one more, when there is room. Raises: LimitReached when there is no ground any more."""


@dataclass(eq=False)
class Replica:
    """One server. `gone` is set when it will not answer any more."""

    number: int
    footing: Footing
    begun: float = field(default_factory=time.monotonic)
    address: Address | None = None
    ready: bool = False
    leaving: bool = False
    doubted: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    working: int = 0
    live: int = 0
    jobs: int = 0
    meters: str = ""
    turn: int = 0  # when it got its last request, in requests

    @property
    def open(self) -> bool:
        """True when it takes requests."""
        return self.address is not None and not (self.leaving or self.doubted.is_set() or self.gone.is_set())

    async def unless_gone(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives. Raises: Broken when the server is gone before, and what the work raises."""
        doing, away = asyncio.ensure_future(work), asyncio.ensure_future(self.gone.wait())
        try:
            await asyncio.wait((doing, away), return_when=asyncio.FIRST_COMPLETED)
            if not doing.done():
                raise Broken(True)
            return await doing
        finally:
            away.cancel()
            doing.cancel()
            await asyncio.wait((doing, away))
            if not doing.cancelled():
                doing.exception()


@dataclass(eq=False)
class Seat:
    """A place at a server, for as long as it is held."""

    replica: Replica
    use: Use


@final
class Fleet:
    """Keeps as many servers as there are to be, and gives out their places: first come, first served, jobs last.

    `headers` are what each server wants to see of a front; `failure` says why none could be kept.
    """

    def __init__(self, ground: Ground, options: Options, headers: Headers) -> None:
        self._ground, self._options, self.headers = ground, options, headers
        self._fitting = Fitting(*numbers_of(options.replicas), ground.workers)
        self.replicas: list[Replica] = []
        self._lives: set[asyncio.Task[None]] = set()
        self._waiting: list[tuple[Use, asyncio.Future[Seat]]] = []
        self._numbers, self._turns = itertools.count(1), itertools.count(1)
        self._bare = time.monotonic()  # since when there is none
        self._failures = 0
        self._past: list[str] = []  # what servers that are gone had counted
        self.failure: LimitReached | None = None

    @property
    def most(self) -> int:
        """Requests and jobs that all of them could work on at once if all were there."""
        return self._fitting.most * self._ground.workers

    @property
    def workers(self) -> int:
        """Requests that are worked on at once now."""
        return self._ground.workers * max(1, sum(r.open for r in self.replicas))

    @property
    def queue(self) -> int:
        """Requests that may wait."""
        return self._options.queue * max(1, sum(r.open for r in self.replicas))

    @property
    def ready(self) -> int:
        """Servers that take requests and have their models open."""
        return sum(r.ready and r.open for r in self.replicas)

    def meters(self, own: str) -> str:
        """What all have counted, with what the front counts itself."""
        return summed([own, *self._past, *(r.meters for r in self.replicas)])

    @contextlib.asynccontextmanager
    async def running(self, failed: Callable[[], None]) -> AsyncIterator[None]:
        """Servers are kept while the block runs, and end with it; `failed` is called when none stays."""
        keeper = asyncio.ensure_future(self._keep(failed))
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])
            for life in self._lives:
                life.cancel()
            if self._lives:
                await asyncio.wait(self._lives)
            await asyncio.gather(*(r.footing.stop(_FAREWELL) for r in self.replicas))

    @contextlib.asynccontextmanager
    async def seat(self, use: Use, seconds: float) -> AsyncIterator[Seat]:
        """A place at the least busy server. Raises: TooSlow after `seconds`, LimitReached while there is no server at all."""
        coming: asyncio.Future[Seat] = asyncio.get_running_loop().create_future()
        self._waiting.append((use, coming))
        self._deal()
        try:
            async with asyncio.timeout(seconds):
                seat = await asyncio.shield(coming)
        except BaseException as error:
            self._waiting = [(u, f) for u, f in self._waiting if f is not coming]
            if coming.done() and not coming.cancelled() and coming.exception() is None:
                self._count(coming.result(), -1)
            if isinstance(error, TimeoutError):
                what = f"this waited longer than the {seconds:g} s that a request may take"
                raise TooSlow(what, fix="Send it as a job") from None
            raise
        try:
            yield seat
        finally:
            self._count(seat, -1)

    def done(self, seat: Seat) -> None:
        """The work for this seat is done, and only the answer has still to be fetched."""
        self._count(seat, -1)
        seat.use = "live"
        self._count(seat, 1)

    def doubt(self, replica: Replica) -> None:
        """A connection to this server broke: it gets nothing more until it has answered again."""
        replica.doubted.set()

    def _count(self, seat: Seat, by: int) -> None:
        replica = seat.replica
        replica.working += by * (seat.use != "live")
        replica.live += by * (seat.use == "live")
        replica.jobs += by * (seat.use == "job")
        if by < 0:
            self._deal()

    def _deal(self) -> None:
        """Give free places to those who wait."""
        left = []
        for use, coming in sorted(self._waiting, key=lambda w: w[0] == "job"):
            replica = None if coming.done() else self._least_busy(use)
            if replica is not None:
                seat = Seat(replica, use)
                self._count(seat, 1)
                replica.turn = next(self._turns)
                coming.set_result(seat)
            elif not coming.done():
                left.append((use, coming))
        self._waiting = left

    def _least_busy(self, use: Use) -> Replica | None:
        """The server with most room for it, None where none has any."""
        there = [r for r in self.replicas if r.open]
        there = [r for r in there if r.ready] or there
        if use != "live":
            there = [r for r in there if r.working < self._ground.workers]
        if use == "job" and sum(r.jobs for r in self.replicas) >= max(1, self.workers - 1):
            return None  # the rest is for who waits for an answer
        return min(there, key=lambda r: (r.working + r.live, r.turn), default=None)

    async def _keep(self, failed: Callable[[], None]) -> None:
        """Begin and end servers, until none can be begun."""
        while self.failure is None:
            try:
                self._fit()
            except LimitReached as error:
                self.failure = error
            if self._failures >= FAILURES:
                self.failure = LimitReached(
                    f"{FAILURES} servers in a row ended as soon as they began", fix="See what is told above"
                )
            await asyncio.sleep(_LOOK)
        failed()

    def _fit(self) -> None:
        """As many servers as there are to be. Who waits for one in vain is told."""
        staying = [r for r in self.replicas if not r.leaving]
        inside = sum(r.working + r.live for r in self.replicas) + len(self._waiting)
        change = self._fitting.change(inside, len(staying), len(self.replicas))
        for _ in range(max(change, self._fitting.least - len(staying))):
            self._begin()
        if change < 0:
            min(staying, key=lambda r: (r.open, r.working + r.live, -r.number)).leaving = True
        if any(r.open for r in self.replicas):
            self._bare = time.monotonic()
        elif time.monotonic() - self._bare > _BARE:
            for _, coming in self._waiting:
                if not coming.done():
                    coming.set_exception(LimitReached("no server is there to hear this", fix="Send it again in a minute"))

    def _begin(self) -> None:
        replica = Replica(next(self._numbers), self._ground.begin())
        self.replicas.append(replica)
        life = asyncio.ensure_future(self._life(replica))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)

    async def _life(self, replica: Replica) -> None:
        """From its beginning to its end."""
        why = await self._lived(replica)
        replica.gone.set()
        self.replicas.remove(replica)
        self._past = [summed([lasting(replica.meters), *self._past])]
        if why:
            print(f"aural: server {replica.number} is gone ({why}) and another is begun", file=sys.stderr, flush=True)
            # What may have been taken down by a request is no sign that servers cannot be here.
            short = not replica.turn and time.monotonic() - replica.begun < SHORT
            self._failures += replica.address is None or short
        await replica.footing.stop(_FAREWELL if not why else 0.0)  # what only looked as if it were gone ends, too

    async def _lived(self, replica: Replica) -> str:
        """Why it ended by itself, "" where it was let go."""
        ways = [asyncio.ensure_future(self._placed(replica)), asyncio.ensure_future(self._let_go(replica))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if replica.address is not None and not ways[1].done():
                ways += [asyncio.ensure_future(w) for w in (replica.footing.ended(), self._watched(replica), _complained(replica))]
                await asyncio.wait(ways[1:], return_when=asyncio.FIRST_COMPLETED)
                return next(way.result() for way in ways[1:] if way.done())
            return next(way.result() for way in ways if way.done())
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)

    async def _placed(self, replica: Replica) -> str:
        """Until it listens; why it does not."""
        placing = asyncio.ensure_future(replica.footing.place())
        try:
            if not (await asyncio.wait([placing], timeout=_NO_ROOM))[0]:
                print(f"aural: server {replica.number} waits for room in the cluster", file=sys.stderr, flush=True)
            replica.address, replica.begun = await placing, time.monotonic()
        except LimitReached as error:
            return error.what
        finally:
            placing.cancel()
        self._deal()
        return ""

    async def _watched(self, replica: Replica) -> str:
        """Ask it again and again how it is, until it does not answer."""
        assert replica.address is not None
        answered = time.monotonic()
        while True:
            doubted = replica.doubted.is_set()
            try:
                status, body = await read(replica.address, Call("GET", b"/metrics", self.headers), _DOUBT if doubted else _PATIENT)
                if status == 200:
                    answered, replica.meters = time.monotonic(), without(body.decode(), _FRONT)
                    replica.ready = "\naural_ready 1\n" in replica.meters
                    self._failures = 0 if replica.ready else self._failures
                    replica.doubted.clear()
                    self._deal()
            except Broken:
                if doubted:
                    return "it does not answer"
                replica.doubted.set()
            except TimeoutError:
                if time.monotonic() - answered > _SILENT:
                    return "it does not answer"
                replica.doubted.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ASK if replica.ready else _ASK / 5):
                    await replica.doubted.wait()

    async def _let_go(self, replica: Replica) -> str:
        """Once it is to leave and has nothing to do, or has had its time to finish. Jobs are never cut short."""
        left = float(self._options.grace)
        while not replica.leaving or replica.jobs or ((replica.working or replica.live) and left > 0):
            await asyncio.sleep(_LOOK)
            left -= _LOOK if replica.leaving else 0.0
        return ""


async def _complained(replica: Replica) -> str:
    """Pass on what a server cannot open; it goes on and may answer what needs other models."""
    print(f"aural: server {replica.number}: {await replica.footing.complaint()}", file=sys.stderr, flush=True)
    await replica.gone.wait()
    return ""
