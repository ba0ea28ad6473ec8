"""Discord's updates as events of the core."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import discord

from bot.core.events import Command, Origin, Person, Photo, PhotoSent, Press, TextSent

Given = Mapping[str, str | discord.Attachment | discord.User | discord.Member | discord.Role]


def is_shared(interaction: discord.Interaction[Any]) -> bool:
    """Whether others read along: everywhere but in the direct messages between the asker and the bot."""
    return interaction.guild_id is not None or bool(interaction.context.private_channel)


def origin(interaction: discord.Interaction[Any]) -> Origin:
    """Replies can be hidden wherever others read along."""
    shared = is_shared(interaction)
    return Origin(
        Person("discord", str(interaction.user.id)),
        chat=str(interaction.channel_id or interaction.user.id),
        locale=str(interaction.locale),
        update=f"i{interaction.id}",
        shared=shared,
        can_hide=shared,
        community=None if interaction.guild_id is None else str(interaction.guild_id),
        name=interaction.user.display_name,
        handle=interaction.user.name,
        admin=interaction.guild_id is not None and interaction.permissions.manage_guild,
        owner=_owns(interaction),
        roles=_roles(interaction.user),
        channel=_channel(interaction),
    )


def _owns(interaction: discord.Interaction[Any]) -> bool:
    """Whether the application is this person's, or their team's."""
    application = getattr(interaction.client, "application", None)
    if application is None:
        return False
    people = application.team.members if application.team else [application.owner]
    return interaction.user.id in {person.id for person in people}


def _roles(user: discord.User | discord.Member) -> tuple[str, ...]:
    """As the interaction tells them: `Member.roles` knows only those of guilds that are cached, and none is."""
    return tuple(map(str, user._roles)) if isinstance(user, discord.Member) else ()


def _channel(interaction: discord.Interaction[Any]) -> str:
    """The channel that a thread hangs in."""
    thread = interaction.channel
    return str(thread.parent_id) if isinstance(thread, discord.Thread) else ""


def command(interaction: discord.Interaction[Any], name: str, given: Given, photo: Photo | None) -> Command:
    options = {
        key: value if isinstance(value, str) else str(value.id)
        for key, value in given.items()
        if not isinstance(value, discord.Attachment)
    }
    return Command(origin(interaction), name, options, photo)


def pressed(interaction: discord.Interaction[Any]) -> str:
    """The custom_id of a button, or the value that was chosen in a select."""
    data: Mapping[str, Any] = interaction.data or {}
    values = data.get("values")
    return str(values[0]) if isinstance(values, list) and values else str(interaction.custom_id or "")


def written(interaction: discord.Interaction[Any]) -> str | None:
    """What stands in the one field of a form; None for what is no form."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return None
    data: Mapping[str, Any] = interaction.data or {}
    for row in data.get("components", []):
        for field in [row.get("component"), *row.get("components", [])]:
            if field and "value" in field:
                return str(field["value"])
    return ""


def press(interaction: discord.Interaction[Any], payload: str) -> Press:
    return Press(origin(interaction), payload, written(interaction))


def in_private(message: discord.Message, locale: str) -> Origin:
    """Where a person writes to the bot alone."""
    return Origin(
        Person("discord", str(message.author.id)),
        chat=str(message.channel.id),
        locale=locale,
        update=f"m{message.id}",
        name=message.author.display_name,
        handle=message.author.name,
    )


def direct_message(where: Origin, text: str, photo: Photo | None) -> PhotoSent | TextSent:
    """What a person wrote to the bot alone."""
    return TextSent(where, text) if photo is None else PhotoSent(where, photo)


def first_photo(attachments: list[discord.Attachment]) -> discord.Attachment | None:
    """The first attachment that says it is a picture."""
    return next((item for item in attachments if (item.content_type or "").startswith("image/")), None)


class Locales:
    """The language of people whose interactions we saw, since messages do not tell it. In memory, bounded.

    Of others the core knows it, when they have been here before.
    """

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._known: OrderedDict[int, str] = OrderedDict()

    def remember(self, interaction: discord.Interaction[Any]) -> None:
        self._known[interaction.user.id] = str(interaction.locale)
        self._known.move_to_end(interaction.user.id)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def of(self, user_id: int) -> str:
        return self._known.get(user_id, "")
