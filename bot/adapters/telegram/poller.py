"""Long polling: one request that waits for updates, again and again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError, TimedOut

from bot.adapters.telegram.delivery import LONGEST_PAUSE, seconds_of
from bot.adapters.telegram.transport import Transport

log = structlog.get_logger("typeface.telegram")
WAIT_SECONDS = 25
KINDS = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member")
"""The kinds of updates that we ask for; Telegram remembers them."""
Deliver = Callable[[Mapping[str, Any]], None]


class Poller:
    """Hands each update on and confirms it with the next request.

    The library's own poller starts over for ever on an update that it cannot read, and logs its content;
    this one takes updates as plain JSON, and leaves it to `deliver` to skip one.
    """

    def __init__(self, bot: Bot, deliver: Deliver) -> None:
        self._url = f"{bot.base_url}/getUpdates"
        self._deliver = deliver
        self._request = Transport(WAIT_SECONDS + 10)
        self._next = 0
        self._trouble = ""
        self._conflict = False

    async def run(self) -> None:
        """Poll until cancelled, or until Telegram does not know the token any more."""
        pause = 0.0
        await self._request.initialize()
        while True:
            try:
                await self._poll(WAIT_SECONDS)
            except InvalidToken:
                log.error("telegram refuses the token now; its bot stands still until it is started anew")
                return
            except Exception as error:  # whatever a proxy in between makes of the answer: polling goes on
                pause = self._after(error, pause)
            else:
                self._say_trouble("")
                pause = 0.0
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Confirm what was handed on, so that it does not come again at the next start."""
        try:
            if self._next:
                await asyncio.wait_for(self._poll(0, limit=1, deliver=False), 3)
        except (TelegramError, TimeoutError) as error:
            log.info("last updates not confirmed; they may come again", error=type(error).__name__)
        finally:
            await self._request.shutdown()

    async def _poll(self, wait: int, limit: int = 100, deliver: bool = True) -> None:
        asked = {"offset": self._next, "limit": limit, "timeout": wait, "allowed_updates": json.dumps(KINDS)}
        updates = await self._request.post(f"{self._url}?{urlencode(asked)}")
        assert isinstance(updates, list)
        for update in updates if deliver else ():
            self._next = int(update["update_id"]) + 1
            self._deliver(update)

    def _after(self, error: Exception, pause: float) -> float:
        """Say what is wrong, once, and for how long to wait."""
        if isinstance(error, TimedOut):
            return 0.5
        if isinstance(error, Conflict):
            self._say_conflict()
        else:
            self._say_trouble(f"telegram does not answer ({type(error).__name__}); trying on")
        if isinstance(error, RetryAfter):
            return seconds_of(error)
        return min(max(2 * pause, 0.5), LONGEST_PAUSE)

    def _say_conflict(self) -> None:
        """Two pollers throw each other out in turns: once is enough."""
        if not self._conflict:
            self._conflict = True
            log.warning(
                "another program polls with the same token, and takes a part of the updates; trying on"
            )

    def _say_trouble(self, trouble: str) -> None:
        if trouble != self._trouble:
            self._trouble = trouble
            log.warning(trouble or "telegram answers again")
