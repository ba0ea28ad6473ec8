"""The inference server's stand-in: a latent is the number of who is in the photo, and pictures say what they show."""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence

from inference.client import Film
from inference.errors import Box, NoFace
from inference.wire import (
    Face,
    FilmFormat,
    ImageFormat,
    JobEvent,
    JobView,
    LabelFace,
    LatentFace,
    MixFace,
    PackInfo,
    ProjectResult,
    ServerState,
)
from tests.bot.core.fakes import PACK
from tests.crowd.marks import NOBODY, PREVIEW, TYPE, Mark, paint, read

STEPS = 4


def shown(face: Face) -> Mark:
    """What a picture of `face` shows."""
    match face:
        case LatentFace(data=data):
            return Mark(int.from_bytes(b64decode(data)[:4]))
        case LabelFace(label=label, gender=gender):
            return Mark(NOBODY, label, gender, TYPE)
        case MixFace(a=person, b=kind, weight=weight):
            of = shown(kind)
            return Mark(shown(person).person, of.type, of.gender, round(100 * weight))
    raise AssertionError(f"nobody asked for a {face.kind}")


class MarkedFaces:
    """Fulfils the core's `Faces` port. A projection takes so many seconds, however many there are."""

    def __init__(self, seconds: float = 1.0) -> None:
        self._pause = seconds / STEPS
        self.projected: list[int] = []

    async def packs(self) -> list[PackInfo]:
        return [PACK]

    async def state(self) -> ServerState:
        return ServerState(ready=True, waiting=0, running=0, devices=["cpu"], version="1")

    async def render(self, face: Face, *, pack: str | None, size: int, format: ImageFormat) -> bytes:
        return paint(shown(face))

    async def compose(
        self, photo: bytes, face: Face, *, box: Box | None, pack: str | None, size: int, format: ImageFormat
    ) -> bytes:
        raise AssertionError("nobody asks for it")

    def morph(
        self, faces: Sequence[Face], *, owner: str, pack: str | None, formats: list[FilmFormat]
    ) -> AsyncIterator[JobEvent | Film]:
        raise AssertionError("nobody asks for it")

    async def project(
        self, photo: bytes, *, owner: str, box: Box | None = None, pack: str | None = None
    ) -> AsyncIterator[JobEvent | ProjectResult]:
        if (mark := read(photo)) is None:
            raise NoFace
        self.projected.append(mark.person)
        preview = b64encode(paint(Mark(mark.person, weight=PREVIEW))).decode()
        for step in range(STEPS):
            view = JobView(id="j", kind="project", state="running", step=step, steps=STEPS)
            yield JobEvent(job=view, preview=preview)
            await asyncio.sleep(self._pause)
        latent = LatentFace(data=b64encode(mark.person.to_bytes(4) + bytes(60)).decode())
        yield ProjectResult(face=latent, pack=PACK.name, version="1", steps=STEPS, loss=0.1)
