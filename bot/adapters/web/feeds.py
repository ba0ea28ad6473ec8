"""The feeds of all browsers: answers outlive the request that asked for them.

An answer is worked out whether or not a page listens, so that a reload, a lost line or a second tab takes nothing away.
What was said is kept in memory alone, for as long as faces are kept, and the oldest goes first where it would take too
much room.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.adapters.web import outgoing
from bot.adapters.web.feed import Asked, Feed
from bot.adapters.web.reading import CrowdedError
from bot.core.discretion import told
from bot.core.replies import Reply

log = structlog.get_logger(__name__)
Replies = AsyncGenerator[Reply]
TIDY_SECONDS = 30.0


@dataclass(frozen=True)
class Bounds:
    """Of one person so many answers run, pages listen and bytes are kept; and of all together.

    What was said is kept for `seconds`. Each person's newest answer stays, however large it is, while there is room for
    all together.
    """

    answers: int = 4
    all_answers: int = 64
    pages: int = 16
    all_pages: int = 1024
    bytes: int = 32 * 2**20
    all_bytes: int = 192 * 2**20
    seconds: float = 24 * 3600


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
        while feed.size > self._bounds.bytes and feed.holds_older:
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
