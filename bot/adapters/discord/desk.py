"""Runs each answer to its end, knows which are under way, and lets them end when the bot stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import structlog

from bot.adapters.discord.answer import Answer
from bot.core.discretion import told
from bot.core.events import Event
from bot.core.pace import paced
from bot.core.ports import Handler

log = structlog.get_logger("typeface.discord")

LAST_WORDS_SECONDS = 3.0


class Desk:
    """`edit_seconds`: progress is shown no more often; `grace`: how long answers may go on after `close`."""

    def __init__(self, core: Handler, *, edit_seconds: float = 2.0, grace: float = 5.0) -> None:
        self.core, self._edit_seconds, self._grace = core, edit_seconds, grace
        self._running: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def serve(self, answer: Answer, translate: Callable[[], Awaitable[Event]]) -> None:
        """Answer the event that `translate` makes on `answer`. Never raises but when it is cancelled."""
        if self._closing:
            await answer.tell("error-stopping")
            return
        with self._under_way():
            try:
                await self._answer(answer, await translate())
            except asyncio.CancelledError:
                await self._last_words(answer)
                raise
            except Exception as error:
                log.error("discord_answer_broke", error=told(error))
                await answer.tell("error-internal")

    async def _answer(self, answer: Answer, event: Event) -> None:
        replies = paced(self.core.handle(event), self._edit_seconds, time)
        async with aclosing(replies):
            async for reply in replies:
                await answer.show(reply)
        await answer.close()

    async def _last_words(self, answer: Answer) -> None:
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await answer.tell("error-stopping")
        except TimeoutError:
            log.warning("discord_no_last_words")

    @contextmanager
    def _under_way(self) -> Iterator[None]:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            yield
        finally:
            self._running.discard(task)

    async def close(self) -> None:
        """Take no more work, wait a little for what is under way, then cancel the rest, which says so."""
        self._closing = True
        if self._running:
            await asyncio.wait(self._running, timeout=self._grace)
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
