"""How hard a call to Telegram is tried: an answer is insisted on, an edit of the progress message is not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import structlog
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.settings import SettingsError

log = structlog.get_logger("typeface.telegram")
T = TypeVar("T")
PAUSES = (0.5, 2.0, 5.0, 10.0, 20.0)
"""Seconds before an answer that did not get through is sent again; then it is given up."""
LONGEST_SILENCE = 120.0
"""Seconds of silence, all that Telegram asks for together, that an answer is held back for."""
LONGEST_PAUSE = 30.0
NO_CHAT = (
    "chat not found",
    "user is deactivated",
    "no rights to send a message",
    "chat_write_forbidden",
)


class GoneError(Exception):
    """Nothing can be said there any more: the person blocked the bot, or the bot was put out of the chat."""


def seconds_of(error: RetryAfter) -> float:
    """For how long Telegram asks for silence."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, timedelta) else float(after)


def is_gone(error: TelegramError) -> bool:
    return isinstance(error, Forbidden) or (
        isinstance(error, BadRequest) and any(words in error.message.lower() for words in NO_CHAT)
    )


async def insist(call: Callable[[], Awaitable[T]]) -> T:
    """Call, waiting out flood limits and short breaks of the network.

    Raises:
        GoneError: nothing can be said there any more.
        TelegramError: Telegram refuses the call (`BadRequest`), or does not answer.
    """
    pauses, silence = iter(PAUSES), 0.0
    while True:
        try:
            return await call()
        except RetryAfter as error:
            wait = seconds_of(error) + 0.2
            silence += wait
            if silence > LONGEST_SILENCE:
                raise
        except TelegramError as error:
            if is_gone(error):
                raise GoneError from error
            if isinstance(error, BadRequest) or not isinstance(error, NetworkError):
                raise
            if not (wait := next(pauses, 0.0)):
                raise
        await asyncio.sleep(wait)


async def until_answered(call: Callable[[], Awaitable[T]], pause: float = 0.5) -> T:
    """Call until Telegram answers: at start a network that is not up yet must not keep the bot down for good.

    Raises:
        SettingsError: Telegram refuses the token or the request.
    """
    while True:
        try:
            return await call()
        except InvalidToken:
            # From None: the library's message holds the token.
            raise SettingsError(
                "TELEGRAM_TOKEN is refused by Telegram: copy it again from @BotFather."
            ) from None
        except BadRequest as error:
            raise SettingsError(f"Telegram refuses the bot's settings: {error.message}") from None
        except RetryAfter as error:
            pause = seconds_of(error)
        except TelegramError as error:
            log.info("telegram does not answer; trying again", error=type(error).__name__, pause=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


async def acknowledge(bot: Bot, query_id: str, text: str | None = None) -> None:
    """Stop the button's spinner, perhaps with a word (at most 200 characters) over it.

    Too late, or twice, does no harm: the press itself counts all the same.
    """
    with contextlib.suppress(TelegramError):
        await bot.answer_callback_query(query_id, text)
