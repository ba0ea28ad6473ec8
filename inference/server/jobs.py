"""The jobs that this server knows: their states, who listens, and when they are given up.

All of it lives on the event loop. The worker's reports come in by `call_soon_threadsafe`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from inference.errors import Cancelled, NoSuchJob, NotReady, Stopping, TypefaceError, from_problem
from inference.images import Pixels
from inference.scheduler.orders import (
    Advanced,
    Failed,
    Filmed,
    Glanced,
    Projected,
    ProjectOrder,
    Report,
    Started,
    Ticket,
    Withdrawn,
)
from inference.server.metrics import Metrics
from inference.server.morphs import Morphs
from inference.server.ports import Device, Doer, ServedPack
from inference.settings import Settings
from inference.wire import (
    ENDED,
    FilmFormat,
    JobRequest,
    JobState,
    JobView,
    MorphRequest,
    ProjectRequest,
    ProjectResult,
)


@dataclass(eq=False)
class Job:
    """One projection, or one morph.

    `version` grows with every change that a listener may want to know of. `digest` is that of its photos, by a salt
    that dies with the process, where it was asked for by a key.
    """

    request: JobRequest
    pack: ServedPack
    id: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    digest: bytes = b""
    state: JobState = "queued"
    step: int = 0
    steps: int = 0
    created: float = field(default_factory=time.monotonic)
    started: float | None = None
    ended: float | None = None
    preview: Pixels | None = None
    preview_version: int = 0
    result: ProjectResult | Mapping[FilmFormat, bytes] | None = None
    error: TypefaceError | None = None
    stopped: bool = False
    fetched: bool = False
    listeners: int = 0
    forsaken: asyncio.TimerHandle | None = None
    expiry: asyncio.TimerHandle | None = None
    version: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        return self.state in ENDED

    @property
    def queue_ms(self) -> int:
        """Milliseconds until it got a slot, so far."""
        return round(1000 * ((self.started or self.ended or time.monotonic()) - self.created))

    @property
    def run_ms(self) -> int:
        """Milliseconds in its slot, so far."""
        if self.started is None:
            return 0
        return round(1000 * ((self.ended or time.monotonic()) - self.started))

    def show(self, preview: Pixels | None) -> None:
        """Have listeners get this picture, if there is a new one."""
        if preview is not None:
            self.preview = preview
            self.preview_version += 1

    def touch(self) -> None:
        """Tell the listeners that something changed."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self, seen: int) -> None:
        """Wait until `version` is another than `seen`."""
        while self.version == seen:
            await self._changed.wait()

    async def end(self) -> None:
        """Wait until the job is over."""
        while not self.over:
            await self.change(self.version)

    def outcome(self) -> ProjectResult | Mapping[FilmFormat, bytes]:
        """The result. Raises NotReady, Cancelled, or what the job failed by."""
        if self.result is not None:
            self.fetched = True
            return self.result
        if self.error is not None:
            raise from_problem(self.error.problem())  # the kept one would gather the frames of all who ask
        raise Cancelled if self.state == "cancelled" else NotReady


