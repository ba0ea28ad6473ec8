"""The client of the inference server: asynchronous, free of torch, and raising the server's own errors.

Requests that may be repeated are, a few times; a stream of events that breaks off is taken up again from the job
itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any, Required, Self, TypedDict, Unpack

import aiohttp
from pydantic import TypeAdapter

from inference.errors import Box, Cancelled, NoSuchJob, TypefaceError, Unreachable, from_problem
from inference.transport import Server, Timeouts, Transport, translated
from inference.wire import (
    ENDED,
    ComposePicture,
    Face,
    FacePicture,
    Film,
    FilmFormat,
    ImageFormat,
    JobEvent,
    JobView,
    MorphRequest,
    PackInfo,
    Picture,
    Priority,
    ProjectRequest,
    ProjectResult,
    RenderRequest,
    ServerState,
    UpscalePicture,
    Wire,
)

_PACKS = TypeAdapter(list[PackInfo])
_LARGE = 256  # px: an upscaler takes a tenth of a second of a CPU, which a small picture does not show


class Asked(TypedDict, total=False):
    """What may be said of a projection; `inference.wire.ProjectRequest` tells what it means."""

    owner: Required[str]
    client: str
    priority: Priority
    deadline: float | None
    box: Box | None
    pack: str | None
    steps: int | None
    preview_size: int


class Morphing(TypedDict, total=False):
    """What may be said of a morph; `inference.wire.MorphRequest` tells what it means."""

    owner: Required[str]
    pack: str | None
    seconds: float
    size: int
    formats: list[FilmFormat]
    preview_size: int


class Client:
    """Talks to one server. Its connections open with the first request; `close` ends them.

    Args:
        base_url: such as `http://127.0.0.1:8300`.
        token: the bearer token, when the server asks for one.
        find: asked at each request where the server is now, for one that may start again elsewhere; None is nowhere.
        timeouts: how long to wait for what.
        attempts: how often a request that may be repeated is tried.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        find: Callable[[], Server | None] | None = None,
        timeouts: Timeouts | None = None,
        attempts: int = 3,
    ) -> None:
        self._transport = Transport(
            find or partial(Server, base_url, token), timeouts or Timeouts(), attempts
        )
        self._farewells: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """End all connections, after the farewells that are under way."""
        if self._farewells:
            await asyncio.wait(self._farewells)
        await self._transport.close()

    async def ready(self) -> bool:
        """Whether the server is there, warm and takes work."""
        try:
            await self._transport.once("GET", "/readyz")
        except TypefaceError:
            return False
        return True

    async def state(self) -> ServerState:
        """What the server does now. Raises TypefaceError."""
        answer = await self._transport.once("GET", "/v1/state")
        with translated():
            return ServerState.model_validate_json(answer)

    async def packs(self) -> list[PackInfo]:
        """The packs of the server. Raises TypefaceError."""
        answer = await self._transport.again("GET", "/v1/packs")
        with translated():
            return _PACKS.validate_json(answer)

    async def render(
        self, face: Face, *, pack: str | None = None, size: int = 512, format: ImageFormat = "jpeg"
    ) -> bytes:
        """A picture of `face`, `size` px wide and high; a large one by the pack's upscaler. Raises TypefaceError."""
        plain = FacePicture(face=face)
        picture: Picture = UpscalePicture(picture=plain) if size > _LARGE else plain
        asked = RenderRequest(pack=pack, picture=picture, size=size, format=format)
        headers = {"Content-Type": "application/json"}
        return await self._transport.again(
            "POST", "/v1/render", data=asked.model_dump_json(), headers=headers
        )

    async def compose(
        self,
        photo: bytes,
        face: Face,
        *,
        box: Box | None = None,
        pack: str | None = None,
        size: int = 2048,
        format: ImageFormat = "jpeg",
    ) -> bytes:
        """The photo with `face` in place of the one it shows; its longer side is at most `size` px.

        `box` chooses one of several faces. Raises TypefaceError, as `project` does for the photo.
        """
        picture = ComposePicture(picture=FacePicture(face=face), box=box)
        asked = RenderRequest(pack=pack, picture=picture, size=size, format=format)
        return await self._upload("/v1/render", "render", asked, (photo,))

    async def project(
        self, photo: bytes | Sequence[bytes], **asked: Unpack[Asked]
    ) -> AsyncGenerator[JobEvent | ProjectResult, None]:
        """Find the latent of a person from a photo, or from up to five: yields events, and last the result.

        Closing the generator, or cancelling its task, cancels the job on the server; when it has sent the
        result, the server is told to forget it. Raises TypefaceError, of several photos with the `photo` at fault.
        """
        photos = (photo,) if isinstance(photo, bytes) else tuple(photo)
        submission = asyncio.ensure_future(self._submit(ProjectRequest(**asked), photos))
        del photo, photos
        parted = False
        try:
            job = await asyncio.shield(submission)
            with _still_there():
                async with contextlib.aclosing(self._follow(job.id)) as events:
                    async for event in events:
                        yield event
                _raise_for(event.job)
                result = await self._transport.again("GET", f"/v1/jobs/{job.id}/result")
            with translated():
                found = ProjectResult.model_validate_json(result)
            self._part(submission)
            parted = True
            yield found
        finally:
            if not (parted or _failed(submission)):
                await asyncio.shield(self._part(submission))
            del submission  # its error holds this frame, and those with the photos

    async def morph(
        self, faces: Sequence[Face], **asked: Unpack[Morphing]
    ) -> AsyncGenerator[JobEvent | Film, None]:
        """Turn faces into one another: yields events, and last the film.

        Closing the generator, or cancelling its task, cancels the job at its next frame. Raises TypefaceError.
        """
        request = MorphRequest(faces=list(faces), **asked)
        submission = asyncio.ensure_future(self._order(request))
        try:
            job = await asyncio.shield(submission)
            path = f"/v1/jobs/{job.id}/result"
            with _still_there():
                async with contextlib.aclosing(self._follow(job.id)) as events:
                    async for event in events:
                        yield event
                _raise_for(event.job)
                fetched = {
                    form: await self._transport.again("GET", f"{path}?format={form}")
                    for form in request.formats
                }
            yield Film(fetched)
        finally:
            if not _failed(submission):
                await asyncio.shield(self._part(submission))

    async def _order(self, asked: MorphRequest) -> JobView:
        """Repeatable, since the key gets the same job back."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_urlsafe(24)}
        answer = await self._transport.again(
            "POST", "/v1/jobs", data=asked.model_dump_json(), headers=headers
        )
        with translated():
            return JobView.model_validate_json(answer)

    async def _submit(self, asked: ProjectRequest, photos: tuple[bytes, ...]) -> JobView:
        """Repeatable, since the key gets the same job back."""
        key = {"Idempotency-Key": secrets.token_urlsafe(24)}
        answer = await self._upload("/v1/jobs", "job", asked, photos, headers=key)
        with translated():
            return JobView.model_validate_json(answer)

    async def _upload(
        self, path: str, part: str, asked: Wire, photos: Sequence[bytes], **request: Any
    ) -> bytes:
        """Send a form: what is `asked` as its `part`, and the photos."""

        def post() -> Awaitable[bytes]:
            form = aiohttp.FormData()
            form.add_field(part, asked.model_dump_json(), content_type="application/json")
            for photo in photos:
                # As a file: an error about bytes would hold them, and so the photo, in its message.
                form.add_field("image", io.BytesIO(photo), filename="photo")
            return self._transport.once(
                "POST", path, data=form, limit=self._transport.timeouts.upload, **request
            )

        return await self._transport.repeated(post)

    async def _follow(self, job: str) -> AsyncGenerator[JobEvent, None]:
        """The events of a job to its end, over as many connections as it takes."""
        silent = 0
        while silent < self._transport.attempts:
            silent += 1
            with contextlib.suppress(Unreachable):
                async with contextlib.aclosing(self._events(job)) as events:
                    async for event in events:
                        silent = 0
                        yield event
                        if event.job.state in ENDED:
                            return
            await self._transport.again("GET", f"/v1/jobs/{job}")  # the server may have lost it
        raise Unreachable("The stream of events breaks off again and again.")

    async def _events(self, job: str) -> AsyncGenerator[JobEvent, None]:
        """One stream of events; Unreachable when it breaks off, or just ends."""
        async with contextlib.aclosing(self._transport.lines(f"/v1/jobs/{job}/events")) as lines:
            async for line in lines:
                if line.startswith(b"data:"):
                    with translated():
                        event = JobEvent.model_validate_json(line[5:])
                    yield event

    def _part(self, submission: asyncio.Future[JobView]) -> asyncio.Task[None]:
        """Let the server cancel, or forget, the job that `submission` makes: a task that ends in bounded time."""
        task = asyncio.create_task(self._delete(submission))
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)
        return task

    async def _delete(self, submission: asyncio.Future[JobView]) -> None:
        with contextlib.suppress(TypefaceError, TimeoutError):
            async with asyncio.timeout(self._transport.timeouts.farewell):
                job = await submission  # cancelled with the timeout, and so given up by the server too
                await self._transport.again("DELETE", f"/v1/jobs/{job.id}")
        del submission  # as in `project`


def _failed(submission: asyncio.Future[JobView]) -> bool:
    """Whether there is an answer, and no job."""
    return submission.done() and not submission.cancelled() and submission.exception() is not None


@contextlib.contextmanager
def _still_there() -> Iterator[None]:
    """A job that the server does not have any more was cut off, whoever follows it has not cancelled it.

    The server was started anew, or has given the job up since the connection was away too long. The photo is not
    sent again by itself: what stopped the server may have been this very job.
    """
    try:
        yield
    except (NoSuchJob, Cancelled):
        raise Unreachable("The server has lost the job, or given it up while nobody followed it.") from None


def _raise_for(job: JobView) -> None:
    if job.state == "cancelled":
        raise Cancelled
    if job.state == "failed":
        raise from_problem(job.problem or {})
