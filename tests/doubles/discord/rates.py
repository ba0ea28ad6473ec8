"""Discord's rate limits by the clock of the double: a window opens with a request, and closes after its time."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.doubles.discord.limits import RefusedError

API = "/api/v10"


@dataclass(frozen=True)
class Limit:
    """`most` requests of `method` in `seconds`, for each value of the group in `path`."""

    bucket: str
    method: re.Pattern[str]
    path: re.Pattern[str]
    most: int
    seconds: float


def limit(bucket: str, method: str, path: str, most: int, seconds: float) -> Limit:
    return Limit(bucket, re.compile(method), re.compile(API + path), most, seconds)


WEBHOOK = limit("webhooks", ".*", r"/webhooks/\d+/([^/]+)", 5, 2.0)
"""Of one interaction's token: all that follows its callback."""
LIMITS = (
    WEBHOOK,
    limit("messages", "POST", r"/channels/(\d+)/messages", 5, 5.0),
    limit("edits", "PATCH", r"/channels/(\d+)/messages/", 5, 5.0),
    limit("deletions", "DELETE", r"/channels/(\d+)/messages/", 5, 1.0),
    limit("typing", "POST", r"/channels/(\d+)/typing", 5, 5.0),
)
EVERYTHING = Limit("global", re.compile(".*"), re.compile(f"{API}/(?!interactions|webhooks)()"), 50, 1.0)
"""Of the bot. What belongs to an interaction does not count here."""


@dataclass(frozen=True)
class Excess:
    """A request that was one too many."""

    at: float
    method: str
    path: str
    bucket: str


@dataclass
class Window:
    closes: float
    taken: int = 0


def too_many(retry_after: float | None, bucket: str = "") -> RefusedError:
    extra = {"retry_after": retry_after, "global": bucket == "global"}
    return RefusedError(429, 0, "You are being rate limited.", **extra)


@dataclass
class Rates:
    """Counts requests. `excess` is what was refused; that does not count."""

    limits: Iterable[Limit] = (*LIMITS, EVERYTHING)
    excess: list[Excess] = field(default_factory=list)
    _windows: dict[tuple[str, str], Window] = field(default_factory=dict)

    def check(self, method: str, path: str) -> dict[str, str]:
        """Count a request; its rate limit headers, of which there are none for what only counts globally.

        Raises:
            RefusedError: 429.
        """
        now = time.monotonic()
        found = [
            (one, m[1]) for one in self.limits if one.method.fullmatch(method) and (m := one.path.match(path))
        ]
        windows = [(one, self._window(one, key, now)) for one, key in found]
        for one, window in windows:
            if window.taken >= one.most:
                self.excess.append(Excess(now, method, path, one.bucket))
                raise too_many(round(window.closes - now, 3), one.bucket)
        for _, window in windows:
            window.taken += 1
        named = [(one, window) for one, window in windows if one.bucket != "global"]
        return _headers(*named[0], now) if named else {}

    def _window(self, one: Limit, key: str, now: float) -> Window:
        window = self._windows.get((one.bucket, key))
        if window is None or window.closes <= now:
            window = self._windows[one.bucket, key] = Window(now + one.seconds)
        return window


def _headers(one: Limit, window: Window, now: float) -> dict[str, str]:
    left = window.closes - now
    return {
        "X-RateLimit-Limit": str(one.most),
        "X-RateLimit-Remaining": str(one.most - window.taken),
        "X-RateLimit-Reset": f"{time.time() + left:.3f}",
        "X-RateLimit-Reset-After": f"{left:.3f}",
        "X-RateLimit-Bucket": one.bucket,
    }
