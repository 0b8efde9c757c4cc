"""Jobs for long recordings: submit, watch, fetch in any format, cancel; they go on where they were after any end of the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aural import files, find
from aural.errors import AuralError, UsageError
from aural.formats import json as result_json
from aural.server.answers import as_json, guarded, report, told
from aural.server.events import Emit, Events, Gone
from aural.server.hands import RESULT, Failed, Hear, Lost, brought, question
from aural.server.ledger import Job, Ledger
from aural.server.names import aliases_of
from aural.server.options import Options
from aural.server.replicas import Seat
from aural.server.uploads import Form, received
from aural.server.verbs import HOUSE, ask_of, rendered, type_of, verbs, wish_of
from aural.server.watch import Watch
from aural.tasks._written import writable

_HOUR, _NEVER = 3600.0, 1e9  # s
_LOOK = 1.0  # s between two looks at what other servers did


@final
class Jobs:
    """Runs what the ledger in `folder` holds, `many` at once, beside the requests of the moment; `hear` does the work."""

    def __init__(self, options: Options, folder: Path, hear: Hear, many: int, seat: Seat | None = None) -> None:
        self._options, self._folder, self._hear, self._many, self._seat = options, folder, hear, many, seat
        self._ledger: Ledger | None = None
        self._aliases = aliases_of(options.alias)
        self._news = asyncio.Condition()
        self._wake = asyncio.Event()
        self.progress: dict[str, tuple[str, float, float | None]] = {}  # of what runs: stage, done, total
        self._watches: dict[str, Watch] = {}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Jobs run while the block runs; what is not done at its end waits for the next start.

        Where several servers share the folder, who began them holds it and looks after what they leave.
        Raises: LimitReached when another server has the folder.
        """
        if self._seat is not None and not self._seat.jobs:
            yield
            return
        lock = files.locked(self._folder / "lock", timeout=0) if self._seat is None else contextlib.nullcontext()
        with lock, contextlib.closing(Ledger(self._folder)) as ledger:
            self._ledger = ledger
            if self._seat is None:
                await asyncio.to_thread(ledger.resume)
            self._wake.set()
            chores = [asyncio.ensure_future(self._work()) for _ in range(self._many)] + [asyncio.ensure_future(self._expire())]
            if self._seat is not None:
                chores.append(asyncio.ensure_future(self._share()))
            try:
                yield
            finally:
                for chore in chores:
                    chore.cancel()
                await asyncio.wait(chores)
                self._ledger = None

    @property
    def ledger(self) -> Ledger:
        """The ledger. Raises: HTTPException 503 while there is none."""
        if self._ledger is None:
            raise HTTPException(503, "another server has the folder of jobs; --jobs names one of its own")
        return self._ledger

    async def submit(self, verb: str, form: Form) -> Job:
        """A new job. Raises: what is wrong with its form."""
        if verb not in verbs():
            raise UsageError(f"there is no verb {verb!r:.40}", where="--verb", fix=f"It is one of: {', '.join(verbs())}")
        texts = {name: values for name, values in form.texts.items() if name not in ("verb", "stream")}
        asked = Form(texts, form.files)
        ask_of(verb, asked, self._aliases)
        wish_of(find.page("tasks", verb).TASK, asked)
        brought: list[tuple[str, str, IO[bytes]]] = [
            (field, source.name, raw)
            for field, sources in form.files.items()
            for source, raw in zip(sources, form.raw[field], strict=True)
        ]
        job = await asyncio.to_thread(self.ledger.add, verb, texts, brought)
        self._wake.set()
        return job

    async def cancel(self, name: str) -> None:
        """Stop a job, and forget it when it was over already."""
        if await asyncio.to_thread(self.ledger.cancel, name):
            if name in self._watches:
                self._watches[name].stop()
            await self._changed()
        else:
            await asyncio.to_thread(self.ledger.remove, name)

    async def follow(self, name: str) -> AsyncIterator[Job]:
        """A job each time something about it changed, until it is over."""
        seen: Any = None
        while True:
            job = await asyncio.to_thread(self.ledger.get, name)
            if job is None:
                return
            state = (job.state, self.far(name))
            if state != seen:
                seen = state
                yield job
            if job.over:
                return
            async with self._news:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self._news.wait()

    def answer(self, job: Job, given: Mapping[str, str], format: str | None) -> Response:
        """The answer of a job that is done, in a format. Raises: UsageError for one that it was not kept for."""
        task = find.page("tasks", job.verb).TASK
        data = (self.ledger.place(job.id) / "answer").read_bytes()
        if job.format != RESULT:
            if format not in (None, job.format):
                raise UsageError(f"this answer was kept as {job.format}", where="--format", fix="Name the format with the job")
            return Response(data, media_type=type_of(job.format, task.writes))
        fields = {n: t[-1] for n, t in job.fields.items()} | dict(given)
        wanted = wish_of(task, Form({n: (v,) for n, v in fields.items()} | ({"format": (format,)} if format else {})))
        with ExitStack() as stack:
            files = brought(job, self.ledger.place(job.id), stack)
            return rendered(question(job.verb, job.fields, files, self._aliases), fields, wanted, result_json.read(data))

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            job = await asyncio.to_thread(self.ledger.take, self._seat.name if self._seat else "")
            if job is None:
                self._wake.clear()
                continue
            await self._one(job)

    async def _one(self, job: Job) -> None:
        loop = asyncio.get_running_loop()

        def step(done: float, total: float | None, stage: str) -> None:
            self.progress[job.id] = (stage, round(done, 1), total and round(total, 1))
            loop.call_soon_threadsafe(lambda: asyncio.ensure_future(self._changed()))

        watch = self._watches[job.id] = Watch(self._options.max_length, _NEVER, step)
        await self._changed()
        try:
            format, data = await self._hear(job, self.ledger.place(job.id), watch)
            await asyncio.to_thread(self.ledger.finish, job.id, format, data)
        except asyncio.CancelledError:
            self.ledger.hand_back(job.id)  # the server stops
            raise
        except Lost:
            await asyncio.to_thread(self.ledger.lost, job.id)
            self._wake.set()
        except Exception as error:
            if not isinstance(error, AuralError | Failed):
                report(error)
            await asyncio.to_thread(self.ledger.fail, job.id, error.problem if isinstance(error, Failed) else told(error))
        finally:
            self._watches.pop(job.id, None)
            self.progress.pop(job.id, None)
        await self._changed()

    async def _share(self) -> None:
        """What others need to know of the jobs here, and what is needed of theirs: new ones, and those that were canceled."""
        while True:
            await asyncio.sleep(_LOOK)
            self._wake.set()
            for name, watch in list(self._watches.items()):
                job = await asyncio.to_thread(self.ledger.get, name)
                if job is None or job.state != "running":
                    watch.stop()
                elif name in self.progress:
                    await asyncio.to_thread(self.ledger.progressed, name, *self.progress[name])

    def far(self, name: str) -> tuple[str, float, float | None] | None:
        """(stage, done, total) of a job that runs here or at another server, None of one that does not run."""
        return self.progress.get(name) or (self.ledger.progress(name) if self._seat is not None else None)

    async def _expire(self) -> None:
        while True:
            if self._options.keep:
                await asyncio.to_thread(self.ledger.expire, self._options.keep * _HOUR)
            await asyncio.sleep(60)

    async def _changed(self) -> None:
        async with self._news:
            self._news.notify_all()


