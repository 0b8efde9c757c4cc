"""One function over many clips: in threads, or in spawned processes where there are many and it is safe."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import TypeVar

from aural.corpora.manifest import Clip
from aural.progress import Progress

T = TypeVar("T")
MANY = 500  # clips from which on starting processes pays
_THREADS, _CHUNK = 4, 16


def each(function: Callable[[Clip], T], clips: Sequence[Clip], stage: str, shown: Progress, jobs: int = 0) -> list[T]:
    """function(clip) for every clip, in their order. `function` stands at the top of a module and answers for errors itself.

    `jobs`: processes; 0 = one a core where there are many clips, else threads of this one.
    """
    found: list[T] = []
    with _pool(jobs, len(clips)) as pool:
        try:
            for done, one in enumerate(_mapped(pool, function, clips), 1):
                found.append(one)
                shown.step(done, len(clips), stage, "clips")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return found


def _pool(jobs: int, count: int) -> Executor:
    jobs = jobs or ((os.cpu_count() or 1) if count >= MANY and _safe() else 1)
    if jobs < 2:
        return ThreadPoolExecutor(_THREADS)
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)


def _mapped(pool: Executor, function: Callable[[Clip], T], clips: Sequence[Clip]) -> Iterator[T]:
    return pool.map(function, clips, chunksize=_CHUNK if isinstance(pool, ProcessPoolExecutor) else 1)


def _begin() -> None:
    """In a new process: Ctrl-C is the parent's to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _safe() -> bool:
    """True where a spawned process runs nothing of the caller's own: a script is run again from its top in each of them."""
    main = sys.modules.get("__main__")
    path = getattr(main, "__file__", None)
    plain = path is None or getattr(main, "__spec__", None) is not None or Path(path).stem == "aural"
    return plain and parent_process() is None
