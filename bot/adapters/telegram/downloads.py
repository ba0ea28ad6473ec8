"""What hangs on a message, and its bytes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog
from telegram import Bot, Document, Message, MessageOriginUser
from telegram.error import BadRequest, TelegramError

from bot.adapters.telegram.delivery import GoneError, insist
from bot.core.events import MAX_PHOTO_BYTES, Photo

log = structlog.get_logger("typeface.telegram")
DOWNLOADS_AT_ONCE = 4
"""Bounds the memory that pictures on their way take, 20 MB each at most."""


@dataclass(frozen=True)
class Attachment:
    """A file that can be fetched, or why it will not be."""

    file_id: str = field(default="", repr=False)
    problem: str | None = None


def _of_document(document: Document) -> Attachment:
    if not (document.mime_type or "").startswith("image/"):
        return Attachment(problem="not_a_photo")
    if (document.file_size or 0) > MAX_PHOTO_BYTES:
        return Attachment(problem="too_large")
    return Attachment(document.file_id)


def attachment(message: Message) -> Attachment | None:
    """The message's picture; stickers, films, voices and the like are none. None when nothing hangs on."""
    found = _picture(message)
    if found and not found.problem and _passed_on(message):
        return Attachment(problem="forwarded")
    return found


def _picture(message: Message) -> Attachment | None:
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Attachment(largest.file_id)
    if message.document and not message.animation:  # a film comes with a `document` beside it
        return _of_document(message.document)
    other = message.effective_attachment or message.checklist
    return Attachment(problem="not_a_photo") if other else None


def _passed_on(message: Message) -> bool:
    """Whether it may be somebody else's: forwarded, unless from oneself, or found by another bot."""
    origin, sender = message.forward_origin, message.from_user
    if isinstance(origin, MessageOriginUser) and sender and origin.sender_user.id == sender.id:
        return False
    return origin is not None or message.via_bot is not None


class Downloads:
    """The bytes of attachments, a few at a time."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._places = asyncio.Semaphore(DOWNLOADS_AT_ONCE)

    async def fetch(self, attached: Attachment) -> Photo:
        """The bytes, or a photo with a `problem`: `too_large`, `bad_image` or `photo_gone`."""
        if attached.problem:
            return Photo(problem=attached.problem)
        try:
            async with self._places:
                data = await self._download(attached.file_id)
        except BadRequest as error:
            return Photo(problem="too_large" if "too big" in error.message else "photo_gone")
        except (TelegramError, GoneError) as error:
            log.warning("photo could not be fetched", error=type(error).__name__)
            return Photo(problem="photo_gone")
        return Photo(data) if len(data) <= MAX_PHOTO_BYTES else Photo(problem="too_large")

    async def _download(self, file_id: str) -> bytes:
        file = await insist(lambda: self._bot.get_file(file_id))
        return bytes(await insist(file.download_as_bytearray))
