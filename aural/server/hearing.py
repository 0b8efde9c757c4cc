"""One live connection: sound goes in as it comes, updates come out; when work lags, partials fall away, never sound."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from typing import Any, final

import numpy as np

from aural.results import Update
from aural.server.desk import Desk
from aural.server.watch import TooLong
from aural.tasks import _live, transcribe
from aural.tasks._pace import Listener, Pace

Emit = Callable[[Update, float], Awaitable[None]]
_ONCE = 1.0  # s of sound heard in one step at most
_BEHIND = 0.3  # s of sound that wait: from here on no time goes into partials
_FULL = 30.0  # s of sound that wait: from here on the sender waits, too


@final
class Hearing:
    """`async with Hearing(...) as hearing`: `feed` samples, `commit` or `finish`; `emit(update, lag)` gets what is heard.

    `lag` (s) is the time from when the end of what the update covers had come in until now.
    """

    def __init__(self, desk: Desk, choices: dict[str, str], options: transcribe.Options, pace: Pace, rate: int, emit: Emit) -> None:
        self._desk, self._choices, self._options, self._pace, self.rate, self._emit = desk, choices, options, pace, rate, emit
        self._stack = ExitStack()
        self._live: Listener | None = None
        self._waiting: deque[np.ndarray] = deque()
        self._samples = 0  # that wait
        self._taken = 0  # that came in
        self._came: deque[tuple[float, float]] = deque(maxlen=4096)  # (seconds of sound, when they had come)
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self._lock = asyncio.Lock()
        self._worker: asyncio.Task[None] | None = None
        self._dropped = 0

    async def __aenter__(self) -> Hearing:
        self._live = await self._desk.step(self._open)
        self._worker = asyncio.ensure_future(self._work())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait([self._worker])
        await self._desk.step(self._stack.close)

    @property
    def seconds(self) -> float:
        """Seconds of sound that came in."""
        return self._taken / self.rate

    @property
    def waiting(self) -> float:
        """Seconds of sound that came in and were not heard yet."""
        return self._samples / self.rate

    @property
    def dropped(self) -> int:
        """Partial texts that were left out."""
        return self._live.dropped if self._live else 0

    async def feed(self, samples: np.ndarray) -> None:
        """Take samples [t]; waits while too much of them waits. Raises: TooLong, and what the work raised."""
        await self._room.wait()
        self._failed()
        self._taken += len(samples)
        if self.seconds > self._desk.options.max_length:
            raise TooLong(f"this is longer than the {self._desk.options.max_length:g} s that are taken", fix="Connect again")
        self._came.append((self.seconds, time.monotonic()))
        self._waiting.append(samples)
        self._samples += len(samples)
        if self.waiting > _FULL:
            self._room.clear()
        self._news.set()

    async def commit(self) -> None:
        """Everything that came in is heard, and the phrase that is open becomes final."""
        await self._heard()
        assert self._live is not None
        async with self._lock:
            await self._told(await self._desk.step(self._live.commit))

    async def finish(self) -> None:
        """Everything that came in is heard to its end."""
        await self._heard()
        assert self._live is not None
        async with self._lock:
            await self._told(await self._desk.step(self._live.finish))

    def clear(self) -> None:
        """Forget what came in and was not heard yet."""
        self._waiting.clear()
        self._samples = 0
        self._room.set()

    def _open(self) -> Listener:
        shelf = self._desk.shelf(self._choices)
        return self._stack.enter_context(_live.opened(shelf, self._options, self._pace, self.rate))

    async def _heard(self) -> None:
        while self._samples:
            self._failed()
            await asyncio.sleep(0.01)
        self._failed()

    def _failed(self) -> None:
        """Raises: what the worker raised, if it did."""
        if self._worker is not None and self._worker.done():
            self._worker.result()

    async def _work(self) -> None:
        assert self._live is not None
        live = self._live
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    async with self._lock:
                        await self._one(live)
        finally:
            self._room.set()  # nobody waits for ever

    async def _one(self, live: Listener) -> None:
        block = self._next()
        behind = self.waiting - len(block) / self.rate > _BEHIND
        updates = await self._desk.step(lambda: live.push(block, behind))
        self._samples = max(0, self._samples - len(block))
        if self.waiting < _FULL / 2:
            self._room.set()
        self._desk.meters.count("live_seconds", len(block) / self.rate)
        if live.dropped > self._dropped:
            self._desk.meters.count("live_dropped", live.dropped - self._dropped)
            self._dropped = live.dropped
        await self._told(updates)

    def _next(self) -> np.ndarray:
        """What waits, up to a second of it; it counts as waiting until it was heard."""
        size, parts = round(_ONCE * self.rate), []
        while self._waiting and size > 0:
            part = self._waiting.popleft()
            if len(part) > size:
                self._waiting.appendleft(part[size:])
                part = part[:size]
            parts.append(part)
            size -= len(part)
        return np.concatenate(parts)

    async def _told(self, updates: list[Update]) -> None:
        for update in updates:
            lag = self._lag(update)
            if update.kind == "partial":
                self._desk.meters.count("live_partials")
            elif update.kind == "final":
                self._desk.meters.spread("live_lag_seconds", lag)
            await self._emit(update, lag)

    def _lag(self, update: Update) -> float:
        """Seconds since the last sound that the update covers came in."""
        came = next((when for seconds, when in self._came if seconds >= update.span.end), None)
        return max(0.0, time.monotonic() - came) if came is not None else 0.0


def samples_of(data: bytes, form: str) -> np.ndarray:
    """Samples [t] float32 from little-endian bytes: "s16le" or "f32le". A last half sample is left out."""
    kind: Any = np.dtype("<i2" if form == "s16le" else "<f4")
    whole = np.frombuffer(data[: len(data) - len(data) % kind.itemsize], kind)
    if form == "s16le":
        return whole.astype(np.float32) / np.float32(32768)
    return np.clip(np.nan_to_num(whole.astype(np.float32)), -1.0, 1.0)
