"""A look at the inference server now and then: its owners are told when it stays away, and when it is back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.core.discretion import told
from bot.core.ports import Adapter, Clock
from bot.core.wording import say

AWAY_SECONDS = 300.0
LOOK_SECONDS = 15.0
_log = logging.getLogger(__name__)


class Watch:
    """Tells `away` once after five minutes, and `back` once afterwards; a shorter absence is not told.

    Args:
        ready: whether the server takes work now.
        tell: brings a text, by its key and its seconds, to whom it concerns; whether anybody got it.
        clock: the seconds that pass.
    """

    def __init__(
        self,
        ready: Callable[[], Awaitable[bool]],
        tell: Callable[[str, float], Awaitable[bool]],
        clock: Clock,
    ) -> None:
        self._ready, self._tell, self._clock = ready, tell, clock
        self._since: float | None = None
        self._told = False

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            try:
                await self.look()
            except Exception as error:  # the next look tries again
                _log.warning("a look at the server failed: %s", told(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look once, and tell what there is to be told; what nobody got is told again at the next look."""
        if await self._ready():
            if self._since is not None and self._told:
                self._told = not await self._tell("owner-back", self._clock.monotonic() - self._since)
            if not self._told:
                self._since = None
            return
        now = self._clock.monotonic()
        self._since = now if self._since is None else self._since
        if not self._told and now - self._since >= AWAY_SECONDS:
            self._told = await self._tell("owner-away", now - self._since)


class Owners:
    """Those who run the bot, reached on their own platforms."""

    def __init__(self, adapters: Sequence[Adapter], owners: frozenset[tuple[str, str]], locale: str) -> None:
        """`owners`: platforms and ids there; each adapter may know more of them."""
        self._adapters, self._owners, self._locale = adapters, owners, locale

    async def tell(self, key: str, seconds: float) -> bool:
        """Whether at least one got it; with no owner at all there is nobody to wait for."""
        text = say(self._locale, key, seconds=seconds)
        reached = [
            await adapter.notify(person, text)
            for adapter in self._adapters
            for person in sorted(self._of(adapter))
        ]
        if not any(reached):
            _log.warning("no owner could be told: %s", key)
        return any(reached) or not reached

    def _of(self, adapter: Adapter) -> set[str]:
        return {person for platform, person in self._owners if platform == adapter.name} | set(adapter.owners)
