"""What is done on each kind of update: acknowledge, translate, let the desk answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import discord
import structlog

from bot.adapters.discord import events, render
from bot.adapters.discord.answer import Answer, Trouble
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.downloads import Downloads
from bot.adapters.discord.render import payload
from bot.core.discretion import told
from bot.core.events import Event, Photo
from bot.core.languages import Voice
from bot.core.ports import Suggests
from bot.core.replies import Suggested, Suggestion

SUGGEST_SECONDS = 1.5
"""Discord waits three."""
log = structlog.get_logger("typeface.discord")


class Handlers:
    """What people do on Discord."""

    def __init__(self, desk: Desk, downloads: Downloads, suggestions: Suggests | None) -> None:
        self._desk, self._downloads, self._suggestions = desk, downloads, suggestions
        self._locales = events.Locales()

    async def begin(self, interaction: discord.Interaction[Any]) -> Answer | None:
        """Acknowledge what came; None when that is refused."""
        self._locales.remember(interaction)
        return await Answer.defer(interaction, self._desk.core)

    async def command(self, interaction: discord.Interaction[Any], name: str, given: events.Given) -> None:
        """A slash command, perhaps with a photo."""
        if answer := await self.begin(interaction):
            await self._command(interaction, answer, name, given)

    async def blend(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """The menu entry on a message: one's own photo only."""
        if not (answer := await self.begin(interaction)):
            return
        attached = events.first_photo(message.attachments)
        if message.author.id != interaction.user.id:
            await answer.tell("discord-not-your-photo")
        elif attached is None:
            await answer.tell("discord-no-photo")
        else:
            await self._command(interaction, answer, "me", {"photo": attached})

    async def suggest(
        self, interaction: discord.Interaction[Any], kind: Suggested, typed: str
    ) -> Sequence[Suggestion]:
        """What is offered while an option is typed; nothing rather than too late, or a failure."""
        if self._suggestions is None:
            return ()
        try:
            async with asyncio.timeout(SUGGEST_SECONDS):
                return await self._suggestions.of(events.origin(interaction), kind, typed)
        except TimeoutError:
            return ()
        except Exception as error:
            log.error("discord_suggestions_broke", error=told(error))
            return ()

    async def together(
        self, interaction: discord.Interaction[Any], friend: discord.User | discord.Member
    ) -> None:
        """The menu entry on a person."""
        await self.command(interaction, "us", {"friend": friend})

    async def press(self, interaction: discord.Interaction[Any]) -> None:
        """A button or a filled form of ours, from before a restart too: all that it means is in its custom_id."""
        form = await render.form(
            events.pressed(interaction), Voice(self._desk.core, events.origin(interaction))
        )
        if form is not None and interaction.type is discord.InteractionType.component:
            with suppress(*Trouble):  # too late, or delivered twice: the button is still there
                await interaction.response.send_modal(form)
            return

        async def translate() -> Event:
            return events.press(interaction, payload(events.pressed(interaction)))

        if answer := await self.begin(interaction):
            await self._desk.serve(answer, translate)

    async def message(self, message: discord.Message) -> None:
        """A direct message; nothing else is listened to."""
        channel = message.channel
        if not isinstance(channel, discord.DMChannel) or message.author.bot or message.is_system():
            return
        where = events.in_private(message, self._locales.of(message.author.id))
        attached = events.first_photo(message.attachments) or next(iter(message.attachments), None)

        async def translate() -> Event:
            with suppress(*Trouble):
                await channel.typing()
            return events.direct_message(where, message.content, await self._photo(attached))

        await self._desk.serve(Answer.in_channel(channel, Voice(self._desk.core, where)), translate)

    async def _command(
        self, interaction: discord.Interaction[Any], answer: Answer, name: str, given: events.Given
    ) -> None:
        attached = next((item for item in given.values() if isinstance(item, discord.Attachment)), None)

        async def translate() -> Event:
            return events.command(interaction, name, given, await self._photo(attached))

        await self._desk.serve(answer, translate)

    async def _photo(self, attached: discord.Attachment | None) -> Photo | None:
        return None if attached is None else await self._downloads.photo(attached)
