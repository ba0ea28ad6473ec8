"""What a request carries: JSON alone, or a multipart form with files."""

from __future__ import annotations

import json
import mimetypes
import re
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from tests.doubles.discord.limits import REQUEST_BYTES, RefusedError
from tests.doubles.discord.world import Json


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes
    content_type: str


@dataclass(frozen=True)
class Form:
    """A request's JSON and, of a multipart one, its files by index."""

    body: Json
    files: dict[int, Upload]


async def read_form(request: web.Request) -> Form:
    if not request.content_type.startswith("multipart/"):
        return Form(await request.json() if request.can_read_body else {}, {})
    body: Json = {}
    files: dict[int, Upload] = {}
    total = 0
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        data = bytes(await part.read())
        total += len(data)
        if total > REQUEST_BYTES:
            raise RefusedError(413, 40005, "Request entity too large")
        if part.name == "payload_json":
            body = json.loads(data)
        elif match := re.fullmatch(r"files\[(\d+)\]", part.name or ""):
            files[int(match[1])] = Upload(part.filename or "", data, media_type(part.filename or ""))
        else:
            raise RefusedError(400, 50035, "Invalid Form Body")
    return Form(body, files)


def media_type(name: str) -> str:
    """As Discord tells it: by the name, whatever the upload says."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
