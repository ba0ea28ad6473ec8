"""Telegram's limits of messages, counted by the clock of the double."""

from __future__ import annotations

import re
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from tests.doubles.telegram.errors import RefusedError
from tests.doubles.telegram.params import Params

MESSAGE = re.compile(r"(send(?!ChatAction)|editMessage|copyMessage|forwardMessage)")
RATES: Mapping[str, tuple[int, float]] = {"all": (30, 1.0), "chat": (5, 5.0), "group": (20, 60.0)}
"""Messages in so many seconds: of the bot, in one chat (one a second, a few may come at once), and in one group."""


@dataclass(frozen=True)
class Excess:
    """A message that was one too many; `limit` is a key of the rates, `over` what stands between it and others."""

    at: float
    method: str
    limit: str
    over: Any = field(repr=False)


class Flood:
    """Refuses what is too much, and remembers each. What is refused does not count."""

    def __init__(self, rates: Mapping[str, tuple[int, float]]) -> None:
        self.excess: list[Excess] = []
        self._rates = rates
        self._taken: dict[tuple[str, Any], deque[float]] = defaultdict(deque)

    def count(self, method: str, params: Params) -> None:
        """Count a call that is a message; an album is as many as its pictures.

        Raises:
            RefusedError: 429, with the whole seconds after which there is room again.
        """
        if not MESSAGE.match(method):
            return
        now, many = time.monotonic(), len(params.thing("media")) if method == "sendMediaGroup" else 1
        counted = [key for key in self._of(params.text("chat_id")) if key[0] in self._rates]
        waits = {key: self._wait(key, now, many) for key in counted}
        key = max(waits, key=lambda one: waits[one], default=("all", ""))
        if waits.get(key, 0.0) > 0:
            self.excess.append(Excess(now, method, *key))
            after = max(1, ceil(waits[key]))
            raise RefusedError(429, f"Too Many Requests: retry after {after}", retry_after=after)
        for key in counted:
            self._taken[key].extend([now] * many)

    def _of(self, chat: str) -> list[tuple[str, Any]]:
        shared = chat.startswith(("-", "@"))
        return [("all", ""), ("chat", chat), *([("group", chat)] if shared else [])]

    def _wait(self, key: tuple[str, Any], now: float, many: int) -> float:
        """Seconds until there is room for so many."""
        (most, seconds), taken = self._rates[key[0]], self._taken[key]
        while taken and taken[0] <= now - seconds:
            taken.popleft()
        too_many = len(taken) + many - most
        return taken[min(too_many, len(taken)) - 1] + seconds - now if too_many > 0 and taken else 0.0
