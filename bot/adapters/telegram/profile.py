"""What Telegram shows of the bot before anyone has written to it: the commands' menu and the description."""

from __future__ import annotations

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.core.commands import COMMANDS
from bot.core.wording import LOCALES, say

log = structlog.get_logger("typeface.telegram")


async def introduce(bot: Bot) -> None:
    """Set the menu and the description in every language; the first language is everyone else's, too.

    A bot without its menu works, so a refusal is told in the log and no more.
    """
    for locale in LOCALES:
        language = None if locale == LOCALES[0] else locale
        try:
            await _introduce(bot, locale, language)
        except TelegramError as error:
            log.warning("menu not set", error=type(error).__name__, language=locale)


async def _introduce(bot: Bot, locale: str, language: str | None) -> None:
    menu = [(spec.name, say(locale, f"command-{spec.name}")[:256]) for spec in COMMANDS]
    if [(c.command, c.description) for c in await bot.get_my_commands(language_code=language)] != menu:
        await bot.set_my_commands(menu, language_code=language)
    description = say(locale, "bot-description")
    if (await bot.get_my_description(language_code=language)).description != description[:512]:
        await bot.set_my_description(description[:512], language_code=language)
        await bot.set_my_short_description(description[:120], language_code=language)
