"""Reading the forms of `POST /v1/jobs` and `POST /v1/render`, whose parts are counted while they arrive."""

from __future__ import annotations

import asyncio
import contextlib
import warnings
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import (
    BadContentDispositionHeader,
    BadContentDispositionParam,
    BodyPartReader,
    ClientPayloadError,
    MultipartReader,
    web,
)
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import TypeAdapter

from inference.errors import BadRequest, TooLarge
from inference.settings import Settings
from inference.wire import MAX_PHOTOS, JobRequest, ProjectRequest, RenderRequest

JOB_BYTES = 64 * 1024
RENDER_BYTES = 2 * 1024 * 1024
_OVERHEAD = 64 * 1024  # what stands around the parts
_Part = BodyPartReader | MultipartReader
T = TypeVar("T")
JOB: TypeAdapter[JobRequest] = TypeAdapter(JobRequest)


@dataclass(frozen=True)
class JobForm:
    """What a client asks, and the bytes of each photo."""

    job: ProjectRequest
    images: tuple[bytes, ...]


@dataclass(frozen=True)
class RenderForm:
    """A picture that a client asks for, and the bytes of the photo that belongs to it."""

    render: RenderRequest
    image: bytes


@dataclass(frozen=True)
class _Wanted:
    """A part of a form: the bytes that all of its name may have together, and how many there may be."""

    bytes: int
    most: int = 1

    def __str__(self) -> str:
        return "one" if self.most == 1 else f"up to {self.most}"


class Upload:
    """A form that has begun to come: what stands before its first part's content is here, the rest is not read yet.

    Whoever opens a connection and sends nothing gets no such thing, and so no place among the uploads.
    """

    def __init__(self, request: web.Request, settings: Settings, **wanted: _Wanted) -> None:
        self._request = request
        self._settings = settings
        self._wanted = wanted
        self._reader: MultipartReader | None = None
        self._first: _Part | None = None

    async def begin(self) -> None:
        """Wait for the first part. Raises as `parts` does."""
        if self._request.content_type != "multipart/form-data":
            raise BadRequest(f"Send multipart/form-data with the parts {' and '.join(self._wanted)}.")
        if (self._request.content_length or 0) > sum(
            part.bytes for part in self._wanted.values()
        ) + _OVERHEAD:
            raise TooLarge(max_bytes=self._settings.body_bytes)
        with _told():
            self._reader = await self._request.multipart()
            self._first = await self._moving(self._reader.next())

    async def parts(self) -> dict[str, list[bytes]]:
        """The contents of all parts, by name.

        Raises:
            BadRequest: not a form of the wanted parts, cut off, stalled, or too slow.
            TooLarge: the images together have more than `settings.body_bytes`.
        """
        seconds = self._settings.upload_seconds
        try:
            with _told():
                async with asyncio.timeout(seconds):
                    found = await self._read()
        except TimeoutError:
            raise BadRequest(f"The upload took more than {seconds:g} seconds.") from None
        for name in self._wanted:
            if name not in found:
                raise BadRequest(f"The form has no part named {name}.")
        return found

    async def _read(self) -> dict[str, list[bytes]]:
        assert self._reader is not None, "it has begun"
        found: dict[str, list[bytes]] = {}
        part = self._first
        while part is not None:
            limit = None if isinstance(part, MultipartReader) else self._wanted.get(part.name or "")
            if not isinstance(part, BodyPartReader) or limit is None:
                raise BadRequest(f"The form has a part besides {self._all()}.")
            read = found.setdefault(part.name or "", [])
            if len(read) == limit.most:
                raise BadRequest(f"The form has a part besides {self._all()}.")
            read.append(await self._bytes(part, limit.bytes - sum(len(data) for data in read)))
            part = await self._moving(self._reader.next())
        return found

    def _all(self) -> str:
        return " and ".join(f"{part} {name}" for name, part in self._wanted.items())

    async def _bytes(self, part: BodyPartReader, limit: int) -> bytes:
        data = bytearray()
        while chunk := await self._moving(part.read_chunk(64 * 1024)):
            data += chunk
            if len(data) > limit and part.name != "image":
                raise BadRequest(f"The {part.name} part has more than {limit} bytes.")
            if len(data) > limit:
                raise TooLarge("The photos have more bytes than are read.")
        return bytes(data)

    async def _moving(self, reading: Awaitable[T]) -> T:
        """The next that comes, if it comes soon."""
        seconds = self._settings.stall_seconds
        try:
            async with asyncio.timeout(seconds):
                return await reading
        except TimeoutError:
            raise BadRequest(f"The upload stalled: nothing came for {seconds:g} seconds.") from None


class JobUpload(Upload):
    """A `job` part and one to `MAX_PHOTOS` `image` parts, in any order."""

    def __init__(self, request: web.Request, settings: Settings) -> None:
        images = _Wanted(settings.body_bytes, most=MAX_PHOTOS)
        super().__init__(request, settings, job=_Wanted(JOB_BYTES), image=images)

    async def form(self) -> JobForm:
        """All of it. Raises as `parts` does, and ValidationError: the job does not follow the contract."""
        parts = await self.parts()
        job = JOB.validate_json(parts["job"][0])
        if not isinstance(job, ProjectRequest):
            raise BadRequest("A morph takes no photo: send it as application/json.")
        form = JobForm(job, tuple(parts["image"]))
        if form.job.box is not None and len(form.images) > 1:
            raise BadRequest("A box chooses a face where one photo is sent.")
        return form


class RenderUpload(Upload):
    """A `render` and an `image` part, in either order."""

    def __init__(self, request: web.Request, settings: Settings) -> None:
        super().__init__(request, settings, render=_Wanted(RENDER_BYTES), image=_Wanted(settings.body_bytes))

    async def form(self) -> RenderForm:
        """All of it. Raises as `JobUpload.form` does."""
        parts = await self.parts()
        return RenderForm(RenderRequest.model_validate_json(parts["render"][0]), parts["image"][0])


def keep_quiet() -> None:
    """Have aiohttp not quote headers of parts that it cannot read: they hold the names of people's files."""
    for kind in (BadContentDispositionHeader, BadContentDispositionParam):
        warnings.filterwarnings("ignore", category=kind)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Aiohttp's reader tells of a malformed form by any of these."""
    try:
        yield
    except TimeoutError:
        raise
    except (ValueError, AssertionError, RuntimeError, EOFError, ClientPayloadError, HttpProcessingError):
        raise BadRequest("The form is malformed or cut off.") from None
