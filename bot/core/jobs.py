"""Long work with progress: followed while it runs, and stopped at a word."""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.core.discretion import told
from bot.core.events import Person
from bot.core.ports import Clock, Store
from bot.core.presence import Running
from bot.core.replies import Progress
from bot.core.run import Run
from inference.errors import InternalError, TypefaceError
from inference.wire import JobEvent

_log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Ended(Generic[T]):
    """Work tells nothing more: what it has made, or why there is nothing; and for how long it ran."""

    made: T | None
    error: TypefaceError | None
    code: str
    run_ms: int


class Jobs:
    """Runs each job in a task of its own, so that it can be stopped while its answer is being written."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._salt = secrets.token_bytes(32)
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait until nothing runs any more; stop the jobs before."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def follow(
        self, run: Run, source: AsyncIterator[JobEvent | T], seconds: float, late: str
    ) -> AsyncGenerator[Progress | Ended[T]]:
        """Yields progress, and last how it ended. After `seconds` it is stopped, for the reason `late`."""
        running = run.running
        assert running is not None
        begun = self._clock.monotonic()
        news: asyncio.Queue[JobEvent | T | TypefaceError | None] = asyncio.Queue()
        last: JobEvent | T | TypefaceError | None = None
        preview: str | None = None
        if running.stopped is None:
            running.task = self._started(_pump(running, news, source, seconds, late))
            # Not by the work itself: what is stopped before its first step never comes to its end.
            running.task.add_done_callback(lambda _: news.put_nowait(None))
            while (item := await news.get()) is not None:
                last = item
                if not isinstance(item, JobEvent):
                    continue
                preview = item.preview or preview
                if news.empty() and running.stopped is None:
                    # A picture that came with an event that was passed over is not lost.
                    yield run.phrasing.progress(running, item.model_copy(update={"preview": preview}))
                    preview = None
        yield _ended(running, last, self.since(begun))

    def _started(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def since(self, begun: float) -> int:
        """Milliseconds since `begun` on the clock."""
        return round(1000 * (self._clock.monotonic() - begun))

    def owner(self, person: Person) -> str:
        """An opaque key of the person, another one after every start of the bot."""
        return hmac.digest(
            self._salt, f"{person.platform}\0{person.id}".encode(errors="replace"), "sha256"
        ).hex()

    async def log(self, run: Run, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        """Keep how long it took and how it ended."""
        async with run.writing():
            await self._store.log_job(run.ref, kind, queue_ms, run_ms, outcome)


async def _pump(
    running: Running,
    news: asyncio.Queue[JobEvent | T | TypefaceError | None],
    source: AsyncIterator[JobEvent | T],
    seconds: float,
    late: str,
) -> None:
    try:
        async with asyncio.timeout(seconds):
            async for item in source:
                news.put_nowait(item)
    except TimeoutError:
        running.stopped = running.stopped or late
    except TypefaceError as error:
        news.put_nowait(error)
    except Exception as error:
        _log.error("a job failed: %s", told(error))
        news.put_nowait(InternalError())


def _ended(running: Running, last: JobEvent | T | TypefaceError | None, run_ms: int) -> Ended[T]:
    if running.stopped or last is None or isinstance(last, JobEvent):
        return Ended(None, None, running.stopped or "internal", run_ms)
    if isinstance(last, TypefaceError):
        return Ended(None, last, last.code, run_ms)
    return Ended(last, None, "done", run_ms)
