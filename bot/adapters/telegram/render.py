"""The core's replies as Telegram messages: one progress message that is edited, then the answer.

All texts are plain: no parse mode is ever set, so nothing that a person typed can become markup.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import structlog
from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import MessageLimit
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot.adapters.telegram.budget import Budget
from bot.adapters.telegram.delivery import GoneError, insist, is_gone
from bot.adapters.telegram.patience import Patience
from bot.adapters.telegram.updates import Place, Pressed
from bot.core.languages import Voice
from bot.core.pieces import length, pieces
from bot.core.replies import Button, Menu, Picture, Progress, Reply, Shown, Text

log = structlog.get_logger("typeface.telegram")
T = TypeVar("T")
NOT_OURS = ("message to edit not found", "message can't be edited", "message_id_invalid")
MAX_TEXT = int(MessageLimit.MAX_TEXT_LENGTH)
MAX_CAPTION = int(MessageLimit.CAPTION_LENGTH)
PLAIN: dict[str, Any] = {"link_preview_options": LinkPreviewOptions(is_disabled=True)}


def keyboard(menu: Menu) -> InlineKeyboardMarkup | None:
    """Payloads pass through: the core keeps them within the 64 bytes that Telegram takes."""
    rows = [[_button(button) for button in row] for row in menu if row]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(button: Button) -> InlineKeyboardButton:
    style = None if button.style == "secondary" else button.style  # Telegram's plain style has no name
    return InlineKeyboardButton(button.label, callback_data=button.payload, style=style)


@dataclass(frozen=True)
class Post:
    """What all answers go through. `heard` is told when Telegram says that a group has another id now."""

    bot: Bot
    budget: Budget
    patience: Patience
    heard: Callable[[int, int], None]


class Answer:
    """The answer to one event, in one place. `postscripts` are sentences of our own that end its first message."""

    def __init__(self, post: Post, place: Place, voice: Voice, postscripts: tuple[str, ...]) -> None:
        self._post, self._bot = post, post.bot
        self._place = place
        self._voice = voice
        self._postscripts = postscripts
        self._progress: Message | None = None
        self._pictured = False
        self._previews, self._quiet = True, False

    async def show(self, reply: Reply) -> None:
        """Raises `GoneError` when nothing can be said there any more."""
        if isinstance(reply, Progress):
            await self._edit(reply)
        elif isinstance(reply, Text):
            stays = reply.stays and not await self._removed()
            text = await self._signed(reply.stays if stays else reply.text)
            if not (reply.instead and await self._rewritten(text, reply.rows)):
                await self._say(text, reply.rows)
            await self.tidy()
        else:
            # Telegram has no alternative text: the caption tells what is to be seen.
            text = await self._signed(reply.text or reply.picture.alt)
            if not (reply.instead and await self._repainted(reply, text)):
                await self._picture(reply, text)
            await self.tidy()

    async def _removed(self) -> bool:
        """Take away the message whose button was pressed, or find it gone; in a private chat nobody else sees it."""
        message = self._place.reply_to
        if message is None:
            return True
        try:
            await insist(lambda: self._bot.delete_message(self._place.chat, message))
        except TelegramError as error:
            log.info("message not removed", error=type(error).__name__)
            return "not found" in error.message.lower()
        return True

    async def tidy(self) -> None:
        """Take the progress message away; the answer stands below it."""
        if (message := self._progress) is not None:
            self._progress, self._pictured = None, False
            await self._attempt(lambda: insist(message.delete))

    async def interrupted(self) -> None:
        """We are being stopped: a progress message that nobody will edit again says so."""
        if (message := self._progress) is not None:
            text = await self._voice.say("error-stopping")
            edit = message.edit_caption if self._pictured else message.edit_text
            await self._attempt(lambda: edit(text))

    async def tell(self, key: str) -> None:
        """Say one of the platform's own sentences."""
        await self._say(await self._voice.say(key), ())

    async def _rewritten(self, text: str, menu: Menu) -> bool:
        """Put words in the place of those under which a button was pressed; a picture cannot become words."""
        at = self._place.pressed
        if at is None or not at.text or length(text) > MAX_TEXT:
            return False
        return await self._changed(self._bot.edit_message_text, at, keyboard(menu), text=text, **PLAIN)

    async def _repainted(self, reply: Shown, text: str) -> bool:
        """Put a picture in the place of the message whose button was pressed."""
        at, picture = self._place.pressed, reply.picture
        if at is None or length(text) > MAX_CAPTION:
            return False
        media = InputMediaPhoto(
            picture.data, text or None, filename=picture.name, has_spoiler=picture.spoiler
        )
        return await self._changed(self._bot.edit_message_media, at, keyboard(reply.rows), media=media)

    async def _changed(
        self,
        edit: Callable[..., Awaitable[Any]],
        at: Pressed,
        markup: InlineKeyboardMarkup | None,
        **content: Any,
    ) -> bool:
        """Insist on `edit`, once in an answer; False where Telegram does not let the message be changed."""
        place, self._place = self._place, replace(self._place, pressed=None)
        where: dict[str, Any] = {"chat_id": place.chat, "message_id": at.message, "reply_markup": markup}
        try:
            async with self._post.patience.at(place, content):
                await insist(lambda: edit(**where, **content))
        except ChatMigrated as error:
            self._move(error.new_chat_id)
            return False
        except BadRequest as error:
            same = "not modified" in error.message
            if not same:
                log.info("message not changed", error=error.message)
            return same
        return True

    def _where(self) -> dict[str, Any]:
        reply = self._place.reply_to
        return {
            "chat_id": self._place.chat,
            "message_thread_id": self._place.thread,
            "reply_parameters": ReplyParameters(reply, allow_sending_without_reply=True) if reply else None,
        }

    async def _deliver(self, send: Callable[..., Awaitable[T]], **content: Any) -> T:
        """Insist on `send`, also into the supergroup that the group has become meanwhile."""
        async with self._post.patience.at(self._place, content):
            try:
                return await insist(lambda: send(**self._where(), **content))
            except ChatMigrated as error:
                self._move(error.new_chat_id)
                return await insist(lambda: send(**self._where(), **content))

    def _move(self, new: int) -> None:
        """Go on in the supergroup."""
        old, self._place = self._place.chat, self._place.moved(new)
        self._progress, self._pictured, self._previews = None, False, True
        self._post.heard(old, new)

    async def _say(self, text: str, menu: Menu) -> None:
        *heads, last = pieces(text, MAX_TEXT)
        for head in heads:
            await self._deliver(self._bot.send_message, text=head, **PLAIN)
        await self._deliver(self._bot.send_message, text=last, reply_markup=keyboard(menu), **PLAIN)

    async def _signed(self, text: str) -> str:
        """The text with what has not been said yet."""
        keys, self._postscripts = self._postscripts, ()
        return "\n\n".join([text, *[await self._voice.say(key) for key in keys]])

    async def _picture(self, reply: Shown, text: str) -> None:
        fits = length(text) <= MAX_CAPTION
        caption = {"caption": text or None, "reply_markup": keyboard(reply.rows)} if fits else {}
        if not await self._upload(reply.picture, caption, whole=reply.whole):
            refused = await self._voice.say("telegram-no-picture")
            await self._say(f"{refused}\n\n{text}".strip(), reply.rows)
        elif not fits:
            await self._say(text, reply.rows)

    async def _upload(self, picture: Picture, caption: dict[str, Any], *, whole: bool) -> bool:
        """As a photo, or as a file where it is to stay whole or Telegram cannot make a photo of it.

        False where pictures are refused.
        """
        file = {"filename": picture.name, **caption}
        try:
            if picture.media_type == "video/mp4":
                await self._deliver(
                    self._bot.send_animation, animation=picture.data, has_spoiler=picture.spoiler, **file
                )
                return True
            if not whole:
                await self._deliver(
                    self._bot.send_photo, photo=picture.data, has_spoiler=picture.spoiler, **file
                )
                return True
        except BadRequest as error:
            log.warning("photo refused", error=error.message)
        try:
            await self._deliver(self._bot.send_document, document=picture.data, **file)
        except BadRequest as error:
            log.warning("file refused", error=error.message)
            return False
        return True

    async def _edit(self, reply: Progress) -> None:
        """Show how far the work is. Left out rather than queued while there is hardly room for answers."""
        text, markup = reply.drawn, keyboard(reply.menu)
        if self._quiet or not self._post.budget.spare(self._place.chat):
            return
        message = self._progress
        if message is None:
            content = {"text": text, "reply_markup": markup, **self._where()}
            self._progress = await self._attempt(lambda: self._bot.send_message(**content))
        elif reply.preview and self._previews:
            media = InputMediaPhoto(
                reply.preview.data,
                caption=text,
                filename=reply.preview.name,
                has_spoiler=reply.preview.spoiler,
            )
            self._previews = False  # until it is known that they work here
            if await self._attempt(lambda: message.edit_media(media, reply_markup=markup)):
                self._pictured = self._previews = True
        elif self._pictured:
            await self._attempt(lambda: message.edit_caption(text, reply_markup=markup))
        else:
            await self._attempt(lambda: message.edit_text(text, reply_markup=markup))

    async def _attempt(self, call: Callable[[], Awaitable[T]]) -> T | None:
        """Call once; what does not work is let be, except that a person who is gone ends the answer."""
        try:
            return await call()
        except ChatMigrated as error:
            self._move(error.new_chat_id)
        except TelegramError as error:
            if is_gone(error):
                raise GoneError from error
            # Somebody took the message away: no more progress, but the end still comes.
            self._quiet = self._quiet or any(words in error.message.lower() for words in NOT_OURS)
            if "not modified" not in error.message:
                log.info("progress not shown", error=type(error).__name__)
        return None
