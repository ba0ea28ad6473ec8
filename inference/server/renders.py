"""`POST /v1/render`: an expression in, a picture out; with a photo, the photo with a face in it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from aiohttp import web

from inference import images
from inference.compose import paste, subject
from inference.errors import BadRequest, Stopping, from_problem
from inference.images import Pixels
from inference.scheduler.orders import Failed, Rendered, RenderOrder, Report
from inference.server import forms
from inference.server.photos import PHOTOS, Photos
from inference.server.ports import CATALOGUE, GATE, SETTINGS, Device, ServedPack
from inference.settings import MEGABYTE
from inference.wire import ComposePicture, DrawnPicture, FacePicture, LabelFace, RenderRequest, UpscalePicture

_KEPT_BYTES = 64 * MEGABYTE


class Renders:
    """Orders pictures from the device; keeps those of averages, which every visitor of a type is shown."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._averages: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    async def picture(self, request: RenderRequest, pack: ServedPack, tag: str | None) -> bytes:
        """The encoded picture; kept when it has a `tag`. Raises TypefaceError."""
        if tag is not None and tag in self._averages:
            self._averages.move_to_end(tag)
            return self._averages[tag]
        if isinstance(request.asked, ComposePicture):
            raise BadRequest("A composed picture needs the photo: send the parts render and image.")
        (pixels,) = await self.pixels(pack.info.name, [request.asked])
        data = await asyncio.to_thread(images.encode, pixels, size=request.size, format=request.format)
        if tag is not None:
            self._keep(tag, data)
        return data

    def _keep(self, tag: str, data: bytes) -> None:
        """Keep an average; the least recently asked for goes first when all take too much memory."""
        self._bytes += len(data) - len(self._averages.pop(tag, b""))
        self._averages[tag] = data
        while self._bytes > _KEPT_BYTES:
            self._bytes -= len(self._averages.popitem(last=False)[1])

    async def pixels(self, pack: str, pictures: Sequence[DrawnPicture]) -> Pixels:
        """[N, R, R, 3] uint8 of one kind, as the pack draws them, all before one tick. Raises TypefaceError."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Report] = loop.create_future()
        order = RenderOrder(secrets.token_urlsafe(16), pack, tuple(pictures))

        def settle(report: Report) -> None:
            if not future.done():
                future.set_result(report)

        def sink(report: Report) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to tell
                loop.call_soon_threadsafe(settle, report)

        self._device.render(order, sink)
        try:
            report = await future
        finally:
            self._device.cancel(order.id)  # the client went away; does nothing to a picture that is done
        if isinstance(report, Rendered):
            return report.pixels
        # A new error: one that this frame holds would keep the frames above, and their photo, alive.
        raise from_problem(report.error.problem()) if isinstance(report, Failed) else Stopping()


RENDERS = web.AppKey("RENDERS", Renders)


def average_tag(request: RenderRequest, pack: ServedPack) -> str | None:
    """An ETag for a class's average, which is the same for everybody; None for all else."""
    asked = request.asked
    drawn = asked.picture if isinstance(asked, UpscalePicture) else asked
    face = drawn.face if isinstance(drawn, FacePicture) else None
    if not isinstance(face, LabelFace) or face.psi != 0:
        return None
    what = (
        pack.info.name,
        pack.info.version,
        pack.mark,
        asked.model_dump_json(),
        request.size,
        request.format,
    )
    return f'"{hashlib.sha256(repr(what).encode()).hexdigest()[:32]}"'


async def render(request: web.Request) -> web.Response:
    """`POST /v1/render`."""
    if not request.app[GATE].open:
        raise Stopping
    if request.content_type.startswith("multipart/"):
        return await _composed(request)
    body = RenderRequest.model_validate_json(await request.read())
    pack = await request.app[CATALOGUE].find(body.pack)
    tag = average_tag(body, pack)
    headers = {"Cache-Control": "no-store"} if tag is None else _lasting(tag)
    if tag is not None and request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    data = await request.app[RENDERS].picture(body, pack, tag)
    return web.Response(body=data, content_type=images.MEDIA_TYPES[body.format], headers=headers)


async def _composed(request: web.Request) -> web.Response:
    """The photo is in memory from its first byte to the answer, and so takes a place all the while."""
    photos = request.app[PHOTOS]
    upload = forms.RenderUpload(request, request.app[SETTINGS])
    await upload.begin()  # who sends nothing takes no place
    async with photos.place(queued=False):
        form = await upload.form()
        data = await _compose(request, form, photos)
    kind = images.MEDIA_TYPES[form.render.format]
    return web.Response(body=data, content_type=kind, headers={"Cache-Control": "no-store"})


async def _compose(request: web.Request, form: forms.RenderForm, photos: Photos) -> bytes:
    asked = form.render.asked
    if not isinstance(asked, ComposePicture):
        raise BadRequest("A photo belongs to a picture of kind compose alone.")
    if not isinstance(asked.picture, FacePicture):
        raise BadRequest("One photo takes one face: within compose stands a picture of kind face.")
    pack = await request.app[CATALOGUE].find(form.render.pack)
    face, limit = asked.picture.face, request.app[SETTINGS].body_bytes
    read = partial(subject.read, size=form.render.size, max_bytes=limit)
    found = await photos.work(read, form.image, pack.framing, asked.box)
    renders = request.app[RENDERS]
    faces = [FacePicture(face=one) for one in (face, *subject.origins(face))]
    drawn = [(await renders.pixels(pack.info.name, [picture]))[0] for picture in faces]
    return await photos.work(_finish, found, drawn, form.render.format)


def _finish(found: subject.Subject, drawn: list[Pixels], format: images.Format) -> bytes:
    pixels = paste.put(found, drawn[0], drawn[1:])
    return images.encode(pixels, size=max(pixels.shape), format=format)


def _lasting(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, max-age=86400"}
