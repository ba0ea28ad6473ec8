"""What can be made to go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.doubles.telegram.errors import RefusedError


@dataclass
class Fault:
    """Refuses each `every`-th call of a method, `times` times; `html` answers as a broken proxy does."""

    method: str
    code: int
    description: str = "Internal Server Error"
    retry_after: int | None = None
    every: int = 1
    times: float = float("inf")
    html: bool = False
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def strikes(self, method: str) -> bool:
        if method.lower() != self.method.lower():
            return False
        self.seen += 1
        if self.fired >= self.times or self.seen % self.every:
            return False
        self.fired += 1
        return True

    def refusal(self) -> RefusedError:
        if self.retry_after is not None:
            words = f"Too Many Requests: retry after {self.retry_after}"
            return RefusedError(429, words, retry_after=self.retry_after)
        return RefusedError(self.code, self.description)
