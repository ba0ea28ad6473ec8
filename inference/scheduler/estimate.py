"""How long until each projection ends, from the measured time of a tick and the order in which they will run."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from inference.scheduler.orders import Ticket
from inference.scheduler.wait_queue import WaitQueue


@dataclass
class Pace:
    """What a tick costs and how many steps a projection takes; `tick_seconds` follows what is measured.

    The first values are guesses that the warm-up replaces; `by_pack` holds what projections of a pack plan, and
    `learned` what they really take, which is less where they end on a plateau.
    """

    tick_seconds: float = 0.2
    steps: int = 60
    by_pack: dict[str, int] = field(default_factory=dict)
    learned: dict[str, float] = field(default_factory=dict)
    _ticks: int = 1

    @property
    def usual(self) -> int:
        """The steps of a projection of which nothing is known yet."""
        return math.ceil(min(self.steps, max(self.learned.values(), default=self.steps)))

    def measured(self, seconds: float) -> None:
        """Take in the duration of one tick (the steps of all slots and the pictures before them)."""
        self._ticks += 1
        self.tick_seconds += max(0.1, 1 / self._ticks) * (seconds - self.tick_seconds)

    def learn(self, pack: str, made: int, planned: int) -> None:
        """Take in the steps of a projection that is complete.

        One that made all it planned tells only that it takes as many at least: whoever asked for 3 taught nothing.
        """
        known = self.learned.get(pack)
        if made < planned:
            self.learned[pack] = made if known is None else known + 0.2 * (made - known)
        elif known is not None and made > known:
            self.learned[pack] = known + 0.2 * (made - known)

    def left(self, pack: str, step: int, steps: int) -> int:
        """The steps that a projection is likely to make still, which has made `step` of `steps`.

        Whoever has passed what others took is near the end, too: a quarter more, as a guess.
        """
        likely = max(self.learned.get(pack, steps), 1.25 * step)
        return max(0, min(steps, math.ceil(likely)) - step)

    def cost(self, ticket: Ticket) -> int:
        """The steps that a projection is likely to take; 1 at least, since it needs a slot for a tick."""
        chosen = self.by_pack.get(ticket.pack, self.steps)
        return max(1, self.left(ticket.pack, 0, chosen if ticket.steps is None else ticket.steps))


class Forecast:
    """What will happen if nobody else comes: in how many ticks each waiting projection starts and ends.

    Args:
        remaining: the ticks that each running projection still takes.
        waiting: who waits; it is used up.
        width: how many run at once.
        tick: the number of the present tick.
    """

    def __init__(self, remaining: Sequence[int], waiting: WaitQueue, width: int, tick: int = 0) -> None:
        self._free = [*remaining, *[0] * (width - len(remaining))]
        heapq.heapify(self._free)
        self.starts: dict[str, int] = {}
        self.ends: dict[str, int] = {}
        while len(waiting):
            start = self._free[0]
            entry = waiting.take(tick + start)
            self.starts[entry.ticket.id] = start
            self.ends[entry.ticket.id] = self.follow(entry.cost) + entry.cost

    def follow(self, cost: int) -> int:
        """One more that takes `cost` ticks, behind all others: when it starts."""
        start = heapq.heappop(self._free)
        heapq.heappush(self._free, start + cost)
        return start
