"""One answer on Discord: a message that progress edits in place, and what stays of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self

import aiohttp
import discord
import structlog

from bot.adapters.discord import render
from bot.adapters.discord.doors import ORIGINAL, ChannelDoor, Door, InteractionDoor, LateDoor, Messages
from bot.adapters.discord.events import is_shared, origin
from bot.adapters.discord.render import Draft
from bot.core.languages import Voice
from bot.core.outcomes import FACE_CODES, PHOTO_CODES
from bot.core.ports import Handler
from bot.core.replies import Progress, Reply, Text

log = structlog.get_logger("typeface.discord")

UNKNOWN_MESSAGE, MISSING_PERMISSIONS, TOO_LARGE, NO_DIRECT_MESSAGES = 10008, 50013, 40005, 50007
EXPIRED = frozenset({50027, 10015})
"""Invalid webhook token, unknown webhook: the interaction's 15 minutes are over."""
LOCKED = frozenset({10003, 50001, 50083})
"""The channel is gone, out of our reach, or a thread that was locked."""
CLOSED = EXPIRED | LOCKED | {40094}
"""No new message comes through here; 40094: an app that a person brought along may send five and no more."""
NOTICE = timedelta(minutes=2)
"""So long before the token's end a job that still runs tells where its result will be."""
ASKS_FOR_PHOTO = PHOTO_CODES | FACE_CODES | {"ask_selfie", "ask_photo"}
"""Codes of replies after which a person sends a photo: where we do not see messages, they are told how."""
ATTEMPTS = 4
Trouble = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)


