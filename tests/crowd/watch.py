"""Many who wait, and one who looks: two hundred loops of their own would be all that a processor does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

T = TypeVar("T")
LOOK_SECONDS = 0.05


class Watch:
    """`seconds` is for how long something may take until it counts as lost."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: list[tuple[Callable[[], Any], asyncio.Future[Any]]] = []

    async def until(self, happened: Callable[[], T | None]) -> T:
        """What `happened` returns when it is something. Raises TimeoutError."""
        found: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((happened, found))
        return await asyncio.wait_for(found, self._seconds)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[Self]:
        task = asyncio.create_task(self._look())
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _look(self) -> None:
        while True:
            waiting, self._waiting = self._waiting, []
            for happened, found in waiting:
                if found.done():
                    continue
                if (value := happened()) is None:
                    self._waiting.append((happened, found))
                else:
                    found.set_result(value)
            await asyncio.sleep(LOOK_SECONDS)
