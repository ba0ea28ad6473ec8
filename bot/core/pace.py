"""Progress no faster than a platform likes its messages edited."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.core.ports import Clock
from bot.core.replies import Progress, Reply


async def paced(replies: AsyncGenerator[Reply], seconds: float, clock: Clock) -> AsyncGenerator[Reply]:
    """Pass replies on, without progress that comes sooner than `seconds` after the last that was passed on.

    Closing this closes `replies` too.
    """
    last = float("-inf")
    async with aclosing(replies):
        async for reply in replies:
            if isinstance(reply, Progress):
                if clock.monotonic() - last < seconds:
                    continue
                last = clock.monotonic()
            yield reply
