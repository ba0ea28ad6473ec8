"""Work on the photo in memory: a face is found in it, or put into it."""

from __future__ import annotations

import asyncio
import logging
from base64 import b64decode
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from bot.core import menus
from bot.core.effects import (
    Compose,
    Composed,
    ComposeOriginal,
    Failed,
    Line,
    ManyFound,
    OriginalComposed,
    Outcome,
    Project,
    Projected,
)
from bot.core.hand import Hand
from bot.core.jobs import Ended, Jobs
from bot.core.photos import SELFIE, HeldPhoto, Photos
from bot.core.portrait import Portrait
from bot.core.ports import Ports
from bot.core.rendering import Rendering, failed
from bot.core.replies import Progress
from bot.core.run import Run
from inference.errors import Box, ManyFaces, TypefaceError
from inference.wire import Face, ImageFormat, JobEvent, ProjectResult

COMPOSED = 2048
"""Pixels of the longest side of a photo with the face in it: as large as photos are held."""
_log = logging.getLogger(__name__)
_Work = Project | Compose | ComposeOriginal
_Made = ProjectResult | bytes


class PhotoWork:
    """Runs jobs on photos, outside of any lock."""

    def __init__(
        self, ports: Ports, jobs: Jobs, rendering: Rendering, photos: Photos, retention_seconds: int
    ) -> None:
        self._faces, self._store, self._drawing = ports.faces, ports.store, ports.drawing
        self._jobs, self._rendering, self._photos = jobs, rendering, photos
        self._retention_seconds = retention_seconds

    def hand(self) -> Hand:
        return Hand(jobs={Project: self.run, Compose: self.run, ComposeOriginal: self.run})

    async def run(self, run: Run, effect: _Work) -> AsyncGenerator[Progress | Outcome]:
        """Yields progress, and last the outcome."""
        photo = self._photos.find(run.key)
        if run.running is None or photo is None:
            yield Failed(effect, (run.running and run.running.stopped) or "photo_gone")
            return
        start = "progress-photo" if isinstance(effect, Project) else "progress-compose"
        yield run.phrasing.begun(effect.job, Line(start))
        source = await self._source(run, effect, photo)
        if source is None:
            yield Failed(effect, "face_gone")
            return
        left = self._photos.left(photo)
        followed: AsyncGenerator[Progress | Ended[_Made]] = self._jobs.follow(run, source, left, "photo_gone")
        async with aclosing(followed) as news:
            async for item in news:
                yield item if isinstance(item, Progress) else await self._end(run, effect, photo, item)

    async def _source(
        self, run: Run, effect: _Work, photo: HeldPhoto
    ) -> AsyncIterator[JobEvent | _Made] | None:
        """The work itself, on the face that was chosen; None when the person's latent is no longer kept."""
        if isinstance(effect, ComposeOriginal):
            return await self._put(run, photo, *photo.composed[effect.serial], "png")
        box = photo.chosen
        if effect.pick is not None:
            box = photo.boxes[effect.pick]
            self._photos.choose(run.key, photo.token, box)
        if isinstance(effect, Project):
            owner = self._jobs.owner(run.key[0])
            return self._faces.project(photo.data, owner=owner, box=box, pack=run.place.settings.pack)
        self._photos.put(run.key, photo.token, effect.wanted, box)
        return await self._put(run, photo, effect.wanted, box, "jpeg")

    async def _put(
        self, run: Run, photo: HeldPhoto, wanted: Portrait, box: Box | None, format: ImageFormat
    ) -> AsyncIterator[bytes] | None:
        face = await self._rendering.expression(run, wanted, run.place.pack)
        return None if face is None else self._composed(run, photo, face, box, format)

    async def _composed(
        self, run: Run, photo: HeldPhoto, face: Face, box: Box | None, format: ImageFormat
    ) -> AsyncIterator[bytes]:
        pack = run.place.settings.pack
        yield await self._faces.compose(photo.data, face, box=box, pack=pack, size=COMPOSED, format=format)

    async def _end(self, run: Run, effect: _Work, photo: HeldPhoto, ended: Ended[_Made]) -> Outcome:
        kind = "project" if isinstance(effect, Project) else "compose"
        made = ended.made
        queued, ran = (made.queue_ms, made.run_ms) if isinstance(made, ProjectResult) else (0, ended.run_ms)
        await self._jobs.log(run, kind, queued, ran, ended.code)
        assert run.running is not None
        if made is not None and run.running.stopped:
            return Failed(effect, run.running.stopped)
        if isinstance(made, ProjectResult):
            assert isinstance(effect, Project)
            return await self._keep(run, effect, made)
        if made is not None and isinstance(effect, ComposeOriginal):
            run.show(made, "image/png")
            return OriginalComposed(effect.job, photo.composed[effect.serial][0])
        if made is not None:
            assert isinstance(effect, Compose)
            run.show(made)
            return Composed(effect.job, effect.wanted, photo.token)
        if isinstance(ended.error, ManyFaces) and ended.error.boxes:
            return await self._choose(run, effect.job, photo, ended.error.boxes)
        return failed(effect, ended.error) if ended.error else Failed(effect, ended.code)

    async def _keep(self, run: Run, effect: Project, result: ProjectResult) -> Outcome:
        async with run.writing():
            if run.running and run.running.stopped:
                return Failed(effect, run.running.stopped)
            face = await self._store.keep_face(
                run.ref,
                b64decode(result.face.data),
                kind=SELFIE,
                pack=result.pack,
                seconds=run.place.seconds(self._retention_seconds),
            )
        return Projected(effect.job, face)

    async def _choose(self, run: Run, job: int, photo: HeldPhoto, boxes: list[Box]) -> Outcome:
        """Number the faces from the left; of very many, the largest are offered."""
        largest = sorted(boxes, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]), reverse=True)
        offered = tuple(sorted(largest[: menus.MAX_NUMBERS]))
        self._photos.mark(run.key, photo.token, offered)
        try:
            run.show(await asyncio.to_thread(self._drawing.number_boxes, photo.data, offered))
        except (TypefaceError, OSError, ValueError) as error:
            _log.warning("a photo's boxes could not be drawn: %s", type(error).__name__)
            return ManyFound(job, photo.token, len(offered), drawn=False)
        return ManyFound(job, photo.token, len(offered), drawn=True)
