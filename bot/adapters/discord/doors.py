"""The ways by which a message reaches a person: an interaction's webhook, a channel, or what else is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import discord

from bot.adapters.discord.events import is_shared
from bot.adapters.discord.render import MAX_CONTENT, Draft
from bot.core.languages import Voice

ORIGINAL = 0
"""Stands for the message that a deferred answer to a command becomes, or whose button was pressed."""


class Door(Protocol):
    """Where messages go through. All methods raise `discord.HTTPException`."""

    async def send(self, draft: Draft, *, public: bool) -> int:
        """The id of the new message."""
        ...

    async def edit(self, message: int, draft: Draft) -> None: ...

    async def delete(self, message: int) -> None: ...


def _new(draft: Draft) -> dict[str, Any]:
    view = draft.view()
    body = {"content": draft.content, "files": draft.files(), **({} if view is None else {"view": view})}
    return body if draft.to is None else body | _called(draft, draft.to)


def _called(draft: Draft, to: str) -> dict[str, Any]:
    """With the one person whom Discord tells of the message."""
    only = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(int(to))])
    return {"content": f"<@{to}> {draft.content}", "allowed_mentions": only}


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

    def changeable(self, *, public: bool) -> bool:
        """Whether a button was pressed whose message is seen by those, and only those, who are to see the answer."""
        message = self._interaction.message
        return message is not None and not (self._hidden and message.flags.ephemeral is public)

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


class LateDoor:
    """When an interaction's own way is shut: its token is too old, or its place is closed to us.

    What is public is posted in the channel; all else comes as a direct message, and if that is refused, as a word in
    the channel: a picture that nobody asked to show stays private.
    """

    def __init__(self, interaction: discord.Interaction[Any], voice: Voice) -> None:
        self._user: discord.User | discord.Member = interaction.user
        self._voice, self._shared = voice, is_shared(interaction)
        self._channel: discord.PartialMessageable = interaction.client.get_partial_messageable(
            interaction.channel_id or 0
        )
        self._at: dict[int, ChannelDoor] = {}
        self._moved: list[int] = []
        self._word: int | None = None

    async def send(self, draft: Draft, *, public: bool) -> int:
        if public or not self._shared:
            try:
                return await self._post(self._channel, draft)
            except (discord.Forbidden, discord.NotFound):
                if not self._shared:
                    raise
        try:
            channel = await self._user.create_dm()
            message = await self._post(channel, await self._apart(draft, first=not self._moved))
        except discord.Forbidden:
            return self._word or await self._say_so(draft)
        self._moved.append(message)
        return message

    async def _say_so(self, draft: Draft) -> int:
        """One word in the channel, however much there was to send."""
        text = await self._voice.say("discord-late", who=self._user.mention, kept=_kept(draft))
        only = discord.AllowedMentions(everyone=False, roles=False, users=[self._user])
        self._word = (await self._channel.send(text, allowed_mentions=only)).id
        return self._word

    async def edit(self, message: int, draft: Draft) -> None:
        if message in self._moved:
            draft = await self._apart(draft, first=message == self._moved[0])
        await self._at[message].edit(message, draft)

    async def delete(self, message: int) -> None:
        await self._at[message].delete(message)

    async def _post(self, channel: Messages, draft: Draft) -> int:
        door = ChannelDoor(channel)
        message = await door.send(draft, public=False)
        self._at[message] = door
        return message

    async def _apart(self, draft: Draft, *, first: bool) -> Draft:
        """For another chat, whose conversation the buttons know nothing of; the first message tells why it is there."""
        where = await self._voice.say("discord-moved", where=f"<#{self._channel.id}>", kept=_kept(draft))
        text = f"{draft.content}\n\n{where}"
        content = text if first and len(text) <= MAX_CONTENT else draft.content
        return replace(draft, content=content, menu=(), select=None)


def _kept(draft: Draft) -> str:
    """Whether the gallery has it, for the texts."""
    return "yes" if draft.kept else "no"
