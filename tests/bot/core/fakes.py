"""Recording fakes at the core's ports. They know no network: whatever is not prepared fails."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

from bot.core.balances import BalanceChart
from bot.core.card import Card
from db.records import (
    Statistics,
)
from inference.client import Film
from inference.errors import Box, TypefaceError, UnknownDirection, UnknownLook, UnknownPack
from inference.wire import (
    DirectionInfo,
    EditFace,
    Face,
    FilmFormat,
    Gender,
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

PACK = PackInfo(
    name="starter",
    version="1",
    resolution=64,
    num_ws=10,
    w_dim=128,
    labels=[],
    looks=["mean", "darker", "older"],
    directions=[
        DirectionInfo(name="smile", low=-2, high=2, how="fitted"),
        DirectionInfo(name="own-name", low=-1, high=3, how="fitted"),
    ],
    operations=[],
    licence="Apache-2.0",
    attribution="",
    illustrative=True,
    default=True,
)
ANIME = PACK.model_copy(update={"name": "anime", "default": False, "looks": ["mean"]})
JPEG = b"\xff\xd8 a face"
COMPOSED = b"\xff\xd8 a face in a photo"
FILE = b"\x89PNG a face in a photo"


NOW = datetime(2030, 1, 1, tzinfo=UTC)


class FakeClock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


class FakeDrawing:
    def __init__(self) -> None:
        self.charts: list[BalanceChart] = []
        self.sheets: list[tuple[tuple[str, ...], int]] = []
        self.mosaics: list[int] = []
        self.words: list[Mapping[str, str]] = []
        self.maps: list[Mapping[str, int]] = []
        self.cards: list[Card] = []
        self.drawn: list[tuple[bytes, tuple[Box, ...]]] = []
        self.error: Exception | None = None
        self.shrunk: list[bytes] = []
        self.refuses: dict[bytes, TypefaceError] = {}

    def shrink(self, photo: bytes) -> bytes:
        """The photo as it is; `refuses` names those that are none."""
        self.shrunk.append(photo)
        if error := self.refuses.get(photo):
            raise error
        return photo

    def sheet(
        self, pictures: Sequence[bytes], captions: Sequence[str], columns: int, format: ImageFormat
    ) -> bytes:
        assert len(pictures) == len(captions)
        self.sheets.append((tuple(captions), columns))
        return b"\xff\xd8 a sheet"

    def mosaic(self, pictures: Sequence[bytes]) -> bytes:
        assert 2 <= len(pictures) <= 4
        self.mosaics.append(len(pictures))
        return b"a mosaic"

    def balances(self, chart: BalanceChart) -> bytes:
        if self.error:
            raise self.error
        self.charts.append(chart)
        return b"\xff\xd8 a chart"

    def statistics(self, found: Statistics, words: Mapping[str, str]) -> bytes:
        self.words.append(words)
        return b"\x89PNG statistics"

    def type_map(self, counts: Mapping[str, int], title: str) -> bytes:
        self.maps.append(counts)
        return b"\xff\xd8 a map"

    def card(self, card: Card, format: ImageFormat) -> bytes:
        self.cards.append(card)
        return b"\xff\xd8 a card"

    def number_boxes(self, photo: bytes, boxes: Sequence[Box]) -> bytes:
        if self.error:
            raise self.error
        self.drawn.append((photo, tuple(boxes)))
        return b"\xff\xd8 numbered"


def mixed(person: Face, kind: Face, weight: float = 0.5) -> Face:
    """A person's face moved towards a type's as at first: in shape and features, with colours of their own."""
    for layers in ("coarse", "middle"):
        person = MixFace(a=person, b=kind, layers=layers, weight=weight)
    return person


class FakeFaces:
    """The latent of a photo is the photo's own bytes, so that a test sees whose face is whose.

    With `looks_while_queued` the first preview comes while the job still waits, and it waits on for `queue_gate`.
    `fail` is raised once by the next call of that name; with `gate` a projection waits after its preview, and
    a composition before its picture.
    """

    def __init__(self) -> None:
        self.infos = [PACK, ANIME]
        self.rendered: list[Face] = []
        self.morphed: list[tuple[Face, ...]] = []
        self.projected: list[tuple[bytes, str, Box | None]] = []
        self.composed: list[tuple[bytes, Box | None]] = []
        self.composed_as: list[ImageFormat] = []
        self.cancelled = 0
        self.packs_asked: list[str | None] = []
        self.fail: dict[str, TypefaceError] = {}
        self.looks_while_queued = False
        self.bug: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.queue_gate: asyncio.Event | None = None
        self.started = asyncio.Event()

    async def packs(self) -> list[PackInfo]:
        self._maybe_fail("packs")
        return self.infos

    async def state(self) -> ServerState:
        self._maybe_fail("state")
        return ServerState(ready=True, waiting=3, running=2, devices=["cuda:0", "cuda:1"], version="9.9")

    async def render(self, face: Face, *, pack: str | None, size: int, format: ImageFormat) -> bytes:
        self.packs_asked.append(pack)
        assert size in (192, 384, 512, 1024)
        self._maybe_fail("render")
        if self.bug:
            raise self.bug
        self._check(face, pack)
        self.rendered.append(face)
        return JPEG

    def _check(self, face: Face, pack: str | None) -> None:
        """As the server refuses what the pack does not have."""
        info = next((one for one in self.infos if (one.name == pack if pack else one.default)), None)
        if info is None:
            raise UnknownPack("no such pack")
        if isinstance(face, LabelFace) and face.look >= len(info.looks):
            raise UnknownLook("no such look")
        if isinstance(face, EditFace) and face.direction not in {one.name for one in info.directions}:
            raise UnknownDirection("no such direction")
        for name in ("a", "b", "face"):
            if part := getattr(face, name, None):
                self._check(part, pack)

    async def morph(
        self, faces: Sequence[Face], *, owner: str, pack: str | None, formats: list[FilmFormat]
    ) -> AsyncIterator[JobEvent | Film]:
        self.packs_asked.append(pack)
        self.morphed.append(tuple(faces))
        self._maybe_fail("morph")
        for face in faces:
            self._check(face, pack)
        view = JobView(id="m", kind="morph", state="running", step=9, steps=90, eta=2)
        try:
            yield JobEvent(job=view, preview=b64encode(JPEG).decode())
            self.started.set()
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        yield Film({"mp4": b"a film", "webp": b"a picture that moves", "jpeg": JPEG})

    async def compose(
        self, photo: bytes, face: Face, *, box: Box | None, pack: str | None, size: int, format: ImageFormat
    ) -> bytes:
        self.packs_asked.append(pack)
        assert size == 2048
        self.composed_as.append(format)
        self.composed.append((photo, box))
        self._maybe_fail("compose")
        if self.bug:
            raise self.bug
        self.started.set()
        try:
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self._maybe_fail("compose-end")
        self.rendered.append(face)
        return COMPOSED if format == "jpeg" else FILE

    async def project(
        self, photo: bytes, *, owner: str, box: Box | None = None, pack: str | None = None
    ) -> AsyncIterator[JobEvent | ProjectResult]:
        self.packs_asked.append(pack)
        self.projected.append((photo, owner, box))
        self._maybe_fail("project")
        preview = b64encode(JPEG).decode()
        try:
            queued = JobView(id="j", kind="project", state="queued", position=2, eta=20)
            for first_look in (None, preview) if self.looks_while_queued else (None,):
                yield JobEvent(job=queued, preview=first_look)
                await asyncio.sleep(0)
            if self.queue_gate:
                await self.queue_gate.wait()
            view = JobView(id="j", kind="project", state="running", step=10, steps=40, eta=8)
            yield JobEvent(job=view, preview=preview)
            self.started.set()
            if self.gate:
                await self.gate.wait()
            await asyncio.sleep(0)
            self._maybe_fail("project-end")
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        face = LatentFace(data=b64encode(photo).decode())
        yield ProjectResult(
            face=face, pack=pack or self._default(), version="1", steps=40, queue_ms=5, run_ms=900, loss=0.1
        )

    def _default(self) -> str:
        return next(info.name for info in self.infos if info.default)

    def _maybe_fail(self, what: str) -> None:
        if error := self.fail.pop(what, None):
            raise error

    def assert_type(self, label: str, gender: Gender) -> None:
        assert self.rendered[-1] == LabelFace(label=label, gender=gender)

    def assert_blend(self, photo: bytes, label: str, weight: float) -> None:
        """With the person's own colours, as every face is blended at first."""
        face = self.rendered[-1]
        assert isinstance(face, MixFace)
        assert isinstance(face.b, LabelFace)
        assert face.b.label == label
        assert face == mixed(LatentFace(data=b64encode(photo).decode()), face.b, weight)

    def assert_nothing_projected(self) -> None:
        assert not self.projected
