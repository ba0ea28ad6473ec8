"""Uploads: how many are read at once, and the small pool where faces are found and aligned."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aiohttp import web

from inference import images
from inference.alignment import Framing, align
from inference.errors import Box, Busy, PhotoError
from inference.images import Pixels
from inference.server.metrics import Metrics
from inference.server.ports import Device
from inference.settings import Settings

_PROMISES = 256
T = TypeVar("T")


class Photos:
    """Bounded: `settings.uploads` are read, `settings.photo_threads` of them at work; others wait, unread.

    No more come in than will find a place in the queue of projections.
    """

    def __init__(
        self, pool: ThreadPoolExecutor, device: Device, settings: Settings, metrics: Metrics
    ) -> None:
        self._pool = pool
        self._device = device
        self._settings = settings
        self._metrics = metrics
        self._places = asyncio.Semaphore(settings.uploads)
        self._coming = 0
        self._promised: list[float] = []

    @contextlib.asynccontextmanager
    async def place(self, *, queued: bool = True) -> AsyncIterator[None]:
        """A place for one upload, from its first byte to its last use; waited for, if need be.

        Args:
            queued: it asks for a place in the queue of projections, too.

        Raises:
            Busy: with the uploads before this one the queue is full, or no place came free in time.
        """
        if queued and self._coming >= self._device.room():
            raise self._busy()
        self._coming += queued
        try:
            await self._enter()
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._coming -= queued

    async def _enter(self) -> None:
        try:
            async with asyncio.timeout(self._settings.upload_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise Busy("Too many photos are being read.") from None

    def _busy(self) -> Busy:
        """Each who is refused is told when a place is free that was promised to nobody before.

        A crowd that comes again too soon is promised no more than so many places: each costs a look ahead.
        """
        now = time.monotonic()
        self._promised = [promised for promised in self._promised if promised > now][-_PROMISES:]
        wait = self._device.place_in(len(self._promised) + 1)
        self._promised.append(now + wait)
        return Busy("The queue of projections is full.", retry_after=wait)

    async def prepare(
        self, photos: Sequence[bytes], framing: Framing, box: Box | None = None
    ) -> tuple[Pixels, ...]:
        """The aligned face of each photo. Raises PhotoError, which of several says the number as `photo`."""
        faces: list[Pixels] = []
        for number, data in enumerate(photos):
            try:
                faces.append(await self._face(data, framing, box))
            except PhotoError as error:
                if len(photos) > 1:
                    error.extra["photo"] = number
                raise
        return tuple(faces)

    async def _face(self, data: bytes, framing: Framing, box: Box | None) -> Pixels:
        with self._metrics.photo_seconds.time():
            return await self.work(self._prepare, data, framing, box)

    async def work(self, task: Callable[..., T], *given: object) -> T:
        """What `task` returns, called in a thread of the pool."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, task, *given)

    def _prepare(self, data: bytes, framing: Framing, box: Box | None) -> Pixels:
        image = images.read(data, max_bytes=self._settings.body_bytes)
        return align(image, framing, box)


PHOTOS = web.AppKey("PHOTOS", Photos)
