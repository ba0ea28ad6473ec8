"""The long effects: rendering and projecting through the ports, each answered by an outcome."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from bot.core import blend, menus
from bot.core.discretion import told
from bot.core.effects import (
    Blended,
    Failed,
    ManyFound,
    MatchFace,
    Outcome,
    Project,
    Projected,
    Rendered,
    Wanted,
)
from bot.core.events import Person
from bot.core.photos import HeldPhoto, Photos
from bot.core.ports import Clock, Drawing, Faces, Store
from bot.core.presence import Running
from bot.core.replies import Progress
from bot.core.run import Run
from inference.errors import Box, Busy, InternalError, ManyFaces, TypefaceError
from inference.wire import Face, JobEvent, LabelFace, LatentFace, ProjectResult

SIZE = 512
_log = logging.getLogger(__name__)
_News = JobEvent | ProjectResult | TypefaceError | None
"""What a projection tells; None is its end."""


@dataclass(frozen=True)
class Ports:
    """What the service was given."""

    faces: Faces
    store: Store
    drawing: Drawing
    clock: Clock


class Work:
    """Runs what takes time, outside of any lock."""

    def __init__(self, ports: Ports, photos: Photos, retention_seconds: int) -> None:
        self._faces, self._store, self._drawing = ports.faces, ports.store, ports.drawing
        self._photos, self._clock = photos, ports.clock
        self._retention_seconds = retention_seconds
        self._salt = secrets.token_bytes(32)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait until nothing runs any more; stop the projections before."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def render(self, run: Run, wanted: Wanted) -> Outcome:
        """Make a picture; it is then `run.picture`."""
        begun = self._clock.monotonic()
        outcome: Outcome = Rendered(wanted)
        code = "done"
        try:
            face = await self._face(run, wanted)
            if face is None:
                return Failed(wanted, "face_gone")
            run.picture = await self._faces.render(face, size=SIZE, format="jpeg")
        except TypefaceError as error:
            code, outcome = error.code, _failed(wanted, error)
        await self._log_job(run, "render", 0, self._since(begun), code)
        return outcome

    async def _face(self, run: Run, wanted: Wanted) -> Face | None:
        """What to render; None when the person's latent is no longer kept."""
        kind = LabelFace(label=_label(wanted), gender=wanted.gender)
        if not isinstance(wanted, Blended):
            return kind
        latent = await self._store.face(run.ref, wanted.face)
        if latent is None:
            return None
        return blend.expression(LatentFace(data=b64encode(latent).decode()), kind, wanted.blend)

    async def project(self, run: Run, effect: Project) -> AsyncGenerator[Progress | Outcome]:
        """Find the latent of the photo in memory: yields progress, and last the outcome."""
        running = run.running
        photo = self._photos.find(run.key)
        if running is None or photo is None:
            yield Failed(effect.job, "photo_gone")
            return
        yield run.phrasing.begun(effect.job)
        begun = self._clock.monotonic()
        news: asyncio.Queue[_News] = asyncio.Queue()
        last: _News = None
        if running.stopped is None:
            self._start(running, news, photo, effect, self._owner(run.key[0]))
            while (item := await news.get()) is not None:
                last = item
                if isinstance(item, JobEvent) and news.empty() and running.stopped is None:
                    yield run.phrasing.progress(effect.job, item)
        yield await self._end(run, running, photo, last, begun)

    def _start(
        self, running: Running, news: asyncio.Queue[_News], photo: HeldPhoto, effect: Project, owner: str
    ) -> None:
        box = photo.boxes[effect.pick] if effect.pick is not None else None
        task = asyncio.create_task(self._pump(running, news, photo, box, owner))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        running.task = task

    async def _pump(
        self, running: Running, news: asyncio.Queue[_News], photo: HeldPhoto, box: Box | None, owner: str
    ) -> None:
        """A task of its own, so that the work can be stopped while its answer is being written."""
        try:
            async with asyncio.timeout(self._photos.left(photo)):
                async for item in self._faces.project(photo.data, owner=owner, box=box):
                    news.put_nowait(item)
        except TimeoutError:
            running.stopped = running.stopped or "photo_gone"
        except TypefaceError as error:
            news.put_nowait(error)
        except Exception as error:
            _log.error("a projection failed: %s", told(error))
            news.put_nowait(InternalError())
        finally:
            news.put_nowait(None)

    async def _end(self, run: Run, running: Running, photo: HeldPhoto, last: _News, begun: float) -> Outcome:
        job = running.number
        if running.stopped or last is None or isinstance(last, JobEvent):
            code = running.stopped or "internal"
            await self._log_job(run, "project", 0, self._since(begun), code)
            return Failed(job, code)
        if isinstance(last, ProjectResult):
            return await self._keep(run, running, last)
        await self._log_job(run, "project", 0, self._since(begun), last.code)
        if isinstance(last, ManyFaces) and last.boxes:
            return await self._choose(run, job, photo, last.boxes)
        return _failed(job, last)

    async def _keep(self, run: Run, running: Running, result: ProjectResult) -> Outcome:
        await self._log_job(run, "project", result.queue_ms, result.run_ms, "done")
        async with run.writing():
            if running.stopped:
                return Failed(running.number, running.stopped)
            face = await self._store.keep_face(
                run.ref,
                b64decode(result.face.data),
                kind="selfie",
                pack=result.pack,
                seconds=self._retention_seconds,
            )
        return Projected(running.number, face)

    async def _choose(self, run: Run, job: int, photo: HeldPhoto, boxes: list[Box]) -> Outcome:
        """Number the faces from the left; of very many, the largest are offered."""
        largest = sorted(boxes, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]), reverse=True)
        offered = tuple(sorted(largest[: menus.MAX_NUMBERS]))
        self._photos.mark(run.key, photo.token, offered)
        try:
            run.picture = await asyncio.to_thread(self._drawing.number_boxes, photo.data, offered)
        except (TypefaceError, OSError, ValueError) as error:
            _log.warning("a photo's boxes could not be drawn: %s", type(error).__name__)
            return ManyFound(job, photo.token, len(offered), drawn=False)
        return ManyFound(job, photo.token, len(offered), drawn=True)

    async def _log_job(self, run: Run, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        async with run.writing():
            await self._store.log_job(run.ref, kind, queue_ms, run_ms, outcome)

    def _since(self, begun: float) -> int:
        return round(1000 * (self._clock.monotonic() - begun))

    def _owner(self, person: Person) -> str:
        """An opaque key of the person, another one after every start of the bot."""
        return hmac.digest(
            self._salt, f"{person.platform}\0{person.id}".encode(errors="replace"), "sha256"
        ).hex()


def _label(wanted: Wanted) -> str:
    return wanted.partners[0] if isinstance(wanted, MatchFace) else wanted.type


def _failed(work: Wanted | int, error: TypefaceError) -> Failed:
    seconds = round(error.retry_after) if isinstance(error, Busy) else 0
    return Failed(work, error.code, seconds)
