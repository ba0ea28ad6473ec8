"""Where updates are answered: each in a task of its own, so that nobody waits for another person's job."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict, defaultdict
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakValueDictionary

import structlog
from telegram import Bot, Update

from bot.adapters.telegram.budget import Budget
from bot.adapters.telegram.delivery import GoneError, acknowledge
from bot.adapters.telegram.downloads import Attachment, Downloads
from bot.adapters.telegram.inline import Inline
from bot.adapters.telegram.moves import Moves
from bot.adapters.telegram.patience import Patience
from bot.adapters.telegram.render import Answer, Post
from bot.adapters.telegram.rights import Rights
from bot.adapters.telegram.updates import Incoming, Left, Moved, Notice, Place, read
from bot.core import gate
from bot.core.discretion import told
from bot.core.events import Command, Event, Origin, Person, Photo, PhotoSent, Press, TextSent
from bot.core.languages import Voice
from bot.core.pace import paced
from bot.core.ports import Desk as Core
from bot.core.presses import decode

log = structlog.get_logger("typeface.telegram")
RECENT_KEPT = 1000
LEFT = "left"
"""Why an answer is cancelled: there is nobody to give it to."""


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
        self._post = Post(bot, budget, Patience(bot), self._heard)
        self._downloads = Downloads(bot)
        self._rights = Rights(bot)
        self._inline = Inline(bot, handler)
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._pressed: set[str] = set()
        self._albums = Recent()
        self._told = Recent()
        self._said = Recent()
        self._moves = Moves(handler)
        self._there: defaultdict[int, set[asyncio.Task[Any]]] = defaultdict(set)
        self._fetching: defaultdict[str, set[asyncio.Future[Photo]]] = defaultdict(set)

    def take(self, raw: Mapping[str, Any]) -> None:
        self._start(self._serve(raw))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
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
            match read(update, self._bot.bot):
                case Incoming() as incoming:
                    self._said.new(incoming.said)
                    await self._take_turn(self._moves.followed(incoming))
                case Notice() as notice:
                    await self._notice(notice)
                case Moved(old, new):
                    await self._moves.note(old, new)
                case Left(chat):
                    self._leave(chat)
                case None if update.callback_query:
                    await acknowledge(self._bot, update.callback_query.id)
        except GoneError:
            log.info("nobody there any more; answer ended")
        except Exception as error:  # one update that breaks must not end the bot
            log.error("update failed", error=told(error))

    async def _notice(self, notice: Notice) -> None:
        """Not again for the same words: Telegram also calls it an edit when it has looked up a link in them."""
        if not notice.said or self._said.new(notice.said):
            await self._open(notice.place, notice.origin).tell(notice.key)

    def _leave(self, chat: int) -> None:
        """Nothing can be said there any more: what is under way for it ends.

        A private chat's id is the person's.
        """
        for task in self._there.pop(chat, ()):
            task.cancel(LEFT)
        if chat > 0:
            self._left(Person("telegram", str(chat)))

    @contextlib.contextmanager
    def _under_way(self, chat: int) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._there[chat].add(task)
        try:
            yield
        finally:
            self._there[chat].discard(task)
            if not self._there[chat]:
                del self._there[chat]

    async def _take_turn(self, incoming: Incoming) -> None:
        """One person's messages reach the core in the order they were sent, however long a download takes."""
        if incoming.query and not await self._acknowledged(incoming, incoming.query):
            return
        origin = incoming.event.origin
        with self._once(incoming) as first:
            if not first:
                return
            with self._under_way(incoming.place.chat):
                async with self._turns.setdefault((origin.person.id, origin.chat), asyncio.Lock()):
                    event = await self._complete(incoming)
                await self._answer(event, incoming)

    async def _acknowledged(self, incoming: Incoming, query: str) -> bool:
        """Stop the button's spinner. Who presses another's button on and on is told so there, and not by messages."""
        event = incoming.event
        pressed = decode(event.origin.person, event.payload) if isinstance(event, Press) else None
        if pressed is None or pressed.mine or self._told.new(f"stranger {incoming.once}"):
            await acknowledge(self._bot, query)
            return True
        words = await Voice(self._handler, event.origin).say("telegram-not-yours")
        await acknowledge(self._bot, query, words)
        return False

    async def _complete(self, incoming: Incoming) -> Event:
        event = await self._with_rights(incoming)
        if incoming.attached is None or not isinstance(event, Command | PhotoSent):
            return event
        return replace(event, photo=await self._fetched(event.origin.person.id, incoming.attached))

    async def _fetched(self, person: str, attached: Attachment) -> Photo:
        """The photo, unless the person leaves meanwhile."""
        fetching = asyncio.ensure_future(self._downloads.fetch(attached))
        self._fetching[person].add(fetching)
        try:
            return await fetching
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task and task.cancelling():
                raise
            return Photo(problem="cancelled")
        finally:
            self._fetching[person].discard(fetching)
            if not self._fetching[person]:
                del self._fetching[person]

    def _left(self, person: Person) -> None:
        """They have blocked the bot: what they have sent anywhere is not fetched any more, and their work ends."""
        for fetching in self._fetching.get(person.id, ()):
            fetching.cancel()
        self._handler.left(person)

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
        answer = self._open(incoming.place, event.origin, self._postscripts(incoming))
        pace = self._paces.shared if incoming.place.shared else self._paces.private
        try:
            # Closing, when the person is gone, cancels the work behind the answer.
            async with contextlib.aclosing(paced(self._handler.handle(event), pace, time)) as replies:
                async for reply in replies:
                    await answer.show(reply)
            await answer.tidy()
        except GoneError:
            if not incoming.place.shared:
                self._left(event.origin.person)
            raise
        except asyncio.CancelledError as error:
            if LEFT not in error.args:
                with contextlib.suppress(GoneError, TimeoutError):
                    await asyncio.wait_for(answer.interrupted(), 2)
            raise

    def _open(self, place: Place, origin: Origin, postscripts: tuple[str, ...] = ()) -> Answer:
        return Answer(self._post, place, Voice(self._handler, origin), postscripts)

    def _heard(self, old: int, new: int) -> None:
        """An answer was told that its group has moved."""
        self._start(self._moves.note(old, new))

    def _postscripts(self, incoming: Incoming) -> tuple[str, ...]:
        """Which of several photos counts; and that in a group a photo sent just so would be met by silence.

        There we see replies to us and commands only.
        """
        origin, photo = incoming.event.origin, incoming.attached and not incoming.attached.problem
        first = ("telegram-album",) if incoming.once and not incoming.query and photo else ()
        if origin.shared and self._told.new(f"{origin.person.id} {origin.chat}"):
            return (*first, "telegram-group")
        return first

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
