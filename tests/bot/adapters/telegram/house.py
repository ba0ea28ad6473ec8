"""The real core on a real database; only the inference server is a stand-in at its port."""

from __future__ import annotations

import asyncio
import hashlib
import io
import time
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.core.house import House
from bot.core.ports import Film
from bot.core.service import Service
from bot.drawing.pen import Pen
from db import store as stores
from db.settings import load
from inference.errors import BadImage, Box
from inference.wire import (
    Face,
    FilmFormat,
    ImageFormat,
    JobEvent,
    JobView,
    LatentFace,
    PackInfo,
    ProjectResult,
)
from tests.bot.adapters.telegram.scripted import jpeg
from tests.bot.core.fakes import PACK

STEPS = 6


@dataclass(frozen=True)
class Reel:
    """A film by format."""

    files: Mapping[FilmFormat, bytes]


class PaintedFaces:
    """Fulfils the core's `Faces` port: a face is a colour, and a projection takes a few short steps."""

    def __init__(self, step_seconds: float = 0.05) -> None:
        self.step_seconds = step_seconds
        self.projected: list[bytes] = []
        self.queued_seconds = 0.0
        self.cancelled = 0

    async def packs(self) -> list[PackInfo]:
        return [PACK]

    async def render(self, face: Face, *, pack: str | None, size: int, format: ImageFormat) -> bytes:
        digest = hashlib.sha256(face.model_dump_json().encode()).hexdigest()
        return jpeg(size, f"#{digest[:6]}")

    async def compose(
        self, photo: bytes, face: Face, *, box: Box | None, pack: str | None, size: int, format: ImageFormat
    ) -> bytes:
        """The photo in the colour of the face, in the size that was asked for."""
        painted = Image.open(io.BytesIO(photo))
        painted.paste(
            Image.open(io.BytesIO(await self.render(face, pack=pack, size=64, format=format))), (0, 0)
        )
        out = io.BytesIO()
        painted.save(out, "JPEG")
        return out.getvalue()

    async def morph(
        self, faces: Sequence[Face], *, owner: str, pack: str | None, formats: list[FilmFormat]
    ) -> AsyncIterator[JobEvent | Film]:
        try:
            for step in range(STEPS):
                view = JobView(id="m", kind="morph", state="running", step=step, steps=STEPS)
                yield JobEvent(job=view)
                await asyncio.sleep(self.step_seconds)
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled += 1
            raise
        yield Reel(dict.fromkeys(formats, b"film"))

    async def project(
        self, photo: bytes, *, owner: str, box: Box | None = None, pack: str | None = None
    ) -> AsyncIterator[JobEvent | ProjectResult]:
        try:
            Image.open(io.BytesIO(photo)).load()
        except OSError as error:
            raise BadImage from error
        self.projected.append(photo)
        try:
            if self.queued_seconds:
                queued = JobView(id="j", kind="project", state="queued", position=2, eta=20)
                yield JobEvent(job=queued, preview=b64encode(jpeg(32)).decode())
                await asyncio.sleep(self.queued_seconds)
            for step in range(STEPS):
                view = JobView(id="j", kind="project", state="running", step=step, steps=STEPS)
                yield JobEvent(job=view, preview=b64encode(jpeg(32, f"#{step}0{step}0{step}0")).decode())
                await asyncio.sleep(self.step_seconds)
        except (GeneratorExit, asyncio.CancelledError):
            self.cancelled += 1
            raise
        latent = LatentFace(data=b64encode(bytes(64)).decode())
        yield ProjectResult(face=latent, pack=PACK.name, version="1", steps=STEPS, loss=0.1)


@asynccontextmanager
async def house(home: Path, faces: PaintedFaces, url: str | None = None) -> AsyncIterator[Service]:
    """The core at `home`, or with its data at `url`; a second one there goes on where the first one stopped."""
    settings = load({"TYPEFACE_HOME": str(home), **({"DATABASE_URL": url} if url else {})})
    settings.home.mkdir(exist_ok=True)
    await asyncio.to_thread(stores.upgrade, settings)
    store = await stores.open_store(settings)
    service = Service(faces, store, Pen(), time, House(3600))
    try:
        yield service
    finally:
        await service.close()
        await store.close()
