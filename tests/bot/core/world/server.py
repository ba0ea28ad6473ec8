"""What stands around the core in the world: a server, a pen and a loop whose time moves only when it is told to.

A picture's bytes tell whose latents, words and photos are in it, so that a picture can be asked whom it shows.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bot.core.balances import BalanceChart
from bot.core.card import Card
from db.records import Statistics
from inference.client import Film
from inference.errors import BadImage, Box, ManyFaces, TypefaceError
from inference.wire import (
    EditFace,
    Face,
    FilmFormat,
    ImageFormat,
    JobEvent,
    JobView,
    LatentFace,
    MixFace,
    PackInfo,
    ProjectResult,
    ServerState,
)
from tests.bot.core.fakes import ANIME, PACK

CROWD, NO_PICTURE = b" and friends", b"no picture"
BOXES = ((0, 0, 9, 9), (20, 0, 29, 9))


def latents(face: Face) -> list[bytes]:
    """The latents that an expression is made of."""
    match face:
        case LatentFace(data=data):
            return [b64decode(data)]
        case MixFace(a=a, b=b):
            return [*latents(a), *latents(b)]
        case EditFace(face=inner):
            return latents(inner)
    return []


class Server:
    """The inference server. The latent of a photo is the photo itself.

    While it is `slow`, what is asked of it waits in `waiting`, until the test lets it end. With `error` the next call
    fails.
    """

    def __init__(self) -> None:
        self.slow = False
        self.error: TypefaceError | None = None
        self.waiting: list[asyncio.Future[None]] = []

    async def _turn(self) -> None:
        if self.slow:
            turn = asyncio.get_running_loop().create_future()
            self.waiting.append(turn)
            try:
                await turn
            finally:
                if turn in self.waiting:
                    self.waiting.remove(turn)
        error, self.error = self.error, None
        if error:
            raise error

    async def packs(self) -> list[PackInfo]:
        return [PACK, ANIME]

    async def state(self) -> ServerState:
        await self._turn()
        return ServerState(ready=True, waiting=3, running=2, devices=["cuda:0"], version="9.9")

    async def render(self, face: Face, *, pack: str | None, size: int, format: ImageFormat) -> bytes:
        await self._turn()
        return b" ".join((b"a picture of", *latents(face)))

    async def compose(
        self, photo: bytes, face: Face, *, box: Box | None, pack: str | None, size: int, format: ImageFormat
    ) -> bytes:
        await self._turn()
        self._found(photo, box)
        return b" ".join((b"a photo", photo, b"with", *latents(face)))

    async def morph(
        self, faces: Sequence[Face], *, owner: str, pack: str | None, formats: list[FilmFormat]
    ) -> AsyncIterator[JobEvent | Film]:
        shown = b" ".join(data for face in faces for data in latents(face))
        view = JobView(id="m", kind="morph", state="running", step=9, steps=90, eta=2)
        yield JobEvent(job=view, preview=b64encode(shown).decode())
        await self._turn()
        yield Film({"mp4": b"a film " + shown, "webp": b"moves " + shown, "jpeg": b"poster " + shown})

    async def project(
        self, photo: bytes, *, owner: str, box: Box | None = None, pack: str | None = None
    ) -> AsyncIterator[JobEvent | ProjectResult]:
        yield JobEvent(job=JobView(id="j", kind="project", state="queued", position=2, eta=20))
        await self._turn()
        self._found(photo, box)
        view = JobView(id="j", kind="project", state="running", step=10, steps=40, eta=8)
        yield JobEvent(job=view, preview=b64encode(photo).decode())
        await self._turn()
        face = LatentFace(data=b64encode(photo).decode())
        yield ProjectResult(face=face, pack=pack or "starter", version="1", steps=40, loss=0.1)

    def _found(self, photo: bytes, box: Box | None) -> None:
        if photo.endswith(CROWD) and box is None:
            raise ManyFaces(boxes=BOXES)


class Pen:
    """Everything that is drawn tells what was drawn into it."""

    def shrink(self, photo: bytes) -> bytes:
        if photo == NO_PICTURE:
            raise BadImage
        return photo

    def number_boxes(self, photo: bytes, boxes: Sequence[Box]) -> bytes:
        return b"numbers on " + photo

    def sheet(
        self, pictures: Sequence[bytes], captions: Sequence[str], columns: int, format: ImageFormat
    ) -> bytes:
        assert len(pictures) == len(captions)
        return b" ".join((*pictures, *(caption.encode() for caption in captions)))

    def mosaic(self, pictures: Sequence[bytes]) -> bytes:
        return b" ".join(pictures)

    def balances(self, chart: BalanceChart) -> bytes:
        return repr(chart).encode()

    def statistics(self, found: Statistics, words: Mapping[str, str]) -> bytes:
        return repr((found, words)).encode()

    def type_map(self, counts: Mapping[str, int], title: str) -> bytes:
        return repr((counts, title)).encode()

    def card(self, card: Card, format: ImageFormat) -> bytes:
        return repr(card).encode()


class _Here(ThreadPoolExecutor):
    """Runs what is submitted at once: a thread would make every run another one."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as error:
            done.set_exception(error)
        return done


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time stands still; it is also the core's clock."""

    def __init__(self) -> None:
        self.now = 1000.0
        super().__init__()
        self.set_default_executor(_Here())

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def settle(self) -> None:
        """Run all that can run now; what waits for the server goes on waiting."""
        while True:
            self.call_soon(self.stop)
            self.run_forever()
            if not self._ready:  # type: ignore[attr-defined]
                return
