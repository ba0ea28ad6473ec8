"""Groups that become supergroups: Telegram calls such a group by a new id from then on."""

from __future__ import annotations

from dataclasses import replace

from bot.adapters.telegram.updates import Incoming
from bot.core.ports import Desk as Core


class Moves:
    """The moves that we have heard of since the start.

    The core goes on calling the group as it did, so that a running job and a photo in memory stay where they are; its
    store finds what is kept under both ids.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._now: dict[int, int] = {}
        self._called: dict[int, str] = {}

    async def note(self, old: int, new: int) -> None:
        """Telegram says so itself in both groups, and when we write to the old one: once is enough."""
        if old in self._now:
            return
        self._now[old] = new
        # What was written down before this start the core knows by its new id.
        news = await self._core.moved("telegram", str(old), str(new))
        self._called[new] = str(old if news else new)

    def followed(self, incoming: Incoming) -> Incoming:
        """With the place where it is answered, and the name under which the core knows it."""
        place, event = incoming.place, incoming.event
        now = self._now.get(place.chat, place.chat)
        if now != place.chat:
            place = place.moved(now)
        if called := self._called.get(now):
            where = replace(event.origin, chat=called, community=called, channel=str(now))
            event = replace(event, origin=where)
        return replace(incoming, place=place, event=event)
