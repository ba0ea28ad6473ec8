"""The ways by which a message reaches a person: an interaction's webhook, a channel, or what else is left."""

from __future__ import annotations

from typing import Any, Protocol

import discord

from bot.adapters.discord.render import Draft
from bot.core.wording import say

ORIGINAL = 0
"""Stands for the message that a deferred answer to a command becomes."""


class Door(Protocol):
    """Where messages go through. All methods raise `discord.HTTPException`."""

    async def send(self, draft: Draft, *, public: bool) -> int:
        """The id of the new message."""
        ...

    async def edit(self, message: int, draft: Draft) -> None: ...

    async def delete(self, message: int) -> None: ...


def _new(draft: Draft) -> dict[str, Any]:
    view = draft.view()
    return {"content": draft.content, "files": draft.files(), **({} if view is None else {"view": view})}


def _changed(draft: Draft) -> dict[str, Any]:
    """All of a message is set anew, but a picture that is to be kept is not mentioned: then it stays."""
    body: dict[str, Any] = {"content": draft.content, "view": draft.view()}
    if draft.picture is not None or not draft.keep_picture:
        body["attachments"] = draft.files()
    return body


class InteractionDoor:
    """By the token of an interaction, for 15 minutes. `hidden`: only the asker sees what is not public."""

    def __init__(self, interaction: discord.Interaction[Any], *, hidden: bool) -> None:
        self._interaction, self._hidden = interaction, hidden

    async def send(self, draft: Draft, *, public: bool) -> int:
        ephemeral = self._hidden and not public
        message = await self._interaction.followup.send(**_new(draft), ephemeral=ephemeral, wait=True)
        return int(message.id)

    async def edit(self, message: int, draft: Draft) -> None:
        if message == ORIGINAL:
            await self._interaction.edit_original_response(**_changed(draft))
        else:
            await self._interaction.followup.edit_message(message, **_changed(draft))

    async def delete(self, message: int) -> None:
        if message == ORIGINAL:
            await self._interaction.delete_original_response()
        else:
            await self._interaction.followup.delete_message(message)


Messages = discord.DMChannel | discord.PartialMessageable


class ChannelDoor:
    """Plain messages in a channel, such as a direct message."""

    def __init__(self, channel: Messages) -> None:
        self._channel = channel

    async def send(self, draft: Draft, *, public: bool) -> int:
        return (await self._channel.send(**_new(draft))).id

    async def edit(self, message: int, draft: Draft) -> None:
        await self._channel.get_partial_message(message).edit(**_changed(draft))

    async def delete(self, message: int) -> None:
        await self._channel.get_partial_message(message).delete()


class LateDoor(ChannelDoor):
    """When the interaction's token is too old: a direct message; if that is refused, a word in the channel.

    Only what is public is posted in the channel itself: a picture that nobody asked to show stays private.
    """

    def __init__(self, interaction: discord.Interaction[Any], locale: str) -> None:
        channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
        super().__init__(channel)
        self._user, self._locale = interaction.user, locale

    async def send(self, draft: Draft, *, public: bool) -> int:
        if public:
            return await super().send(draft, public=True)
        try:
            return (await self._user.send(**_new(draft))).id
        except discord.Forbidden:
            text = say(self._locale, "discord-late", who=self._user.mention)
            only = discord.AllowedMentions(everyone=False, roles=False, users=[self._user])
            return (await self._channel.send(text, allowed_mentions=only)).id
