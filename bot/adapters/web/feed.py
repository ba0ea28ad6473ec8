"""What is said to one browser, numbered, and heard by all of its pages, from the number that each heard last."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

HEARTBEAT_SECONDS = 10.0
_BEAT = b'{"kind": "beat"}'
ASIDE_SECONDS = 60.0
"""An aside is of use to the page that asked, now."""
ENDED_KEPT = 100
"""So many pictures of two are remembered as ended, the last ones, for what was drawn of them meanwhile."""


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


class Feed:
    """One person's. `changed` is set when there is news, and is then another one."""

    def __init__(self) -> None:
        self.items: deque[Item] = deque()
        self.progress: dict[str, Item] = {}
        self.running: dict[str, asyncio.Task[None]] = {}
        self.pages = self.size = self.calls = 0
        self.changed = asyncio.Event()
        self._number = 0
        self._ended: deque[str] = deque(maxlen=ENDED_KEPT)

    @property
    def idle(self) -> bool:
        return not (self.items or self.running or self.pages)

    @property
    def holds_older(self) -> bool:
        """Whether there is more than the newest answer."""
        return bool(self.items) and self.items[0].asked.update != self.items[-1].asked.update

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
        self._ended.append(pair)
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
