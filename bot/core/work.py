"""The long effects: rendering and projecting through the ports, each answered by an outcome."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass

from bot.core import blend, making, menus
from bot.core.discretion import told
from bot.core.effects import (
    Compose,
    Composed,
    Failed,
    Line,
    ManyFound,
    Outcome,
    Portrait,
    Project,
    Projected,
    Render,
    Rendered,
    Wanted,
)
from bot.core.events import Person
from bot.core.hand import Hand
from bot.core.photos import HeldPhoto, Photos
from bot.core.ports import Ports
from bot.core.presence import Running
from bot.core.replies import Progress
from bot.core.run import Run
from inference.errors import Box, Busy, InternalError, ManyFaces, TypefaceError
from inference.wire import Face, ImageFormat, JobEvent, LatentFace, ProjectResult

SIZE = 512
TILE = 192
"""Pixels of a face, alone and on a sheet."""
COMPOSED = 2048
"""Pixels of the longest side of a photo with the face in it: as large as photos are held."""
_log = logging.getLogger(__name__)
_News = JobEvent | ProjectResult | bytes | TypefaceError | None
"""What a job on a photo tells: how far it is, then a latent or a picture; None is its end."""


@dataclass(frozen=True)
class _Ended:
    """A job on a photo that tells nothing more; `kind` is how it is logged."""

    effect: Project | Compose
    running: Running
    photo: HeldPhoto
    kind: str
    run_ms: int


class Work:
    """Runs what takes time, outside of any lock."""

    def __init__(self, ports: Ports, photos: Photos, retention_seconds: int) -> None:
        self._faces, self._store, self._drawing = ports.faces, ports.store, ports.drawing
        self._photos, self._clock = photos, ports.clock
        self._retention_seconds = retention_seconds
        self._salt = secrets.token_bytes(32)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait until nothing runs any more; stop the jobs before."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def render(self, run: Run, wanted: Wanted) -> Outcome:
        """Make a picture; it is then `run.picture`, and `run.made` the code that tells how it was made."""
        begun = self._clock.monotonic()
        outcome: Outcome = Rendered(wanted)
        code = "done"
        made = making.of(wanted)
        assert made, "nothing to be seen"
        try:
            picture = await self.drawn(run, made, size=SIZE, format="jpeg")
            if picture is None:
                return Failed(wanted, "face_gone")
            run.picture, run.media_type = picture, "image/jpeg"
            run.made = await self._keep_making(run, made)
        except TypefaceError as error:
            code, outcome = error.code, _failed(wanted, error)
        await self._log_job(run, "render", 0, self._since(begun), code)
        return outcome

    async def drawn(self, run: Run, made: Portrait, *, size: int, format: ImageFormat) -> bytes | None:
        """Its pixels; None when the person's latent is no longer kept. Raises TypefaceError."""
        face = await self._face(run, made)
        return (
            None
            if face is None
            else await self._faces.render(face, pack=run.place.settings.pack, size=size, format=format)
        )

    async def sheet(
        self, run: Run, faces: Sequence[Portrait], captions: Sequence[str], columns: int = 3
    ) -> bool:
        """Draw faces on one sheet, which is then `run.picture`; those that are gone are left out.

        Returns whether there is anything to be seen. Raises TypefaceError.
        """
        begun = self._clock.monotonic()
        pictures = [await self.drawn(run, made, size=TILE, format="jpeg") for made in faces]
        there = [(one, caption) for one, caption in zip(pictures, captions, strict=True) if one]
        if there:
            tiles, named = zip(*there, strict=True)
            run.picture = await asyncio.to_thread(self._drawing.sheet, tiles, named, columns)
            run.media_type = "image/jpeg"
        await self._log_job(run, "sheet", 0, self._since(begun), "done")
        return bool(there)

    async def _keep_making(self, run: Run, made: Portrait) -> str:
        async with run.writing():
            return await self._store.keep_making(
                run.ref, making.to_json(made), open=made.face is None, seconds=self._seconds(run)
            )

    async def _face(self, run: Run, made: Portrait) -> Face | None:
        """What to render; None when the person's latent is no longer kept."""
        kind = blend.type_face(made.type, made.gender, made.blend)
        if made.face is None:
            return blend.expression(None, kind, made.blend)
        latent = await self._store.face(run.ref, made.face, run.place.settings.pack)
        if latent is None:
            return None
        return blend.expression(LatentFace(data=b64encode(latent).decode()), kind, made.blend)

    def hand(self) -> Hand:
        async def render(run: Run, effect: Render) -> Outcome:
            return await self.render(run, effect.wanted)

        return Hand(asks={Render: render}, jobs={Project: self.on_photo, Compose: self.on_photo})

    async def on_photo(self, run: Run, effect: Project | Compose) -> AsyncGenerator[Progress | Outcome]:
        """A job on the photo in memory: yields progress, and last the outcome."""
        running = run.running
        photo = self._photos.find(run.key)
        if running is None or photo is None:
            yield Failed(effect.job, "photo_gone")
            return
        composing = isinstance(effect, Compose)
        yield run.phrasing.begun(effect.job, Line("progress-compose" if composing else "progress-start"))
        begun = self._clock.monotonic()
        source = await self._source(run, effect, photo)
        if source is None:
            yield Failed(effect.job, "face_gone")
            return
        news: asyncio.Queue[_News] = asyncio.Queue()
        last: _News = None
        preview: str | None = None
        if running.stopped is None:
            self._start(running, news, source, self._photos.left(photo))
            while (item := await news.get()) is not None:
                last = item
                if not isinstance(item, JobEvent):
                    continue
                preview = item.preview or preview
                if news.empty() and running.stopped is None:
                    # A picture that came with an event that was passed over is not lost.
                    yield run.phrasing.progress(effect.job, item.model_copy(update={"preview": preview}))
                    preview = None
        kind = "compose" if composing else "project"
        yield await self._end(run, _Ended(effect, running, photo, kind, self._since(begun)), last)

    async def _source(
        self, run: Run, effect: Project | Compose, photo: HeldPhoto
    ) -> AsyncIterator[JobEvent | ProjectResult | bytes] | None:
        """The work itself, on the face that was chosen; None when the person's latent is no longer kept."""
        box = photo.chosen
        if effect.pick is not None:
            box = photo.boxes[effect.pick]
            self._photos.choose(run.key, photo.token, box)
        if isinstance(effect, Project):
            return self._faces.project(
                photo.data, owner=self._owner(run.key[0]), box=box, pack=run.place.settings.pack
            )
        face = await self._face(run, effect.wanted)
        return None if face is None else self._composed(run, photo, face, box)

    async def _composed(
        self, run: Run, photo: HeldPhoto, face: Face, box: Box | None
    ) -> AsyncIterator[bytes]:
        pack = run.place.settings.pack
        yield await self._faces.compose(photo.data, face, box=box, pack=pack, size=COMPOSED, format="jpeg")

    def _start(
        self,
        running: Running,
        news: asyncio.Queue[_News],
        source: AsyncIterator[JobEvent | ProjectResult | bytes],
        seconds: float,
    ) -> None:
        task = asyncio.create_task(self._pump(running, news, source, seconds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        running.task = task

    async def _pump(
        self,
        running: Running,
        news: asyncio.Queue[_News],
        source: AsyncIterator[JobEvent | ProjectResult | bytes],
        seconds: float,
    ) -> None:
        """A task of its own, so that the work can be stopped while its answer is being written."""
        try:
            async with asyncio.timeout(seconds):
                async for item in source:
                    news.put_nowait(item)
        except TimeoutError:
            running.stopped = running.stopped or "photo_gone"
        except TypefaceError as error:
            news.put_nowait(error)
        except Exception as error:
            _log.error("a job on a photo failed: %s", told(error))
            news.put_nowait(InternalError())
        finally:
            news.put_nowait(None)

    async def _end(self, run: Run, ended: _Ended, last: _News) -> Outcome:
        running, job = ended.running, ended.effect.job
        if running.stopped or last is None or isinstance(last, JobEvent):
            code = running.stopped or "internal"
            await self._log_job(run, ended.kind, 0, ended.run_ms, code)
            return Failed(job, code)
        if isinstance(last, ProjectResult):
            return await self._keep(run, running, last)
        if isinstance(last, bytes):
            return await self._put(run, ended, last)
        await self._log_job(run, ended.kind, 0, ended.run_ms, last.code)
        if isinstance(last, ManyFaces) and last.boxes:
            return await self._choose(run, job, ended.photo, last.boxes)
        return _failed(job, last)

    async def _put(self, run: Run, ended: _Ended, picture: bytes) -> Outcome:
        assert isinstance(ended.effect, Compose)
        await self._log_job(run, ended.kind, 0, ended.run_ms, "done")
        if ended.running.stopped:
            return Failed(ended.effect.job, ended.running.stopped)
        run.picture, run.media_type, run.made = picture, "image/jpeg", None
        return Composed(ended.effect.job, ended.effect.wanted, ended.photo.token)

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
                seconds=self._seconds(run),
            )
        return Projected(running.number, face)

    async def _choose(self, run: Run, job: int, photo: HeldPhoto, boxes: list[Box]) -> Outcome:
        """Number the faces from the left; of very many, the largest are offered."""
        largest = sorted(boxes, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]), reverse=True)
        offered = tuple(sorted(largest[: menus.MAX_NUMBERS]))
        self._photos.mark(run.key, photo.token, offered)
        try:
            run.picture = await asyncio.to_thread(self._drawing.number_boxes, photo.data, offered)
            run.media_type, run.made = "image/jpeg", None
        except (TypefaceError, OSError, ValueError) as error:
            _log.warning("a photo's boxes could not be drawn: %s", type(error).__name__)
            return ManyFound(job, photo.token, len(offered), drawn=False)
        return ManyFound(job, photo.token, len(offered), drawn=True)

    async def _log_job(self, run: Run, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        async with run.writing():
            await self._store.log_job(run.ref, kind, queue_ms, run_ms, outcome)

    def _seconds(self, run: Run) -> int:
        return run.place.seconds(self._retention_seconds)

    def _since(self, begun: float) -> int:
        return round(1000 * (self._clock.monotonic() - begun))

    def _owner(self, person: Person) -> str:
        """An opaque key of the person, another one after every start of the bot."""
        return hmac.digest(
            self._salt, f"{person.platform}\0{person.id}".encode(errors="replace"), "sha256"
        ).hex()


def _failed(work: Wanted | int, error: TypefaceError) -> Failed:
    seconds = round(error.retry_after) if isinstance(error, Busy) else 0
    return Failed(work, error.code, seconds)
