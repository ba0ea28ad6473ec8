"""Progress no faster than a platform likes its messages edited."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from bot.core.ports import Clock
from bot.core.replies import Progress, Reply


async def paced(replies: AsyncGenerator[Reply], seconds: float, clock: Clock) -> AsyncGenerator[Reply]:
    """Pass replies on, without progress that comes sooner than `seconds` after the last that was passed on.

    The first preview never waits: it is what people look at while they do. Closing this closes `replies` too.
    """
    last = float("-inf")
    looked = False
    async with aclosing(replies):
        async for reply in replies:
            if isinstance(reply, Progress):
                first_look = reply.preview is not None and not looked
                if clock.monotonic() - last < seconds and not first_look:
                    continue
                looked = looked or first_look
                last = clock.monotonic()
            yield reply
