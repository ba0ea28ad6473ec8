"""`POST /chat` to an event of the core.

The body is one JSON object, or a multipart form whose part `event` is that object and whose last part `photo`
is a file: `{"kind": "line", "text": "/mbti ENFP"}`, `{"kind": "press", "payload": ...}`, `{"kind": "photo"}`,
each with `update` (an id made anew for each thing done) and `locale`. A command line with a photo is a
command with that photo. `{"kind": "photo", "problem": "too_large"}` tells of a file not worth sending. A press says
on which button (`label`) of which reply (`pressed`, its number) it was; `aside`: only the page that asks cares.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from aiohttp import BodyPartReader, web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.adapters.web.feed import Asked
from bot.adapters.web.reading import Reading
from bot.core import commands
from bot.core.events import MAX_PHOTO_BYTES, Command, Event, Origin, Person, Photo, PhotoSent, Press, TextSent

MAX_EVENT_BYTES = 16 * 1024
MAX_DISCARDED_BYTES = 3 * MAX_PHOTO_BYTES
"""So much more of a large photo is read and dropped: a browser cut off while it sends sees no answer."""


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    update: str = Field(min_length=8, max_length=64)
    locale: str = Field(default="en", max_length=35)
    aside: bool = False


class _Line(_Sent):
    kind: Literal["line"]
    text: str = Field(min_length=1, max_length=2000)


class _Press(_Sent):
    kind: Literal["press"]
    payload: str = Field(max_length=256)
    label: str = Field(default="", max_length=100)
    pressed: int = 0


class _Photo(_Sent):
    kind: Literal["photo"]
    problem: Literal["too_large"] | None = None


_SENT: TypeAdapter[_Line | _Press | _Photo] = TypeAdapter(
    Annotated[_Line | _Press | _Photo, Field(discriminator="kind")]
)


class EventError(Exception):
    """The body does not follow the contract."""


async def read_photo(part: BodyPartReader, reading: Reading) -> Photo:
    """Read a photo of at most `MAX_PHOTO_BYTES`; of a larger one nothing is kept."""
    kept, size = bytearray(), 0
    while chunk := await part.read_chunk(64 * 1024):
        size += len(chunk)
        reading.came(len(chunk), kept=size <= MAX_PHOTO_BYTES)
        if size <= MAX_PHOTO_BYTES:
            kept += chunk
        elif size <= MAX_PHOTO_BYTES + MAX_DISCARDED_BYTES:
            kept = bytearray()
        else:
            break
    return Photo(bytes(kept)) if size <= MAX_PHOTO_BYTES else Photo(problem="too_large")


async def _read_bounded(part: BodyPartReader) -> bytes:
    read = bytearray()
    while chunk := await part.read_chunk():
        read += chunk
        if len(read) > MAX_EVENT_BYTES:
            raise EventError("the event is too long")
    return bytes(read)


async def _parts(request: web.Request, reading: Reading) -> tuple[bytes, Photo | None]:
    """The JSON and the photo of a form; the photo must come last, so that nothing is read after it."""
    event = b""
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise EventError("nested parts")
        if part.name == "event":
            event = await _read_bounded(part)
        elif part.name == "photo":
            return event, await read_photo(part, reading)
    return event, None


def _asked(sent: _Line | _Press | _Photo, photo: bool) -> Asked:
    """As the person's other pages show it."""
    if isinstance(sent, _Press):
        return Asked(sent.update, {"text": sent.label, "pressed": sent.pressed}, sent.aside)
    text = sent.text if isinstance(sent, _Line) else ""
    return Asked(sent.update, {"text": text, "photo": photo or not text}, sent.aside)


def to_event(body: bytes, photo: Photo | None, person: str) -> tuple[Asked, Event]:
    """Translate one validated body.

    Raises:
        EventError: the body does not follow the contract.
    """
    try:
        sent = _SENT.validate_json(body)
    except ValidationError as error:
        raise EventError(f"{error.error_count()} fields do not follow the contract") from None
    return _asked(sent, photo is not None), _event(sent, photo, person)


def _event(sent: _Line | _Press | _Photo, photo: Photo | None, person: str) -> Event:
    # Bound to the person: nobody can use up an id that another's page will send.
    update = hashlib.sha256(f"{person} {sent.update}".encode()).hexdigest()[:32]
    origin = Origin(Person("web", person), person, sent.locale, update, can_share=True)
    if isinstance(sent, _Press):
        return Press(origin, sent.payload)
    if isinstance(sent, _Photo):
        return PhotoSent(origin, photo or Photo(problem=sent.problem or "bad_image"))
    if command := commands.split(sent.text):
        name, text = command
        return Command(origin, name, {"text": text} if text else {}, photo)
    return PhotoSent(origin, photo) if photo else TextSent(origin, sent.text)


async def read_event(request: web.Request, person: str, reading: Reading) -> tuple[Asked, Event]:
    """Read and translate a request.

    Raises:
        EventError: the body does not follow the contract.
        CrowdedError: too many photos are being read.
    """
    if request.content_type != "multipart/form-data":
        if request.content_type != "application/json":
            raise EventError("send JSON, or a form")
        return to_event(await request.read(), None, person)
    try:
        body, photo = await _parts(request, reading)
    except ValueError as error:
        raise EventError("not a form") from error
    return to_event(body, photo, person)
