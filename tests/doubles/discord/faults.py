"""What can be made to go wrong."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field

from tests.doubles.discord.limits import RefusedError
from tests.doubles.discord.rates import Rates, too_many


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
    """Faults by route, a freeze of every answer, and the rate limits that are always there."""

    def __init__(self, rates: Rates) -> None:
        self.planned: list[Fault] = []
        self.rates = rates
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
        return self.rates.check(method, path)
