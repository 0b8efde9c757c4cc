"""Runs a task on sound that is still coming: one JSON object a line, the final texts alone, or captions."""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aural.errors import UsageError
from aural.progress import Quiet
from aural.results import Recording, Result, Segment, Update

if TYPE_CHECKING:
    from aural.cli.runner import Job

_END = object()


def run_stream(job: Job, task: Any, args: argparse.Namespace) -> int:
    """`aural transcribe --stream -`: updates while the pipe goes on. Gives the exit code.

    Raises: UsageError for several inputs, a file to write, and formats that cannot grow.
    """
    from aural.models.runtime import Runtime
    from aural.models.shelf import Shelf
    from aural.tasks._live import message

    if len(args.audio) != 1:
        raise UsageError("a stream is one recording", where="--stream", fix="Name one file, or - for a pipe")
    if (
        job.wish.formats not in ((), ("json",), ("txt",), ("vtt",))
        or job.wish.folder not in (None, "-")
        or job.wish.file is not None
    ):
        raise UsageError(
            "a stream goes to standard output, as json, txt or vtt", where="--stream", fix="Leave -o out; -f is json, txt or vtt"
        )
    form = job.wish.formats[0] if job.wish.formats else "json"
    arriving = _Arriving(args.audio[0], args.raw)
    shelf = Shelf(job.choices, Runtime(job.device, job.threads), Quiet())
    if form == "vtt":
        print("WEBVTT\n", flush=True)
    for update in task.live(arriving.blocks(), shelf, job.options, Quiet(), arriving.behind):
        if form == "json":
            lag = {"lag": round(arriving.lag(update.span.end), 3)} if update.kind in ("partial", "final") else {}
            print(json.dumps(message(update) | lag, ensure_ascii=False), flush=True)
        elif update.kind == "final" and update.text:
            print(update.text if form == "txt" else caption(update), flush=True)
    return 0


def caption(update: Update) -> str:
    """A final as cues of WebVTT, an empty line behind each."""
    from aural.formats import vtt

    segment = Segment(update.span.start, update.span.end, update.text, words=update.words)
    whole = vtt.write(Result(Recording("stream", None, 1, 1), segments=(segment,)))
    return whole.removeprefix("WEBVTT\n\n")


class _Arriving:
    """Blocks of a recording, read ahead by a thread of its own, so that it is known when work lags behind."""

    def __init__(self, place: str, raw: int | None) -> None:
        self._place, self._raw = place, raw
        self._waiting: queue.Queue[Any] = queue.Queue(maxsize=600)  # a minute; a pipe that is faster waits
        self._came: deque[tuple[float, float]] = deque(maxlen=4096)  # (seconds of sound, when they had come)

    def behind(self) -> bool:
        """True when more sound waits already."""
        return self._waiting.qsize() > 2

    def lag(self, end: float) -> float:
        """Seconds since the sound up to `end` (s) had come in."""
        came = next((when for seconds, when in self._came if seconds >= end), None)
        return max(0.0, time.monotonic() - came) if came is not None else 0.0

    def blocks(self) -> Iterator[Any]:
        """The blocks in order. Raises: what reading them raised."""
        threading.Thread(target=self._read, daemon=True).start()
        while (block := self._waiting.get()) is not _END:
            if isinstance(block, Exception):
                raise block
            yield block

    def _read(self) -> None:
        try:
            seconds = 0.0
            for block in self._opened():
                seconds += block.duration
                self._came.append((seconds, time.monotonic()))
                self._waiting.put(block)
        except Exception as error:
            self._waiting.put(error)
        self._waiting.put(_END)

    def _opened(self) -> Iterator[Any]:
        from aural.sound.pipes import arriving
        from aural.tasks._call import as_source

        if self._place != "-":
            return as_source(self._place).blocks(0.1, rate=None, mono=False)
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError(
                "nothing comes in on standard input", fix="Pipe a recording in: cat talk.wav | aural transcribe --stream -"
            )
        return arriving(sys.stdin.buffer, raw=self._raw)
