"""Messages wait here for their turn, before Telegram has to refuse one.

The library's own `AIORateLimiter` fits badly: it knows nothing of the limit of a private chat, counts when a message
was sent and not when Telegram got it, lets a group have nearly twice its messages in a minute (20 at once, and those
that the minute brings), lets progress wait in the same line as answers, and stops everybody after one refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.adapters.telegram.delivery import seconds_of
from bot.core.turns import Rate, Turns

COUNTED = re.compile(r"send(?!ChatAction)|editMessage|copyMessage|forwardMessage")
"""What Telegram counts as a message. Answers to buttons and inline questions, downloads and deletions are none."""


EVERY, CHAT, GROUP = Rate(30, 1), Rate(5, 5), Rate(20, 60)


@dataclass(frozen=True)
class Limits:
    """Telegram's: in all, in one chat (one a second; a few may come at once), and in one group."""

    every: Rate = EVERY
    chat: Rate = CHAT
    group: Rate = GROUP

    def of(self, chat: Hashable) -> Sequence[Rate]:
        """Groups and channels have negative ids, or names."""
        private = isinstance(chat, int) and chat > 0
        return (self.chat,) if private else (self.chat, self.group)


class Budget(BaseRateLimiter[None]):
    """Fulfils the library's rate limiter: every call of the bot passes it, whoever makes it."""

    def __init__(self, limits: Limits) -> None:
        self._turns = Turns(limits.every, limits.of)

    def spare(self, chat: int) -> bool:
        """Whether progress may be shown there now. It is left out, never queued: answers go first."""
        return self._turns.spare(chat)

    async def initialize(self) -> None:
        """Nothing is needed."""

    async def shutdown(self) -> None:
        """Nothing is held."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        """Make the call in its turn. A chat where Telegram refuses it all the same is silent for as long as it says."""
        if not COUNTED.match(endpoint):
            return await callback(*args, **kwargs)
        chat = data["chat_id"]
        async with self._turns.turn(chat):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                self._turns.hush(chat, seconds_of(error))
                raise