class Jobs:
    """The registry; ended jobs are kept for a minute, so that a client that lost its stream finds them."""

    def __init__(self, device: Device, morphs: Morphs, settings: Settings, metrics: Metrics) -> None:
        self._device = device
        self._morphs = morphs
        self._settings = settings
        self._metrics = metrics
        self._loop = asyncio.get_running_loop()
        self._jobs: dict[str, Job] = {}
        self._by_key: dict[tuple[str, str], Job] = {}
        self._salt = secrets.token_bytes(32)

    def submit(
        self, request: ProjectRequest, pack: ServedPack, photos: tuple[Pixels, ...], key: str | None
    ) -> Job:
        """Order a projection. Raises AlreadyRunning or Busy."""
        job = Job(request, pack)
        ticket = Ticket(
            id=job.id,
            owner=request.owner,
            pack=pack.info.name,
            client=request.client,
            priority=request.priority,
            steps=request.steps,
            deadline=None if request.deadline is None else job.created + request.deadline,
        )
        self._device.project(ProjectOrder(ticket, photos), lambda report: self._report(job, report))
        return self._keep(job, key)

    def morph(self, request: MorphRequest, pack: ServedPack, key: str | None) -> Job:
        """Order a morph. Raises AlreadyRunning or Busy."""
        job = Job(request, pack)
        self._morphs.order(job.id, request, pack.info.name, lambda report: self._report(job, report))
        return self._keep(job, key)

    def _keep(self, job: Job, key: str | None) -> Job:
        self._jobs[job.id] = job
        if key is not None:
            self._by_key[job.request.owner, key] = job
        return job

    def _doer(self, job: Job) -> Doer:
        return self._morphs if isinstance(job.request, MorphRequest) else self._device

    def find(self, id: str) -> Job:
        """Raises NoSuchJob."""
        if job := self._jobs.get(id):
            return job
        raise NoSuchJob

    def digest(self, photos: Sequence[bytes]) -> bytes:
        """What tells whether a repeated request has the same photos; nobody else can make anything of it."""
        found = hashlib.blake2b(key=self._salt)
        for photo in photos:
            found.update(len(photo).to_bytes(8, "little"))
            found.update(photo)
        return found.digest()

    def repeated(self, owner: str, key: str | None) -> Job | None:
        """The job that this owner asked for by the same key."""
        return self._by_key.get((owner, key)) if key is not None else None

    def knows(self, key: str | None) -> bool:
        """Whether somebody's job was asked for by this key."""
        return any(known == key for _, known in self._by_key)

    def view(self, job: Job) -> JobView:
        """What a client is told of a job."""
        standing = None if job.over else self._doer(job).standing(job.id)
        return JobView(
            id=job.id,
            kind=job.request.kind,
            state=job.state,
            # Who has got a slot is queued until the first picture is there, and next all the while.
            position=max(standing.position if standing else 0, job.state == "queued"),
            eta=round(standing.eta, 2) if standing else 0,
            step=job.step,
            steps=job.steps,
            queue_ms=job.queue_ms,
            run_ms=job.run_ms,
            problem=job.error.problem() if job.error else None,
        )

    def cancel(self, job: Job) -> None:
        """Withdraw a job before its next step."""
        if not job.over:
            self._doer(job).cancel(job.id)

    def stop(self, state: Literal["queued", "running"]) -> None:
        """Withdraw all jobs in this state; they fail by Stopping, which tells clients to try again."""
        for job in list(self._jobs.values()):
            if job.state == state:
                job.stopped = True
                self.cancel(job)

    @contextlib.asynccontextmanager
    async def listening(self, job: Job) -> AsyncIterator[None]:
        """While somebody follows a job's events."""
        job.listeners += 1
        try:
            yield
        finally:
            job.listeners -= 1
            self._await(job, self._settings.hangup_seconds)

    def heard(self, job: Job) -> None:
        """Its client lives. A job goes when it has no listener, and nobody asks for it for a while."""
        self._await(job, self._settings.orphan_seconds)

    def states(self) -> list[JobState]:
        return [job.state for job in self._jobs.values()]

    def unsettled(self, linger: float) -> bool:
        """Whether a job still runs, or ended less than `linger` seconds ago and nobody has fetched it."""
        recent = time.monotonic() - linger
        return any(
            not job.over or (job.result and not job.fetched and (job.ended or 0) > recent)
            for job in self._jobs.values()
        )

    def forget(self, job: Job) -> None:
        """Drop an ended job and its result; from here on nobody has ever heard of it."""
        self._jobs.pop(job.id, None)
        self._by_key = {key: kept for key, kept in self._by_key.items() if kept is not job}
        for timer in (job.forsaken, job.expiry):
            if timer is not None:
                timer.cancel()
        job.result = None

    def _retire(self, job: Job) -> None:
        """Keep an ended job for a while, and of all those only so many."""
        job.expiry = self._loop.call_later(self._settings.keep_seconds, self.forget, job)
        ended = sorted((kept for kept in self._jobs.values() if kept.over), key=lambda kept: kept.ended or 0)
        for oldest in ended[: max(0, len(ended) - self._settings.keep_jobs)]:
            self.forget(oldest)

    def _await(self, job: Job, seconds: float) -> None:
        """Give a job up after so long, unless somebody listens or asks by then."""
        if job.forsaken is not None:
            job.forsaken.cancel()
        job.forsaken = self._loop.call_later(seconds, self._orphan, job)

    def _orphan(self, job: Job) -> None:
        if not job.listeners:
            self.cancel(job)

    def _report(self, job: Job, report: Report) -> None:
        """Called on the worker's thread."""
        # The loop is closed when the server did not wait for its last job; then nobody is left to tell.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, job, report)

    def _take(self, job: Job, report: Report) -> None:
        match report:
            case Started(steps):
                job.state, job.steps, job.started = "running", steps, time.monotonic()
                self._moved()
            case Advanced(step, steps, preview):
                job.step, job.steps = step, steps
                job.show(preview)
            case Glanced(preview):
                job.show(preview)
            case Projected():
                job.step = job.steps = report.steps
                self._end(job, "done", report)
            case Filmed(files):
                job.result = files
                self._end(job, "done", report)
            case Failed(error):
                job.error = error
                self._end(job, "failed", report)
            case Withdrawn() if job.stopped:
                job.error = Stopping()
                self._end(job, "failed", report)
            case _:
                self._end(job, "cancelled", report)
        job.touch()

    def _end(self, job: Job, state: JobState, report: Report) -> None:
        job.state, job.ended, job.preview = state, time.monotonic(), None
        if isinstance(report, Projected):
            job.result = ProjectResult(
                face=report.face,
                pack=job.pack.info.name,
                version=job.pack.info.version,
                steps=report.steps,
                queue_ms=job.queue_ms,
                run_ms=job.run_ms,
                loss=report.loss,
            )
        self._metrics.jobs.labels(job.request.kind, state).inc()
        self._metrics.queue_seconds.observe(job.queue_ms / 1000)
        self._metrics.run_seconds.observe(job.run_ms / 1000)
        self._moved()
        self._retire(job)

    def _moved(self) -> None:
        """Places in the queue have changed."""
        for job in self._jobs.values():
            if job.state == "queued":
                job.touch()


JOBS = web.AppKey("JOBS", Jobs)
