"""What may be read of requests at a time: bounded by time and rate, by address, and by the bytes of photos.

It is not bounded by number: a half-open request costs next to nothing, so that many of them keep nobody out.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.core.events import MAX_PHOTO_BYTES

GRACE_SECONDS = 10.0
BYTES_PER_SECOND = 8 * 1024
"""What has come must have come at this rate at least, after the grace; no photo may take longer than the most."""
MOST_SECONDS = 180.0


class CrowdedError(Exception):
    """Too much of this person, of this address, or of all together, is going on already."""


class SlowError(Exception):
    """The body did not come in time."""


def is_stranger(address: str | None) -> bool:
    """Whether this is an address of the open internet: others are this network's, or the proxy before us."""
    try:
        return ipaddress.ip_address((address or "").partition("%")[0]).is_global
    except ValueError:
        return False


class Reading:
    """One body being read; tell it of every piece of a photo."""

    def __init__(self, readers: Readers, limit: asyncio.Timeout) -> None:
        self._readers, self._limit, self._began = readers, limit, time.monotonic()
        self._came = 0
        self.held = 0

    def came(self, size: int, *, kept: bool) -> None:
        """A piece came: the time for the next is longer.

        Raises:
            CrowdedError: the piece is `kept`, and no more photos fit.
        """
        self._came += size
        if kept:
            self._readers.hold(size)
            self.held += size
        seconds = min(GRACE_SECONDS + self._came / BYTES_PER_SECOND, MOST_SECONDS)
        left = self._began + seconds - time.monotonic()
        self._limit.reschedule(asyncio.get_running_loop().time() + left)


class Readers:
    """All bodies being read: at most `each` of a stranger's address, `most_bytes` of photos together."""

    def __init__(self, each: int = 16, most_bytes: int = 12 * MAX_PHOTO_BYTES) -> None:
        self._each, self._most_bytes = each, most_bytes
        self._reading: Counter[str] = Counter()
        self._bytes = 0

    def hold(self, size: int) -> None:
        """Raises CrowdedError when no more photos fit."""
        if self._bytes + size > self._most_bytes:
            raise CrowdedError
        self._bytes += size

    @asynccontextmanager
    async def read(self, address: str | None) -> AsyncIterator[Reading]:
        """Read one body from `address` inside the block.

        Raises:
            CrowdedError: this address sends too many at once.
            SlowError: the block was not done in time.
        """
        key = address if address and is_stranger(address) else ""
        if key and self._reading[key] >= self._each:
            raise CrowdedError
        self._reading[key] += 1
        try:
            async with asyncio.timeout(GRACE_SECONDS) as limit:
                reading = Reading(self, limit)
                try:
                    yield reading
                finally:
                    self._bytes -= reading.held
        except TimeoutError:
            raise SlowError from None
        finally:
            self._reading[key] -= 1
            if not self._reading[key]:
                del self._reading[key]
