"""What can be made to go wrong, and the rate limit that is always there."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.doubles.discord.limits import RefusedError

WEBHOOK_PATH = re.compile(r"/api/v10/webhooks/\d+/([^/]+)")


def too_many(retry_after: float | None) -> RefusedError:
    extra = {"retry_after": retry_after, "global": False}
    return RefusedError(429, 0, "You are being rate limited.", **extra)


@dataclass
class Fault:
    """Answers `status` instead of doing the work: each `every`-th matching request, `times` times in all."""

    method: str
    path: re.Pattern[str]
    status: int
    times: float = float("inf")
    every: int = 1
    retry_after: float | None = None
    code: int = 0
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def strikes(self, method: str, path: str) -> bool:
        if method != self.method or not self.path.search(path):
            return False
        self.seen += 1
        if self.fired >= self.times or self.seen % self.every:
            return False
        self.fired += 1
        return True

    def refusal(self) -> RefusedError:
        if self.status == 429:
            return too_many(self.retry_after)
        return RefusedError(self.status, self.code, f"{self.status}: made to fail by the test")


class Faults:
    """Faults by route, a freeze of every answer, and the limit of requests for each webhook token."""

    def __init__(self, webhook_limit: tuple[int, float] | None) -> None:
        self.planned: list[Fault] = []
        self._limit = webhook_limit
        self._recent: dict[str, deque[float]] = defaultdict(deque)
        self._frozen_until = 0.0

    def freeze(self, seconds: float) -> None:
        self._frozen_until = time.monotonic() + seconds

    async def thaw(self) -> None:
        await asyncio.sleep(max(0.0, self._frozen_until - time.monotonic()))

    def check(self, method: str, path: str) -> dict[str, str]:
        """The rate limit headers of this request; raises what was planned for it, or a 429."""
        for fault in self.planned:
            if fault.strikes(method, path):
                raise fault.refusal()
        match = WEBHOOK_PATH.match(path)
        return self._count(match[1]) if match and self._limit else {}

    def _count(self, token: str) -> dict[str, str]:
        assert self._limit is not None
        most, seconds = self._limit
        now, recent = time.monotonic(), self._recent[token]
        while recent and recent[0] <= now - seconds:
            recent.popleft()
        reset = (recent[0] + seconds - now) if recent else seconds
        if len(recent) >= most:
            raise too_many(round(reset, 3))
        recent.append(now)
        return {
            "X-RateLimit-Limit": str(most),
            "X-RateLimit-Remaining": str(most - len(recent)),
            "X-RateLimit-Reset": f"{time.time() + reset:.3f}",
            "X-RateLimit-Reset-After": f"{reset:.3f}",
            "X-RateLimit-Bucket": "webhooks",
        }
