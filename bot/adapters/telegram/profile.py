"""What Telegram shows of the bot before anyone has written to it: the commands' menus and the description."""

from __future__ import annotations

import structlog
from telegram import (
    Bot,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
)
from telegram.error import TelegramError

from bot.core.commands import COMMANDS, CommandSpec
from bot.core.wording import LOCALES, say

log = structlog.get_logger("typeface.telegram")
_OURS = tuple(spec for spec in COMMANDS if "telegram" in spec.platforms)
_EVERYONES = tuple(spec for spec in _OURS if spec.may == "anyone")
MENUS: tuple[tuple[BotCommandScope, tuple[CommandSpec, ...]], ...] = (
    (BotCommandScopeAllPrivateChats(), tuple(spec for spec in _EVERYONES if not spec.community)),
    (BotCommandScopeAllGroupChats(), _EVERYONES),
    (BotCommandScopeAllChatAdministrators(), tuple(spec for spec in _OURS if spec.may != "owner")),
)
"""Who is offered which commands. What is in nobody's menu, such as the owner's, works all the same."""


async def introduce(bot: Bot) -> None:
    """Set the menus and the description in every language; the first language is everyone else's, too.

    A bot without its menu works, so a refusal is told in the log and no more.
    """
    for locale in LOCALES:
        language = None if locale == LOCALES[0] else locale
        try:
            for scope, specs in MENUS:
                await _offer(bot, scope, specs, locale, language)
            await _describe(bot, locale, language)
        except TelegramError as error:
            log.warning("menu not set", error=type(error).__name__, language=locale)


async def _offer(
    bot: Bot, scope: BotCommandScope, specs: tuple[CommandSpec, ...], locale: str, language: str | None
) -> None:
    menu = [(spec.name, say(locale, f"command-{spec.name}")[:256]) for spec in specs]
    there = await bot.get_my_commands(scope=scope, language_code=language)
    if [(c.command, c.description) for c in there] != menu:
        await bot.set_my_commands(menu, scope=scope, language_code=language)


async def _describe(bot: Bot, locale: str, language: str | None) -> None:
    description = say(locale, "bot-description")
    if (await bot.get_my_description(language_code=language)).description != description[:512]:
        await bot.set_my_description(description[:512], language_code=language)
        await bot.set_my_short_description(description[:120], language_code=language)
