"""Hears the recordings of a command line in turn or in several processes, and tells what became of each."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import TYPE_CHECKING

from aural import find, progress
from aural.cli import hearing, stopping
from aural.cli.addresses import Target, was_there
from aural.cli.inputs import Input
from aural.cli.main import bug, say
from aural.errors import EXIT_SOME_FAILED, AuralError, LimitReached, one_line
from aural.files import FULL, disk_error, swept

if TYPE_CHECKING:
    from aural.cli.runner import Job

Plan = dict[str, dict[str, Target]]  # place -> format -> where it is written
Note = Callable[[Input, "str | bytes | Exception"], None]  # told what became of a recording
# What became of recordings, as it comes.
Outcomes = Generator[tuple[Input, "str | bytes | Exception"], None, None]


@dataclass(frozen=True)
class Crew:
    """The cluster that hears, and by how many workers (0 = as many as it has cores)."""

    where: str
    workers: int


def in_turn(job: Job, inputs: Sequence[Input], plan: Plan, shown: progress.Progress, note: Note) -> int:
    failed: list[Exception] = []
    with contextlib.ExitStack() as stack:
        opened = None
        if len(inputs) > 1:
            opened = stack.enter_context(contextlib.closing(hearing.keeping(job.device, job.threads, shown))).opened
        for one in inputs:
            try:
                said = hearing.hear(job, one, plan[one.place], shown, opened)
            except Exception as error:
                failed.append(_report(error, one, len(inputs), shown))
                note(one, failed[-1])
                continue
            note(one, said)
            _print(job, said, one, len(inputs))
    _remark(job, len(failed) < len(inputs))
    return _code(failed, len(inputs))


def in_processes(job: Job, inputs: Sequence[Input], plan: Plan, jobs: int, shown: progress.Progress, note: Note) -> int:
    """Hear recordings in spawned processes."""
    job = dataclasses.replace(job, threads=job.threads or max(1, (os.cpu_count() or 1) // jobs))
    _fetch_first(job, shown)
    return told(job, inputs, _outcomes(job, inputs, plan, jobs), shown, note)


def on_cluster(job: Job, inputs: Sequence[Input], plan: Plan, crew: Crew, shown: progress.Progress, note: Note) -> int:
    """Hear recordings on a Ray cluster."""
    from aural.cli.cluster import outcomes

    return told(job, inputs, outcomes(job, inputs, plan, crew.where, crew.workers), shown, note)


def told(job: Job, inputs: Sequence[Input], found: Outcomes, shown: progress.Progress, note: Note) -> int:
    """Tell of recordings as they are heard, and give the exit code; results are printed in the order of the inputs."""
    failed: list[Exception] = []
    waiting = deque(inputs)
    said: dict[str, str | bytes] = {}
    with contextlib.closing(found) as outcomes:
        for done, (one, outcome) in enumerate(outcomes, 1):
            if isinstance(outcome, Exception):
                failed.append(_report(outcome, one, len(inputs), shown))
            note(one, failed[-1] if isinstance(outcome, Exception) else outcome)
            said[one.place] = "" if isinstance(outcome, Exception) else outcome
            shown.step(done, len(inputs), f"aural {job.verb}", "files")
            while waiting and waiting[0].place in said:
                shown.close()
                first = waiting.popleft()
                _print(job, said.pop(first.place), first, len(inputs))
    shown.close()
    _remark(job, len(failed) < len(inputs))
    return _code(failed, len(inputs))


def _outcomes(job: Job, inputs: Sequence[Input], plan: Plan, jobs: int) -> Outcomes:
    """What each recording gave, as it comes.

    A process that the system ends (for its memory, mostly) takes the pool down; what was not heard by then
    is heard again, one at a time, so that only the recording that asks for too much fails.
    """
    free = {place for place, paths in plan.items() if not any(was_there(p) for p in paths.values())}
    left: list[Input] = []
    with _pool(jobs) as pool:
        futures: dict[Future[str | bytes], Input] = {}
        for one in inputs:
            try:
                futures[pool.submit(_hear_apart, job, one, plan[one.place])] = one
            except BrokenProcessPool:
                left.append(one)
        for future in as_completed(futures):
            outcome = _outcome(future)
            if isinstance(outcome, BrokenProcessPool):
                left.append(futures[future])
            else:
                yield futures[future], outcome
    for folder in {path.parent for one in left for path in plan[one.place].values() if isinstance(path, Path)}:
        swept(folder)
    for one in left:
        again = dataclasses.replace(job.wish, overwrite=job.wish.overwrite or one.place in free)
        with _pool(1) as pool:
            yield one, _outcome(pool.submit(_hear_apart, dataclasses.replace(job, wish=again), one, plan[one.place]))


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that end with the work, or at once when it is stopped."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in active_children():
                child.terminate()
            raise


def _outcome(future: Future[str | bytes]) -> str | bytes | Exception:
    try:
        return future.result()
    except Exception as error:
        return error


def _begin() -> None:
    """In a new process: Ctrl-C is the parent's to answer, and its polite kill ends what is heard cleanly."""
    stopping.heed()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _hear_apart(job: Job, one: Input, paths: dict[str, Target]) -> str | bytes:
    try:
        return hearing.hear(job, one, paths, progress.Quiet(), hearing.kept(job.device, job.threads).opened)
    except SystemExit as told:  # everything half written is gone by now; the pool would go on with the next
        os._exit(told.code if isinstance(told.code, int) else 1)


def _fetch_first(job: Job, shown: progress.Progress) -> None:
    """Fetch in one process what all will open, so that they do not wait for one another."""
    from aural.models import store

    for role, name in job.choices.items():
        store.ensure(name, role, shown)


def _print(job: Job, said: str | bytes, one: Input, many: int) -> None:
    if job.wish.gathered:
        return
    if isinstance(said, bytes):
        sys.stdout.buffer.write(said)
        sys.stdout.flush()
    elif said:
        print(f"== {one_line(one.place)}\n{said}" if many > 1 else said, flush=True)


def _remark(job: Job, answered: bool) -> None:
    """Say once, behind the answers, what the task took for granted to give them."""
    task = find.page("tasks", job.verb).TASK
    if answered and not job.quiet and task.assumes is not None and (line := task.assumes(job.choices, job.options)):
        say(line)


def _report(error: Exception, one: Input, many: int, shown: progress.Progress) -> Exception:
    """Tell why one recording failed, so that the others go on; a bug in the only one is raised as it is."""
    shown.close()
    if isinstance(error, BrokenPipeError):
        raise error
    if isinstance(error, MemoryError):
        error = LimitReached("memory ran out", where=one.place, fix="Use -m small, fewer --jobs or a shorter --clip")
    elif isinstance(error, BrokenProcessPool):
        error = LimitReached("the process that heard this was ended, most likely for lack of memory", where=one.place,
                             fix="Use fewer --jobs")  # fmt: skip
    elif isinstance(error, OSError) and error.errno in FULL:
        error = disk_error(error, Path(error.filename or tempfile.gettempdir()))
    if not isinstance(error, AuralError) and many == 1:
        raise error
    say(str(error) if isinstance(error, AuralError) else f"{one_line(one.place)}: {bug(error)}")
    return error


def _code(failed: Sequence[Exception], count: int) -> int:
    """The exit code. Raises: a bug that was told in passing, so that --debug shows where it is."""
    for error in failed:
        if not isinstance(error, AuralError):
            raise error
    if not failed:
        return 0
    return failed[0].exit_code if count == 1 and isinstance(failed[0], AuralError) else EXIT_SOME_FAILED
