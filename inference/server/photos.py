"""Uploads: how many are read at once, and the small pool where faces are found and aligned."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

from aiohttp import web

from inference import images
from inference.alignment import Framing, align
from inference.errors import Box, Busy
from inference.images import Pixels
from inference.server.metrics import Metrics
from inference.server.ports import Device
from inference.settings import Settings


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
        self._refused: list[float] = []

    @contextlib.asynccontextmanager
    async def place(self, *, known: bool = False) -> AsyncIterator[None]:
        """A place for one upload, from its first byte to its aligned face; waited for, if need be.

        Args:
            known: the upload repeats one whose job may hold a place in the queue already.

        Raises:
            Busy: with the uploads before this one the queue is full, or no place came free in time.
        """
        if not known and self._coming >= self._device.room():
            raise self._busy()
        self._coming += 1
        try:
            await self._enter()
            try:
                yield
            finally:
                self._places.release()
        finally:
            self._coming -= 1

    async def _enter(self) -> None:
        try:
            async with asyncio.timeout(self._settings.upload_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise self._busy() from None

    def _busy(self) -> Busy:
        """Each who is refused is told when a place is free that was promised to nobody before."""
        now = time.monotonic()
        self._refused = [promised for promised in self._refused if promised > now]
        wait = self._device.place_in(len(self._refused) + 1)
        self._refused.append(now + wait)
        return Busy("The queue of projections is full.", retry_after=wait)

    async def prepare(self, data: bytes, framing: Framing, box: Box | None) -> Pixels:
        """The aligned face of a photo. Raises PhotoError."""
        loop = asyncio.get_running_loop()
        with self._metrics.photo_seconds.time():
            return await loop.run_in_executor(self._pool, self._prepare, data, framing, box)

    def _prepare(self, data: bytes, framing: Framing, box: Box | None) -> Pixels:
        image = images.read(data, max_bytes=self._settings.body_bytes)
        return align(image, framing, box)


PHOTOS = web.AppKey("PHOTOS", Photos)