def routes(options: Options, jobs: Jobs, place: Callable[[], contextlib.AbstractContextManager[None]]) -> list[Route]:
    """The routes of jobs; `place` is one for a request that brings something."""

    async def submit(request: Request) -> Response:
        with place():
            async with received(request, options) as form:
                job = await jobs.submit(form.one("verb") or "listen", form)
        return as_json(shown(jobs, job), 202, {"Location": f"/v1/jobs/{job.id}"})

    async def listed(request: Request) -> Response:
        return as_json({"object": "list", "data": [shown(jobs, job) for job in jobs.ledger.jobs()]})

    async def one(request: Request) -> Response:
        return as_json(shown(jobs, known(jobs, request)))

    async def events(request: Request) -> Any:
        name = known(jobs, request).id

        async def produce(emit: Emit, left: Gone) -> None:
            leaving = asyncio.ensure_future(left())
            try:
                async for job in jobs.follow(name):
                    if leaving.done():
                        return
                    await emit({"type": "job", **shown(jobs, job)})
            finally:
                leaving.cancel()

        return Events(produce, contextlib.AsyncExitStack())

    async def result(request: Request) -> Response:
        job = known(jobs, request)
        if job.state != "done":
            raise HTTPException(409, f"this job is {job.state}")
        given = {name: value for name, value in request.query_params.items() if name not in HOUSE}
        return await asyncio.to_thread(jobs.answer, job, given, request.query_params.get("format"))

    async def cancel(request: Request) -> Response:
        job = known(jobs, request)
        await jobs.cancel(job.id)
        left = jobs.ledger.get(job.id)
        return as_json(shown(jobs, left) if left else {"id": job.id, "object": "job", "deleted": True})

    return [
        Route("/v1/jobs", guarded(submit), methods=["POST"]),
        Route("/v1/jobs", guarded(listed), methods=["GET"]),
        Route("/v1/jobs/{id}", guarded(one), methods=["GET"]),
        Route("/v1/jobs/{id}", guarded(cancel), methods=["DELETE"]),
        Route("/v1/jobs/{id}/events", guarded(events), methods=["GET"]),
        Route("/v1/jobs/{id}/result", guarded(result), methods=["GET"]),
    ]


def known(jobs: Jobs, request: Request) -> Job:
    """The job that a request names. Raises: HTTPException 404."""
    job = jobs.ledger.get(request.path_params["id"])
    if job is None:
        raise HTTPException(404, "there is no such job")
    return job


def shown(jobs: Jobs, job: Job) -> dict[str, Any]:
    """A job as clients see it."""
    found: dict[str, Any] = {"id": job.id, "object": "job", "verb": job.verb, "state": job.state, "created": round(job.created, 3)}
    if job.state == "running" and (far := jobs.far(job.id)) is not None:
        stage, done, total = far
        found["progress"] = {"stage": stage, "done": done, "total": total}
    if job.ended is not None:
        found["ended"] = round(job.ended, 3)
    if job.error is not None:
        found["error"] = dict(job.error)
    if job.state == "done":
        kept = writable(find.page("tasks", job.verb).TASK) if job.format == RESULT else (job.format,)
        found["formats"] = list(kept)
    return found
