"""Runs a task on sound that is still coming: one JSON object a line, or the final texts alone."""

from __future__ import annotations

import argparse
import json
import queue
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from aural.errors import UsageError
from aural.progress import Quiet

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
    if job.wish.formats not in ((), ("json",), ("txt",)) or job.wish.folder not in (None, "-") or job.wish.file is not None:
        raise UsageError(
            "a stream goes to standard output, as json or txt", where="--stream", fix="Leave -o out; -f is json or txt"
        )
    plain = job.wish.formats == ("txt",)
    arriving = _Arriving(args.audio[0], args.raw)
    shelf = Shelf(job.choices, Runtime(job.device, job.threads), Quiet())
    for update in task.live(arriving.blocks(), shelf, job.options, Quiet(), arriving.behind):
        if plain and update.kind == "final" and update.text:
            print(update.text, flush=True)
        elif not plain:
            print(json.dumps(message(update), ensure_ascii=False), flush=True)
    return 0


class _Arriving:
    """Blocks of a recording, read ahead by a thread of its own, so that it is known when work lags behind."""

    def __init__(self, place: str, raw: int | None) -> None:
        self._place, self._raw = place, raw
        self._waiting: queue.Queue[Any] = queue.Queue(maxsize=600)  # a minute; a pipe that is faster waits

    def behind(self) -> bool:
        """True when more sound waits already."""
        return self._waiting.qsize() > 2

    def blocks(self) -> Iterator[Any]:
        """The blocks in order. Raises: what reading them raised."""
        threading.Thread(target=self._read, daemon=True).start()
        while (block := self._waiting.get()) is not _END:
            if isinstance(block, Exception):
                raise block
            yield block

    def _read(self) -> None:
        try:
            for block in self._opened():
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
