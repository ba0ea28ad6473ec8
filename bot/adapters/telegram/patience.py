"""Who waits for an answer that waits for its turn is shown that it comes: "typing", or "sending a photo".

A group gets twenty messages a minute, so an answer may wait for a while. Such an action is no message: it counts for
nothing, and is gone after five seconds, or when the message is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.adapters.telegram.updates import Place
from bot.core.ports import Clock

AFTER_SECONDS = 1.0
EVERY_SECONDS = 5.0
"""One a chat in so long, however many answers wait there."""
_ACTIONS = {
    "photo": ChatAction.UPLOAD_PHOTO,
    "media": ChatAction.UPLOAD_PHOTO,
    "animation": ChatAction.UPLOAD_VIDEO,
    "document": ChatAction.UPLOAD_DOCUMENT,
}


class Patience:
    """Knows in which chats an action is shown now."""

    def __init__(self, bot: Bot, clock: Clock = time) -> None:
        self._bot, self._clock = bot, clock
        self._until: dict[int, float] = {}

    @contextlib.asynccontextmanager
    async def at(self, place: Place, content: Iterable[str]) -> AsyncIterator[None]:
        """While this lasts, the action that belongs to a message with this `content` is shown."""
        action = next((_ACTIONS[name] for name in content if name in _ACTIONS), ChatAction.TYPING)
        telling = asyncio.get_running_loop().create_task(self._tell(place, action))
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)

    async def _tell(self, place: Place, action: ChatAction) -> None:
        await asyncio.sleep(AFTER_SECONDS)
        while True:
            now = self._clock.monotonic()
            shown = {chat: until for chat, until in self._until.items() if until > now}
            if place.chat not in shown:
                shown[place.chat] = now + EVERY_SECONDS
                self._until = shown
                with contextlib.suppress(TelegramError):
                    await self._bot.send_chat_action(place.chat, action, message_thread_id=place.thread)
            await asyncio.sleep(shown[place.chat] - now)
