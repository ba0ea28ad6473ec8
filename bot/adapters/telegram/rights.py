"""Who manages a group, as Telegram tells it: its creator, and administrators who may manage it or change its info."""

from __future__ import annotations

import time
from collections import OrderedDict

import structlog
from telegram import Bot, ChatMemberAdministrator, ChatMemberOwner
from telegram.error import ChatMigrated, TelegramError

from bot.core.ports import Clock

log = structlog.get_logger("typeface.telegram")
FRESH_SECONDS = 60.0
"""So long an answer is believed: an admin who left is none any more a minute later."""
KEPT = 1000


class Rights:
    """Asks Telegram at what only admins may do, and at nothing else."""

    def __init__(self, bot: Bot, clock: Clock = time) -> None:
        self._bot = bot
        self._clock = clock
        self._told: OrderedDict[tuple[int, int], tuple[bool, float]] = OrderedDict()

    async def manages(self, chat: int, user: int) -> bool:
        """Whether `user` manages `chat` now; nobody does while Telegram does not answer."""
        key = (chat, user)
        manages, until = self._told.get(key, (False, 0.0))
        if self._clock.monotonic() < until:
            return manages
        try:
            member = await self._bot.get_chat_member(chat, user)
        except ChatMigrated as error:
            return await self.manages(error.new_chat_id, user)
        except TelegramError as error:
            log.warning("rights not told", error=type(error).__name__)
            self._told.pop(key, None)
            return False
        manages = isinstance(member, ChatMemberOwner) or (
            isinstance(member, ChatMemberAdministrator) and (member.can_manage_chat or member.can_change_info)
        )
        self._told[key] = manages, self._clock.monotonic() + FRESH_SECONDS
        self._told.move_to_end(key)
        while len(self._told) > KEPT:
            self._told.popitem(last=False)
        return manages

    def managed(self, chat: int, user: int) -> bool:
        """Whether `user` has managed `chat` when asked last: what they write may answer an admin's question."""
        return self._told.get((chat, user), (False, 0.0))[0]
