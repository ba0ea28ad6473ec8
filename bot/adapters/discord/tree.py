"""Slash commands and the message menu from the core's table: English names, descriptions in each language."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.app_commands import locale_str

from bot.adapters.discord.answer import told
from bot.adapters.discord.handlers import Handlers
from bot.core.commands import COMMANDS, CommandSpec, Option
from bot.core.replies import Suggested
from bot.core.wording import LOCALES, pick, say

log = structlog.get_logger("typeface.discord")

FALLBACK = LOCALES[0]
CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
INSTALLS = app_commands.AppInstallationType(guild=True, user=True)
GUILDS = app_commands.AppCommandContext(guild=True)
INVITED = app_commands.AppInstallationType(guild=True)
"""What concerns a community is there where its admins have let us in, not where a person has brought us."""


class Texts(app_commands.Translator):
    """Gives Discord the translations of the texts that carry a key."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        language = pick(locale.value)
        return None if language == FALLBACK else say(language, string.extras["key"])


class Commands(app_commands.CommandTree[discord.Client]):
    """The tree; a command that Discord still offers and we no longer have is answered, not raised."""

    def __init__(self, client: discord.Client, handlers: Handlers) -> None:
        super().__init__(client)
        self._typeface = handlers

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        log.error("discord_command_broke", **told(error))
        if not interaction.response.is_done():
            answer = await self._typeface.begin(interaction)
            if answer is not None:
                await answer.tell("error-internal")


def _text(key: str) -> locale_str:
    return locale_str(say(FALLBACK, key), key=key)


def _choice(value: str) -> app_commands.Choice[str]:
    return app_commands.Choice(name=_text(f"choice-{value}"), value=value)


_KINDS: dict[str, Any] = {
    "text": str,
    "photo": discord.Attachment,
    "person": discord.User,
    "role": discord.Role,
}


def _parameter(option: Option) -> Parameter:
    value = _KINDS[option.kind]
    if option.required:
        return Parameter(option.name, Parameter.KEYWORD_ONLY, annotation=value)
    return Parameter(option.name, Parameter.KEYWORD_ONLY, default=None, annotation=value | None)


def _suggesting(kind: Suggested, handlers: Handlers) -> Any:
    async def complete(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        return [
            app_commands.Choice(name=one.label, value=one.value)
            for one in await handlers.suggest(interaction, kind, typed)
        ]

    return complete


def slash_command(spec: CommandSpec, handlers: Handlers) -> app_commands.Command[Any, ..., None]:
    """The library reads options from a callback's signature, so the callback is given that of the table."""

    async def callback(
        interaction: discord.Interaction[Any], **given: str | discord.Attachment | None
    ) -> None:
        await handlers.command(interaction, spec.name, {k: v for k, v in given.items() if v is not None})

    first = Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction)
    vars(callback)["__signature__"] = Signature([first, *map(_parameter, spec.options)])
    texts = {option.name: _text(f"option-{spec.name}-{option.name}") for option in spec.options}
    choices = {
        option.name: [_choice(value) for value in option.choices]
        for option in spec.options
        if option.choices and not option.suggest
    }
    app_commands.describe(**texts)(callback)
    app_commands.choices(**choices)(callback)
    suggesting = {one.name: _suggesting(one.suggest, handlers) for one in spec.options if one.suggest}
    app_commands.autocomplete(**suggesting)(callback)
    if spec.may == "admin":
        app_commands.default_permissions(manage_guild=True)(callback)
    return app_commands.Command(
        name=spec.name,
        description=_text(f"command-{spec.name}"),
        callback=callback,
        allowed_contexts=GUILDS if spec.community else CONTEXTS,
        allowed_installs=INVITED if spec.community else INSTALLS,
        auto_locale_strings=False,
    )


def message_menu(handlers: Handlers) -> app_commands.ContextMenu:
    """The menu entry of a message: blend this photo."""

    async def callback(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await handlers.blend(interaction, message)

    parts = [
        Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction),
        Parameter("message", Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Message),
    ]
    vars(callback)["__signature__"] = Signature(parts)
    return app_commands.ContextMenu(
        name=_text("context-blend"), callback=callback, allowed_contexts=CONTEXTS, allowed_installs=INSTALLS
    )


def user_menu(handlers: Handlers) -> app_commands.ContextMenu:
    """The menu entry of a person: a picture together."""

    async def callback(interaction: discord.Interaction[Any], friend: discord.User) -> None:
        await handlers.together(interaction, friend)

    parts = [
        Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction),
        Parameter("friend", Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.User),
    ]
    vars(callback)["__signature__"] = Signature(parts)
    return app_commands.ContextMenu(
        name=_text("context-us"), callback=callback, allowed_contexts=CONTEXTS, allowed_installs=INSTALLS
    )


def build_tree(client: discord.Client, handlers: Handlers) -> Commands:
    tree = Commands(client, handlers)
    for spec in COMMANDS:
        if "discord" in spec.platforms:
            tree.add_command(slash_command(spec, handlers))
    tree.add_command(message_menu(handlers))
    tree.add_command(user_menu(handlers))
    return tree
