"""A real server on loopback around a real engine of a tiny pack, within the test's own event loop."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import numpy as np
from aiohttp import web
from PIL import Image
from skimage import data

from inference.client import Client
from inference.engine.engine import Engine, ProjectionSettings
from inference.engine.projection import Projection
from inference.errors import UnknownPack
from inference.images import Pixels
from inference.packs import manifest
from inference.packs.loader import LoadedPack
from inference.scheduler.scheduler import Limits, Scheduler
from inference.server import app as server
from inference.server.ports import PackSource, ServedPack
from inference.server.runner import Runner
from inference.settings import Settings
from inference.transport import Timeouts
from inference.wire import JobEvent, ProjectRequest, ProjectResult
from inference.worker.fleet import Fleet
from inference.worker.worker import Worker


class Paced(Engine):
    """An engine that takes a given number of steps where a request names none."""

    def __init__(self, pack: LoadedPack, paced: int, width: int = 1) -> None:
        super().__init__(pack, width=width, projection=ProjectionSettings(bank=4))
        self.paced = paced

    def start(self, photos: Sequence[Pixels], steps: int | None = None) -> Projection:
        return super().start(photos, self.paced if steps is None else steps)


class Alone:
    """A source with one pack that stays."""

    def __init__(self, pack: ServedPack) -> None:
        self.packs = (pack,)

    def find(self, name: str | None) -> ServedPack:
        if name not in (None, self.packs[0].info.name):
            raise UnknownPack
        return self.packs[0]

    def read(self) -> frozenset[str]:
        return frozenset()


@dataclass
class Rig:
    url: str
    app: web.Application
    worker: Worker
    client: Client
    http: aiohttp.ClientSession

    async def post(self, photo: bytes, owner: str = "someone", key: str = "", **job: Any) -> tuple[int, Any]:
        """`POST /v1/jobs` without the client's own care: status and JSON."""
        form = aiohttp.FormData()
        form.add_field("job", ProjectRequest(owner=owner, **job).model_dump_json())
        form.add_field("image", io.BytesIO(photo), filename="photo.jpg")
        headers = {"Idempotency-Key": key} if key else {}
        async with self.http.post(f"{self.url}/v1/jobs", data=form, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(self.url + path) as answer:
            return answer.status, await answer.json(content_type=None)

    async def delete(self, path: str) -> tuple[int, Any]:
        async with self.http.delete(self.url + path) as answer:
            return answer.status, await answer.json(content_type=None)


@asynccontextmanager
async def serving(
    engine: Engine, *, warm: bool = True, source: PackSource | None = None, **changes: Any
) -> AsyncIterator[Rig]:
    settings = Settings(**({"port": 0, "threads": 1, "photo_threads": 1} | changes))
    limits = Limits(width=settings.width, queue=settings.queue, renders=settings.renders)
    pack = engine.pack.manifest
    worker = Worker({pack.name: engine}, Scheduler(limits), threads=settings.threads)
    served = ServedPack(manifest.info(pack, default=True), pack.cut)
    app = server.build(settings, Fleet([worker], settings.queue), source or Alone(served))
    runner = Runner(app, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        if warm:
            assert worker.wait(30), worker.broken
        timeouts = Timeouts(connect=2, request=10, silence=8, farewell=3)
        async with Client(url, timeouts=timeouts) as client, aiohttp.ClientSession() as http:
            yield Rig(url, app, worker, client, http)
    finally:
        await runner.cleanup()


def jpeg(pixels: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    return out.getvalue()


def selfie() -> bytes:
    """Eileen Collins, from scikit-image."""
    return jpeg(data.astronaut())


def couple() -> bytes:
    return jpeg(np.concatenate([data.astronaut(), data.astronaut()[:, ::-1]], axis=1))


async def collect(
    server: Client, photo: bytes | Sequence[bytes], **asked: Any
) -> tuple[list[JobEvent], ProjectResult]:
    events: list[JobEvent] = []
    async for news in server.project(photo, **({"owner": "someone"} | asked)):
        if isinstance(news, ProjectResult):
            return events, news
        events.append(news)
    raise AssertionError("no result")


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)
