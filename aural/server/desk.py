"""The desk: takes in what is asked, runs the tasks in a few threads, and says when it is full."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar, final

from aural import find
from aural.models.kept import Kept
from aural.models.runtime import Halt, Halted, Runtime
from aural.models.shelf import Shelf
from aural.server.meters import Meters
from aural.server.options import Options
from aural.server.places import Places
from aural.server.watch import Watch
from aural.sound.source import Source
from aural.tasks import _call

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Ask:
    """One question: the verb, its inputs as the task takes them, its options, and role -> model."""

    verb: str
    inputs: Any
    options: Any
    choices: dict[str, str]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The recordings among the inputs."""
        flat = self.inputs if isinstance(self.inputs, tuple) else (self.inputs,)
        return tuple(s for x in flat for s in (x if isinstance(x, tuple) else (x,)) if isinstance(s, Source))


@final
class Desk:
    """Everything that requests share: open models, threads, places, meters. Made inside the server's event loop."""

    def __init__(self, options: Options, runtime: Runtime | None = None, tell: Callable[[int], None] | None = None) -> None:
        self.options = options
        self.meters = Meters()
        self._halt = Halt()
        self.kept = Kept(replace(runtime or Runtime(), halt=self._halt, together=options.batch), options.idle)
        self.ready = asyncio.Event()
        self._places = Places(self.meters, lambda: options.workers, lambda: options.queue, tell or (lambda inside: None))
        self._pool = ThreadPoolExecutor(options.workers, thread_name_prefix="aural")
        self._live = ThreadPoolExecutor(options.workers, thread_name_prefix="aural-live")

    def close(self) -> None:
        """End what the threads still do, in the middle of a window too, and close the models."""
        self._halt.stop()
        for pool in (self._pool, self._live):
            pool.shutdown(wait=True, cancel_futures=True)
        self.kept.close()

    @property
    def inside(self) -> int:
        """Requests that are being taken in, wait or run."""
        return self._places.inside

    def place(self) -> contextlib.AbstractContextManager[None]:
        """A place for one request, uploads included. Raises: HTTPException 429 when all are taken."""
        return self._places.taken()

    def watch(self, told: Callable[[float, float | None, str], None] | None = None) -> Watch:
        """A watch with the server's limits."""
        return Watch(self.options.max_length, self.options.timeout, told)

    def shelf(self, choices: dict[str, str]) -> Shelf:
        """A shelf whose models stay open behind it."""
        return Shelf(choices, opened=self.kept.opened)

    def answer(self, ask: Ask, watch: Watch, told: Callable[[Any], None] | None = None) -> Any:
        """Run the task here and now; told([segment ...]) hears of what is settled, where the task can tell.

        Raises: what the task raises, and the watch's errors.
        """
        watch.check()
        begun = time.monotonic()
        for source in ask.sources:
            watch.measure(source.encoding.promised)
        task, shelf = find.page("tasks", ask.verb).TASK, self.shelf(ask.choices)
        if told is not None and task.growing is not None:
            answer = task.growing(ask.inputs, shelf, ask.options, watch, told)
        else:
            answer = _call.run(task, ask.inputs, ask.options, shelf, watch)
        for source in ask.sources:
            watch.measure(source.recording.duration)
            self.meters.heard(ask.verb, source.recording.duration or 0.0)
        self._places.took(time.monotonic() - begun)
        return answer

    async def step(self, job: Callable[[], T]) -> T:
        """One short step of a live connection, in threads that long work does not hold."""
        return await asyncio.get_running_loop().run_in_executor(self._live, job)

    async def work(self, job: Callable[[], T], watch: Watch, gone: Callable[[], Awaitable[Any]] | None = None) -> T:
        """Run `job` in a thread, when one is free; `gone()` ends when nobody waits for the answer.

        The thread has always let go of the job's files when this returns. Raises: what the job raises.
        """
        seat = _Seat(self._halt)
        future = self._pool.submit(seat.run, job)
        running = asyncio.wrap_future(future)
        watched = [asyncio.ensure_future(gone())] if gone else []
        try:
            await asyncio.wait([running, *watched], timeout=max(0.0, watch.left), return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                if watch.left > 0:
                    watch.stop()
                if future.cancel():  # it had not begun
                    watch.check()
                seat.stop()
            return await running
        except Halted:
            watch.check()
            raise
        except asyncio.CancelledError:
            watch.stop()
            seat.stop()
            if not future.cancel():
                await asyncio.wait([running])
                running.exception()
            raise
        finally:
            for task in watched:
                task.cancel()


@final
class _Seat:
    """A job in whatever thread takes it: `stop` ends what a model computes for it, and nothing of the job that comes next."""

    def __init__(self, halt: Halt) -> None:
        self._halt, self._lock = halt, threading.Lock()
        self._thread: int | None = None

    def run(self, job: Callable[[], T]) -> T:
        """Do the job here."""
        own = threading.get_ident()
        with self._lock:
            self._thread = own
        try:
            return job()
        finally:
            with self._lock:
                self._thread = None
                self._halt.free(own)

    def stop(self) -> None:
        """End its window."""
        with self._lock:
            if self._thread is not None:
                self._halt.stop(self._thread)