class Answer:
    """Shows replies in turn.

    `open` is the message that the next reply is written into, None for a new one. `late` opens the door
    that is left when the first is shut, which it is after `ends`. `shared`: others read along, and we do not see what
    is posted there.
    """

    def __init__(
        self,
        door: Door,
        voice: Voice,
        *,
        open: int | None = None,
        late: Callable[[], Door] | None = None,
        ends: datetime | None = None,
        shared: bool = False,
    ) -> None:
        self._door, self._late, self._open, self._shared = door, late, open, shared
        self._voice, self._ends = voice, ends
        self._quiet, self._previews, self._replacing = False, True, True

    @classmethod
    async def defer(cls, interaction: discord.Interaction[Any], core: Handler) -> Self | None:
        """Acknowledge an interaction at once; None when that is refused: too late, or it was delivered twice.

        A command is answered by "thinking", which becomes the answer; a press leaves its message as it is, which can
        be changed by the press's token from then on, hidden or not. What is asked in a thread that is locked is
        answered elsewhere.
        """
        hidden, voice = is_shared(interaction), Voice(core, origin(interaction))
        late = LateDoor(interaction, voice)
        try:
            await interaction.response.defer(ephemeral=hidden)
        except Trouble as error:
            log.warning("discord_not_deferred", **told(error))
            return cls(late, voice, shared=hidden) if code_of(error) in LOCKED else None
        pressed = interaction.type is not discord.InteractionType.application_command
        return cls(
            InteractionDoor(interaction, hidden=hidden),
            voice,
            open=None if pressed else ORIGINAL,
            late=lambda: late,
            ends=interaction.expires_at,
            shared=hidden,
        )

    @classmethod
    def in_channel(cls, channel: Messages, voice: Voice) -> Self:
        return cls(ChannelDoor(channel), voice)

    async def show(self, reply: Reply) -> None:
        """Show a reply; what Discord refuses is mended or logged, never raised."""
        if isinstance(reply, Progress):
            await self._progress(reply if self._previews else replace(reply, preview=None))
            return
        if self._shared and reply.code in ASKS_FOR_PHOTO:
            hint = await self._voice.say("discord-how-to-send")
            reply = replace(reply, text=f"{reply.text}\n\n{hint}")
        if isinstance(reply, Text) and reply.stays and not await self._removed():
            reply = replace(reply, text=reply.stays)
        drafts = render.drafts(reply)
        if reply.instead and len(drafts) == 1 and await self._replaced(drafts[0], public=reply.public):
            return
        for draft in drafts:
            await self._place(draft, public=reply.public)

    async def _replaced(self, draft: Draft, *, public: bool) -> bool:
        """Put it in the place of the message whose button was pressed, once in an answer; False where it stays."""
        door, first, self._replacing = self._door, self._replacing, False
        if not first or not isinstance(door, InteractionDoor) or not door.changeable(public=public):
            return False
        try:
            await door.edit(ORIGINAL, draft)
        except Trouble as error:
            log.warning("discord_not_replaced", **told(error))
            return False
        return True

    async def _removed(self) -> bool:
        """Take away the message whose button was pressed, or find it gone."""
        if not isinstance(self._door, InteractionDoor):
            return False
        try:
            await self._door.delete(ORIGINAL)
        except Trouble as error:
            if code_of(error) != UNKNOWN_MESSAGE:
                log.warning("discord_not_removed", **told(error))
                return False
        return True

    async def tell(self, key: str) -> None:
        """Say one of the platform's own sentences."""
        await self.show(Text(await self._voice.say(key)))

    async def close(self) -> None:
        """End the answer: an open message that nothing was written into goes away."""
        try:
            await self._discard()
        except Trouble as error:
            log.warning("discord_not_closed", **told(error))

    async def _progress(self, reply: Progress) -> None:
        if self._quiet:
            return
        draft = render.progress(await self._noticed(reply))
        try:
            if self._open is None:
                self._open = await self._door.send(draft, public=False)
            else:
                await self._door.edit(self._open, draft)
        except Trouble as error:
            log.warning("discord_progress_refused", **told(error))
            # The person closed the message, or the token is over: no more progress, but the end still comes.
            self._quiet = code_of(error) in {UNKNOWN_MESSAGE, *CLOSED}
            self._previews = self._previews and code_of(error) != MISSING_PERMISSIONS

    async def _noticed(self, reply: Progress) -> Progress:
        """Shortly before the message can be changed no more, it tells where the end will be."""
        if self._ends is None or discord.utils.utcnow() < self._ends - NOTICE:
            return reply
        return replace(reply, text=f"{reply.text}\n{await self._voice.say('discord-long')}")

    async def _place(self, whole: Draft, *, public: bool) -> None:
        draft = whole
        for _ in range(ATTEMPTS):
            try:
                await self._put(draft, public=public)
                return
            except Trouble as error:
                mended = await self._mended(draft, whole, error)
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

    async def _mended(self, draft: Draft, whole: Draft, error: Exception) -> Draft | None:
        """What to try instead, None when nothing is left to try: `draft` is what was refused of `whole`."""
        code = code_of(error)
        shut = code in CLOSED or (code == MISSING_PERMISSIONS and draft.picture is None)
        if shut and self._late is not None:
            self._door, self._late, self._open = self._late(), None, None
            return whole
        if code == UNKNOWN_MESSAGE and self._open is not None:
            self._open = None
            return draft
        if not isinstance(error, discord.HTTPException) or shut or code == NO_DIRECT_MESSAGES:
            return None
        if draft.picture is not None and error.status < 500:
            log.warning("discord_picture_refused", **told(error))
            key = "discord-too-large" if code == TOO_LARGE else "discord-no-pictures"
            return replace(draft, content=await self._voice.say(key), picture=None)
        # Such as words that the place's own rules refuse: nobody is left before a message that never ends.
        sorry = Draft(await self._voice.say("error-internal"))
        return None if draft == sorry else sorry


def code_of(error: Exception) -> int:
    return error.code if isinstance(error, discord.HTTPException) else 0


def told(error: Exception) -> dict[str, str | int]:
    """What a log may hold of an error: no text of it, since that can carry ids."""
    status = error.status if isinstance(error, discord.HTTPException) else 0
    return {"error": type(error).__name__, "status": status, "code": code_of(error)}
