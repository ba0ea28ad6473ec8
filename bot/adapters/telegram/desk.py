"""Where updates are answered: each in a task of its own, so that nobody waits for another person's job."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import structlog
from telegram import Bot, Update

from bot.adapters.telegram.budget import Budget
from bot.adapters.telegram.delivery import GoneError, acknowledge
from bot.adapters.telegram.downloads import Downloads
from bot.adapters.telegram.inline import Inline
from bot.adapters.telegram.render import Answer
from bot.adapters.telegram.rights import Rights
from bot.adapters.telegram.updates import Incoming, Notice, Place, read
from bot.core import gate
from bot.core.discretion import told
from bot.core.events import Command, Event, Origin, PhotoSent, TextSent
from bot.core.languages import Voice
from bot.core.pace import paced
from bot.core.ports import Desk as Core

log = structlog.get_logger("typeface.telegram")
RECENT_KEPT = 1000


@dataclass(frozen=True)
class Paces:
    """Seconds between two edits: Telegram takes one a second in a chat, in a group twenty a minute."""

    private: float = 1.5
    shared: float = 3.5


class Recent:
    """The keys of the last while; older ones are forgotten."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, None] = OrderedDict()

    def new(self, key: str) -> bool:
        """Whether `key` was not there; it is from now on."""
        if key in self._keys:
            return False
        self._keys[key] = None
        while len(self._keys) > RECENT_KEPT:
            self._keys.popitem(last=False)
        return True


class Desk:
    """Takes updates, answers them, and knows which are still being answered."""

    def __init__(self, bot: Bot, handler: Core, paces: Paces, budget: Budget) -> None:
        self._bot = bot
        self._handler = handler
        self._paces = paces
        self._budget = budget
        self._downloads = Downloads(bot)
        self._rights = Rights(bot)
        self._inline = Inline(bot, handler)
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._pressed: set[str] = set()
        self._albums = Recent()
        self._told = Recent()

    def take(self, raw: Mapping[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(raw))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Let the answers under way end; those that take longer are cancelled."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in (left := list(self._tasks)):
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._inline.close()

    async def _serve(self, raw: Mapping[str, Any]) -> None:
        try:
            update = Update.de_json(dict(raw), self._bot)
            if update.inline_query:
                await self._inline.answer(update.inline_query)
                return
            incoming = read(update, self._bot.bot)
            if isinstance(incoming, Notice):
                await self._open(incoming.place, incoming.origin).tell(incoming.key)
            elif incoming is not None:
                await self._take_turn(incoming)
        except GoneError:
            log.info("nobody there any more; answer ended")
        except Exception as error:  # one update that breaks must not end the bot
            log.error("update failed", error=told(error))

    async def _take_turn(self, incoming: Incoming) -> None:
        """One person's messages reach the core in the order they were sent, however long a download takes."""
        if incoming.query:
            await acknowledge(self._bot, incoming.query)
        origin = incoming.event.origin
        with self._once(incoming) as first:
            if not first:
                return
            async with self._turns.setdefault((origin.person.id, origin.chat), asyncio.Lock()):
                event = await self._complete(incoming)
            await self._answer(event, incoming)

    async def _complete(self, incoming: Incoming) -> Event:
        event = await self._with_rights(incoming)
        if incoming.attached is None or not isinstance(event, Command | PhotoSent):
            return event
        return replace(event, photo=await self._downloads.fetch(incoming.attached))

    async def _with_rights(self, incoming: Incoming) -> Event:
        """Whether an admin asks, where that matters: at what admins may do, and what they write about it."""
        event, chat = incoming.event, incoming.place.chat
        user = int(event.origin.person.id)
        wants = gate.asks_for_rights(event) and (
            not isinstance(event, TextSent) or self._rights.managed(chat, user)
        )
        if not incoming.place.shared or not wants or not await self._rights.manages(chat, user):
            return event
        return replace(event, origin=replace(event.origin, admin=True))

    async def _answer(self, event: Event, incoming: Incoming) -> None:
        answer = self._open(incoming.place, event.origin, self._postscripts(event.origin))
        pace = self._paces.shared if incoming.place.shared else self._paces.private
        try:
            # Closing, when the person is gone, cancels the work behind the answer.
            async with contextlib.aclosing(paced(self._handler.handle(event), pace, time)) as replies:
                async for reply in replies:
                    await answer.show(reply)
            await answer.tidy()
        except asyncio.CancelledError:
            with contextlib.suppress(GoneError, TimeoutError):
                await asyncio.wait_for(answer.interrupted(), 2)
            raise

    def _open(self, place: Place, origin: Origin, postscripts: tuple[str, ...] = ()) -> Answer:
        return Answer(self._bot, place, Voice(self._handler, origin), self._budget, postscripts)

    def _postscripts(self, origin: Origin) -> tuple[str, ...]:
        """In a group we see replies to us and commands only: a photo sent just so would be met by silence."""
        if origin.shared and self._told.new(f"{origin.person.id} {origin.chat}"):
            return ("telegram-group",)
        return ()

    @contextlib.contextmanager
    def _once(self, incoming: Incoming) -> Iterator[bool]:
        """Whether this act is new: the rest of an album is not, nor a press while it is being answered."""
        if (key := incoming.once) is None:
            yield True
        elif incoming.query is None:
            yield self._albums.new(key)
        elif key in self._pressed:
            yield False
        else:
            self._pressed.add(key)
            try:
                yield True
            finally:
                self._pressed.discard(key)
