"""What is said to each browser, numbered, and kept for its pages: answers outlive the request that asked for them.

An answer is worked out whether or not a page listens. Every page of a browser hears all of it, from the number that it
heard last, so that a reload, a lost line or a second tab takes nothing away. It is kept in memory alone, for as long
as faces are kept, and the oldest goes first where it would take too much room.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from bot.adapters.web import outgoing
from bot.adapters.web.reading import CrowdedError
from bot.core.discretion import told
from bot.core.replies import Reply

log = structlog.get_logger(__name__)
Replies = AsyncGenerator[Reply]
HEARTBEAT_SECONDS = 10.0
TIDY_SECONDS = 30.0
_BEAT = b'{"kind": "beat"}'
ASIDE_SECONDS = 60.0
"""An aside is of use to the page that asked, now."""


@dataclass(frozen=True)
class Asked:
    """One event as its page tells it: `said` is how every page shows it, `aside` that only the asking page cares."""

    update: str
    said: dict[str, Any] = field(repr=False)
    aside: bool = False


@dataclass(frozen=True, eq=False)
class Item:
    """Something said: `line` is JSON. `asked` is the event that it belongs to; `last` ends that event's answer.

    `pair` is the picture of two that it shows.
    """

    number: int
    asked: Asked
    line: bytes = field(repr=False)
    at: float
    last: bool = False
    pair: str = ""


@dataclass(frozen=True)
class Bounds:
    """Of one person so many answers run, pages listen and bytes are kept; and of all together.

    What was said is kept for `seconds`. The newest of each person stays, however large it is.
    """

    answers: int = 4
    all_answers: int = 64
    pages: int = 16
    all_pages: int = 1024
    bytes: int = 32 * 2**20
    all_bytes: int = 192 * 2**20
    seconds: float = 24 * 3600


class Feed:
    """One person's. `changed` is set when there is news, and is then another one."""

    def __init__(self) -> None:
        self.items: deque[Item] = deque()
        self.progress: dict[str, Item] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.pages = self.size = self.calls = 0
        self.changed = asyncio.Event()
        self._number = 0
        self._ended: set[str] = set()

    @property
    def idle(self) -> bool:
        return not (self.items or self.running or self.pages)

    def knows(self, update: str) -> bool:
        """Whether this event is being answered, or its whole answer is still here."""
        return update in self.running or any(item.last and item.asked.update == update for item in self.items)

    def add(self, asked: Asked, body: dict[str, Any]) -> None:
        """Say something; progress takes the place of what was told of that work before."""
        if (pair := body.get("pair", "")) in self._ended:
            return  # it was drawn while the other one took their word back
        # Larger than every number before, in an earlier process too.
        self._number = max(self._number + 1, time.time_ns() // 1000)
        told = {"number": self._number, "update": asked.update, "aside": asked.aside, **body}
        line = json.dumps(told, ensure_ascii=False).encode()
        item = Item(self._number, asked, line, time.monotonic(), body["kind"] == "end", pair)
        if body["kind"] == "progress":
            self.progress[asked.update] = item
        else:
            self.progress.pop(asked.update, None)
            self.items.append(item)
            self.size += len(line)
        self.wake()

    def since(self, number: int) -> list[Item]:
        """What was said after that, in order."""
        return sorted(
            (item for item in (*self.items, *self.progress.values()) if item.number > number),
            key=lambda item: item.number,
        )

    async def follow(self, number: int | None) -> AsyncIterator[list[bytes]]:
        """All that is said after `number`, or from now on, until `hang_up`; of what runs also the newest progress."""
        calls, heard = self.calls, self._number if number is None else number
        items = sorted({*self.since(heard), *self.progress.values()}, key=lambda item: item.number)
        yield [*(item.line for item in items), self._here()]
        heard = max((heard, *(item.number for item in items)))
        while calls == self.calls or self.since(heard):
            changed = self.changed
            if not self.since(heard):
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
            if items := self.since(heard):
                heard = items[-1].number
                yield [item.line for item in items]
            elif calls == self.calls:
                yield [_BEAT]

    def _here(self) -> bytes:
        return json.dumps({"kind": "here", "running": list(self.running)}).encode()

    def drop(self) -> None:
        """Let the oldest go."""
        self.size -= len(self.items.popleft().line)

    def age(self, now: float, seconds: float) -> None:
        """Let go of what is older than that."""
        kept = [
            item for item in self.items if now - item.at < (ASIDE_SECONDS if item.asked.aside else seconds)
        ]
        self._keep(kept)

    def end(self, pair: str) -> None:
        """No picture of those two is kept, nor one that still comes."""
        self._ended.add(pair)
        self._keep([item for item in self.items if item.pair != pair])

    def _keep(self, kept: list[Item]) -> None:
        if len(kept) < len(self.items):
            self.items, self.size = deque(kept), sum(len(item.line) for item in kept)

    def forget(self, update: str) -> None:
        """Nothing that was said before is kept, and nothing that runs says more, but for the answer to `update`."""
        self.items.clear()
        self.progress.clear()
        self.size = 0
        for other, task in self.running.items():
            if other != update:
                task.cancel()

    def over(self, update: str, task: asyncio.Task[None]) -> None:
        """That work is done with, be it before its first step."""
        if self.running.get(update) is task:
            del self.running[update]
            self.progress.pop(update, None)

    def hang_up(self) -> None:
        """Whoever listens calls again, and hears what runs."""
        self.calls += 1
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Feeds:
    """Those of all. `covered`: whatever pictures show is, until it is uncovered."""

    def __init__(self, bounds: Bounds, *, covered: bool = False) -> None:
        self._bounds, self._covered = bounds, covered
        self._feeds: dict[str, Feed] = {}

    def of(self, person: str) -> Feed:
        return self._feeds.setdefault(person, Feed())

    def answer(self, person: str, asked: Asked, begin: Callable[[], Replies]) -> None:
        """Work an answer out; one that runs already, or is here, is not worked out again.

        Raises:
            CrowdedError: too much of this person, or of all, is being answered.
        """
        feed = self.of(person)
        if feed.knows(asked.update):
            return
        running = sum(len(each.running) for each in self._feeds.values())
        if len(feed.running) >= self._bounds.answers or running >= self._bounds.all_answers:
            raise CrowdedError
        self._say(feed, asked, {"kind": "said", **asked.said})
        task = feed.running[asked.update] = asyncio.create_task(self._work(feed, asked, begin()))
        task.add_done_callback(partial(feed.over, asked.update))

    def push(self, person: str, reply: Reply) -> None:
        """Say what nobody asked for just now: at once where a page is open, else when one comes back."""
        feed = self.of(person)
        asked = Asked(f"push-{time.time_ns()}", {})
        for body in (outgoing.encode(reply, covered=self._covered), outgoing.END):
            self._say(feed, asked, body)

    @contextmanager
    def listening(self, person: str) -> Iterator[Feed]:
        """The person's feed, for a page that listens while the block runs.

        Raises:
            CrowdedError: too many pages listen.
        """
        feed = self.of(person)
        listening = sum(each.pages for each in self._feeds.values())
        if feed.pages >= self._bounds.pages or listening >= self._bounds.all_pages:
            raise CrowdedError
        feed.pages += 1
        try:
            yield feed
        finally:
            feed.pages -= 1

    def tidy(self) -> None:
        """Let go of what is too old or too much."""
        for person, feed in list(self._feeds.items()):
            feed.age(time.monotonic(), self._bounds.seconds)
            if feed.idle:
                del self._feeds[person]
        while sum(feed.size for feed in self._feeds.values()) > self._bounds.all_bytes:
            full = [feed for feed in self._feeds.values() if len(feed.items) > 1]
            if not full:
                break
            min(full, key=lambda feed: feed.items[0].number).drop()

    async def tidying(self) -> None:
        """Tidy until cancelled."""
        while True:
            await asyncio.sleep(TIDY_SECONDS)
            self.tidy()

    async def close(self, seconds: float) -> None:
        """Give what runs so long to end; then it is cancelled, and whoever listens hears no more."""
        tasks = [task for feed in self._feeds.values() for task in feed.running.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for feed in self._feeds.values():
            feed.hang_up()

    def _say(self, feed: Feed, asked: Asked, body: dict[str, Any]) -> None:
        if body.get("code") == "forgotten":
            feed.forget(asked.update)
        if ended := body.get("ended"):
            feed.end(ended)
        feed.add(asked, body)
        while feed.size > self._bounds.bytes and len(feed.items) > 1:
            feed.drop()
        self.tidy()

    async def _work(self, feed: Feed, asked: Asked, replies: Replies) -> None:
        try:
            async with aclosing(replies):
                async for reply in replies:
                    self._say(feed, asked, outgoing.encode(reply, covered=self._covered))
        except Exception as error:
            log.error("an answer broke off", error=told(error))
            feed.hang_up()
        else:
            self._say(feed, asked, outgoing.END)
