"""`POST /v1/render`: an expression in, a picture out."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
from collections import OrderedDict

from aiohttp import web

from inference import images
from inference.errors import Stopping
from inference.images import Pixels
from inference.scheduler.orders import Failed, Rendered, RenderOrder, Report
from inference.server.ports import CATALOGUE, GATE, Device, ServedPack
from inference.wire import FacePicture, LabelFace, Picture, RenderRequest

BODY_BYTES = 2 * 1024 * 1024
_KEPT = 256


class Renders:
    """Orders pictures from the device; keeps those of averages, which every visitor of a type is shown."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._averages: OrderedDict[str, bytes] = OrderedDict()

    async def picture(self, request: RenderRequest, pack: ServedPack, tag: str | None) -> bytes:
        """The encoded picture; kept when it has a `tag`. Raises TypefaceError."""
        if tag is not None and tag in self._averages:
            self._averages.move_to_end(tag)
            return self._averages[tag]
        pixels = await self._pixels(pack.info.name, request.asked)
        data = await asyncio.to_thread(images.encode, pixels, size=request.size, format=request.format)
        if tag is not None:
            self._averages[tag] = data
            if len(self._averages) > _KEPT:
                self._averages.popitem(last=False)
        return data

    async def _pixels(self, pack: str, picture: Picture) -> Pixels:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Report] = loop.create_future()
        order = RenderOrder(secrets.token_urlsafe(16), pack, picture)

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
        raise report.error if isinstance(report, Failed) else Stopping()


RENDERS = web.AppKey("RENDERS", Renders)


def average_tag(request: RenderRequest, pack: ServedPack) -> str | None:
    """An ETag for a class's average, which is the same for everybody; None for all else."""
    asked = request.asked
    face = asked.face if isinstance(asked, FacePicture) else None
    if not isinstance(face, LabelFace) or face.psi != 0:
        return None
    what = (pack.info.name, pack.info.version, asked.model_dump_json(), request.size, request.format)
    return f'"{hashlib.sha256(repr(what).encode()).hexdigest()[:32]}"'


async def render(request: web.Request) -> web.Response:
    """`POST /v1/render`."""
    if not request.app[GATE].open:
        raise Stopping
    body = RenderRequest.model_validate_json(await request.read())
    pack = request.app[CATALOGUE].find(body.pack)
    tag = average_tag(body, pack)
    headers = {"Cache-Control": "no-store"} if tag is None else _lasting(tag)
    if tag is not None and request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    data = await request.app[RENDERS].picture(body, pack, tag)
    return web.Response(body=data, content_type=images.MEDIA_TYPES[body.format], headers=headers)


def _lasting(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, max-age=86400"}
