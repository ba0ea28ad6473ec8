"""One answer on Discord: a message that progress edits in place, and what stays of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Self

import aiohttp
import discord
import structlog

from bot.adapters.discord import render
from bot.adapters.discord.doors import ORIGINAL, ChannelDoor, Door, InteractionDoor, LateDoor, Messages
from bot.adapters.discord.events import is_shared
from bot.adapters.discord.render import Draft
from bot.core.outcomes import FACE_CODES, PHOTO_CODES
from bot.core.replies import Progress, Reply, Text
from bot.core.wording import pick, say

log = structlog.get_logger("typeface.discord")

UNKNOWN_MESSAGE, MISSING_PERMISSIONS, TOO_LARGE = 10008, 50013, 40005
EXPIRED = frozenset({50027, 10015})
"""Invalid webhook token, unknown webhook: the interaction's 15 minutes are over."""
ASKS_FOR_PHOTO = PHOTO_CODES | FACE_CODES | {"ask_selfie", "ask_photo"}
"""Codes of replies after which a person sends a photo: where we do not see messages, they are told how."""
ATTEMPTS = 4
Trouble = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)


class Answer:
    """Shows replies in turn.

    `open` is the message that the next reply is written into, None for a new one. `late` opens the door
    that is left when the first is shut. `shared`: others read along, and we do not see what is posted there.
    """

    def __init__(
        self,
        door: Door,
        locale: str,
        *,
        open: int | None = None,
        late: Callable[[], Door] | None = None,
        shared: bool = False,
    ) -> None:
        self._door, self._late, self._open, self._shared = door, late, open, shared
        self.locale = pick(locale)
        self._quiet, self._previews = False, True

    @classmethod
    async def defer(cls, interaction: discord.Interaction[Any]) -> Self | None:
        """Acknowledge an interaction at once; None when that is refused: too late, or it was delivered twice.

        A command is answered by "thinking", which becomes the answer; a press leaves its message as it is.
        """
        hidden = is_shared(interaction)
        try:
            await interaction.response.defer(ephemeral=hidden)
        except Trouble as error:
            log.warning("discord_not_deferred", **told(error))
            return None
        pressed = interaction.type is not discord.InteractionType.application_command
        locale = str(interaction.locale)
        return cls(
            InteractionDoor(interaction, hidden=hidden),
            locale,
            open=None if pressed else ORIGINAL,
            late=lambda: LateDoor(interaction, pick(locale)),
            shared=hidden,
        )

    @classmethod
    def in_channel(cls, channel: Messages, locale: str) -> Self:
        return cls(ChannelDoor(channel), locale)

    async def show(self, reply: Reply) -> None:
        """Show a reply; what Discord refuses is mended or logged, never raised."""
        if isinstance(reply, Progress):
            await self._progress(reply if self._previews else replace(reply, preview=None))
            return
        if self._shared and reply.code in ASKS_FOR_PHOTO:
            hint = say(self.locale, "discord-how-to-send")
            reply = replace(reply, text=f"{reply.text}\n\n{hint}")
        for draft in render.drafts(reply):
            await self._place(draft, public=reply.public)

    async def tell(self, key: str) -> None:
        """Say one of the platform's own sentences."""
        await self.show(Text(say(self.locale, key)))

    async def close(self) -> None:
        """End the answer: an open message that nothing was written into goes away."""
        try:
            await self._discard()
        except Trouble as error:
            log.warning("discord_not_closed", **told(error))

    async def _progress(self, reply: Progress) -> None:
        if self._quiet:
            return
        draft = render.progress(reply)
        try:
            if self._open is None:
                self._open = await self._door.send(draft, public=False)
            else:
                await self._door.edit(self._open, draft)
        except Trouble as error:
            log.warning("discord_progress_refused", **told(error))
            # The person closed the message, or the token is over: no more progress, but the end still comes.
            self._quiet = code_of(error) in {UNKNOWN_MESSAGE, *EXPIRED}
            self._previews = self._previews and code_of(error) != MISSING_PERMISSIONS

    async def _place(self, draft: Draft, *, public: bool) -> None:
        for _ in range(ATTEMPTS):
            try:
                await self._put(draft, public=public)
                return
            except Trouble as error:
                mended = self._mended(draft, error)
                if mended is None:
                    log.warning("discord_reply_refused", **told(error))
                    return
                draft = mended

    async def _put(self, draft: Draft, *, public: bool) -> None:
        if public:
            # Discord writes the first follow-up into a hidden "thinking", so that goes away first.
            await self._discard()
        if self._open is None:
            await self._door.send(draft, public=public)
        else:
            await self._door.edit(self._open, draft)
            self._open = None

    async def _discard(self) -> None:
        message, self._open = self._open, None
        if message is not None:
            await self._door.delete(message)

    def _mended(self, draft: Draft, error: Exception) -> Draft | None:
        """What to try instead, None when nothing is left to try."""
        code = code_of(error)
        if code in EXPIRED and self._late is not None:
            self._door, self._late, self._open = self._late(), None, None
            return draft
        if code == UNKNOWN_MESSAGE and self._open is not None:
            self._open = None
            return draft
        if draft.picture is not None and isinstance(error, discord.HTTPException) and error.status < 500:
            log.warning("discord_picture_refused", **told(error))
            key = "discord-too-large" if code == TOO_LARGE else "discord-no-pictures"
            return replace(draft, content=say(self.locale, key), picture=None)
        return None


def code_of(error: Exception) -> int:
    return error.code if isinstance(error, discord.HTTPException) else 0


def told(error: Exception) -> dict[str, str | int]:
    """What a log may hold of an error: no text of it, since that can carry ids."""
    status = error.status if isinstance(error, discord.HTTPException) else 0
    return {"error": type(error).__name__, "status": status, "code": code_of(error)}
