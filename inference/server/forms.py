"""Reading `POST /v1/jobs`: a multipart form whose parts are counted while they arrive."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aiohttp import BodyPartReader, ClientPayloadError, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import TypeAdapter

from inference.errors import BadRequest, TooLarge
from inference.settings import Settings
from inference.wire import JobRequest, ProjectRequest

JOB_BYTES = 64 * 1024
_JOB: TypeAdapter[ProjectRequest] = TypeAdapter(JobRequest)


@dataclass(frozen=True)
class JobForm:
    """What a client asks, and the photo's bytes."""

    job: ProjectRequest
    image: bytes


async def read(request: web.Request, settings: Settings) -> JobForm:
    """Read the `job` and `image` parts, in either order.

    Raises:
        BadRequest: not a form of these two parts, cut off, or too slow.
        TooLarge: the image has more than `settings.body_bytes`.
        pydantic.ValidationError: the job does not follow the contract.
    """
    if request.content_type != "multipart/form-data":
        raise BadRequest("Send multipart/form-data with the parts job and image.")
    if (request.content_length or 0) > settings.body_bytes + 2 * JOB_BYTES:
        raise TooLarge(max_bytes=settings.body_bytes)
    try:
        async with asyncio.timeout(settings.upload_seconds):
            parts = await _parts(request, {"job": JOB_BYTES, "image": settings.body_bytes})
    except TimeoutError:
        raise BadRequest(f"The upload took more than {settings.upload_seconds:g} seconds.") from None
    # Aiohttp's reader tells of a malformed form by any of these.
    except (ValueError, AssertionError, RuntimeError, EOFError, ClientPayloadError, HttpProcessingError):
        raise BadRequest("The form is malformed or cut off.") from None
    for name in ("job", "image"):
        if name not in parts:
            raise BadRequest(f"The form has no part named {name}.")
    return JobForm(_JOB.validate_json(parts["job"]), parts["image"])


async def _parts(request: web.Request, limits: dict[str, int]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        name = None if isinstance(part, MultipartReader) else part.name
        if not isinstance(part, BodyPartReader) or name not in limits or name in found:
            raise BadRequest("The form has a part besides one job and one image.")
        found[name] = await _bytes(part, limits[name])
    return found


async def _bytes(part: BodyPartReader, limit: int) -> bytes:
    data = bytearray()
    while chunk := await part.read_chunk(64 * 1024):
        data += chunk
        if len(data) > limit and part.name == "job":
            raise BadRequest(f"The job part has more than {limit} bytes.")
        if len(data) > limit:
            raise TooLarge(max_bytes=limit)
    return bytes(data)
