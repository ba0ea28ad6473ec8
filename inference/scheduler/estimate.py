"""How long until each projection ends, from the measured time of a step."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Pace:
    """What a tick costs and how many steps a projection takes; `tick_seconds` follows what is measured.

    The first values are guesses that the warm-up replaces.
    """

    tick_seconds: float = 0.2
    steps: int = 60

    def measured(self, seconds: float) -> None:
        """Take in the duration of one tick (the steps of all slots and the renders before them)."""
        self.tick_seconds += 0.1 * (seconds - self.tick_seconds)


def ends(remaining: Sequence[int], queued: Sequence[int], width: int) -> list[int]:
    """In how many ticks each waiting projection ends.

    Args:
        remaining: the ticks that each running projection still takes.
        queued: the ticks that each waiting one will take, in the order in which they will run.
        width: how many run at once.
    """
    free = [*remaining, *[0] * (width - len(remaining))]
    heapq.heapify(free)
    waiting = []
    for steps in queued:
        end = heapq.heappop(free) + steps
        heapq.heappush(free, end)
        waiting.append(end)
    return waiting
