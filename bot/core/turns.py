"""Calls to a platform take turns under its limits, so that it never has to refuse one.

A platform counts what it gets, and a slow network or a busy machine pushes together what was sent apart. So a call
holds its place from before it is made until a window's length after its answer: whenever in between the platform
took it, no window of the platform's own clock has more calls than there are places.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf

from bot.core.ports import Clock

REMEMBERED = 1000
"""So many keys are kept before idle ones are forgotten."""


@dataclass(frozen=True)
class Rate:
    """At most `most` calls in any `seconds` seconds."""

    most: int
    seconds: float


class Window:
    """The places of a rate: of calls under way, and of those that ended a little while ago."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._under_way = 0
        self._ended: deque[float] = deque()

    def free(self, now: float) -> int:
        """How many calls may begin now."""
        while self._ended and self._ended[0] <= now - self.rate.seconds:
            self._ended.popleft()
        return self.rate.most - self._under_way - len(self._ended)

    def wait(self, now: float) -> float:
        """Seconds until a call may begin; infinite while that takes the end of another."""
        if self.free(now) > 0:
            return 0.0
        return self._ended[0] + self.rate.seconds - now if self._ended else inf

    def idle(self, now: float) -> bool:
        return self.free(now) == self.rate.most

    def begin(self) -> None:
        self._under_way += 1

    def end(self, now: float) -> None:
        self._under_way -= 1
        self._ended.append(now)


@dataclass
class _Place:
    windows: Sequence[Window]
    silent_until: float = -inf

    def wait(self, now: float) -> float:
        return max(self.silent_until - now, *(window.wait(now) for window in self.windows))


class Turns:
    """First come, first served, but nobody waits for one whose own place has no room yet.

    `every` is the rate of all calls together, `each` those of one key, such as a chat.
    """

    def __init__(self, every: Rate, each: Callable[[Hashable], Sequence[Rate]], clock: Clock = time) -> None:
        self._every, self._each, self._clock = Window(every), each, clock
        self._places: dict[Hashable, _Place] = {}
        self._waiting: list[tuple[Hashable, asyncio.Future[None]]] = []
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(self, key: Hashable) -> AsyncIterator[None]:
        """Make a call inside of this."""
        await self.begin(key)
        try:
            yield
        finally:
            self.end(key)

    async def begin(self, key: Hashable) -> None:
        """Wait for a place; it must be given back by `end`."""
        mine = asyncio.get_running_loop().create_future()
        self._waiting.append((key, mine))
        self._serve()
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():
                self.end(key)
            raise

    def end(self, key: Hashable) -> None:
        """The call has been answered, or has failed."""
        now = self._clock.monotonic()
        for window in self._place(key).windows:
            window.end(now)
        self._serve()

    def spare(self, key: Hashable) -> bool:
        """Whether there is room for what can be left out: nobody waits, and half of all places stay free."""
        now, place = self._clock.monotonic(), self._place(key)
        roomy = all(window.free(now) > window.rate.most // 2 for window in place.windows)
        return roomy and now >= place.silent_until and all(mine.done() for _, mine in self._waiting)

    def hush(self, key: Hashable, seconds: float) -> None:
        """The platform asks for silence there."""
        place = self._place(key)
        place.silent_until = max(place.silent_until, self._clock.monotonic() + seconds)

    def _place(self, key: Hashable) -> _Place:
        if (place := self._places.get(key)) is None:
            if len(self._places) >= REMEMBERED:
                self._forget_idle()
            windows = [self._every, *map(Window, self._each(key))]
            place = self._places[key] = _Place(windows)
        return place

    def _forget_idle(self) -> None:
        now, wanted = self._clock.monotonic(), {key for key, _ in self._waiting}
        for key, place in list(self._places.items()):
            own = place.windows[1:]
            if key not in wanted and place.silent_until <= now and all(window.idle(now) for window in own):
                del self._places[key]

    def _serve(self) -> None:
        """Let all begin who may, in their order, and look again when the next one may."""
        now = self._clock.monotonic()
        waiting, self._waiting = self._waiting, []
        waits: dict[Hashable, float] = {}
        for key, mine in waiting:
            if mine.done():
                continue
            if key not in waits and (wait := self._place(key).wait(now)) > 0:
                waits[key] = wait
            if key in waits:
                self._waiting.append((key, mine))
                continue
            for window in self._place(key).windows:
                window.begin()
            mine.set_result(None)
        self._look_again(min(waits.values(), default=inf))

    def _look_again(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        later = asyncio.get_running_loop().call_later
        self._timer = None if seconds == inf else later(seconds, self._serve)
