"""Who runs at the next tick: first come, first served projections in fixed slots, and renders between ticks.

Pure and plain: no thread, clock or tensor in here. Its owner serialises the calls (see `inference.worker`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from inference.errors import AlreadyRunning, Busy
from inference.scheduler.estimate import Pace, ends
from inference.scheduler.orders import Ticket


@dataclass(frozen=True)
class Limits:
    """Slots, waiting projections, waiting renders, and renders between two ticks (so that steps go on)."""

    width: int = 1
    queue: int = 32
    renders: int = 64
    renders_per_tick: int = 4


@dataclass(frozen=True)
class Plan:
    """What the worker does now, in this order: let `leaves` go, do `renders`, start `joins`, advance `steps`.

    `steps` names every occupied slot, `joins` among them. All are ids.
    """

    leaves: tuple[str, ...] = ()
    renders: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a projection stands: `position` 0 when it runs, 1 when it is next; `eta` is in seconds."""

    position: int
    eta: float


@dataclass
class _Slot:
    ticket: Ticket
    step: int = 0
    steps: int = 0

    @property
    def remaining(self) -> int:
        return max(0, self.steps - self.step)


class Scheduler:
    """Queue and slots. Every ticket that was accepted leaves by exactly one of `leaves` and `finished`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.pace = Pace()
        self._renders: deque[str] = deque()
        self._queue: dict[str, Ticket] = {}
        self._slots: dict[str, _Slot] = {}
        self._leaving: list[str] = []

    @property
    def idle(self) -> bool:
        """Whether a plan would be empty."""
        return not (self._renders or self._queue or self._slots or self._leaving)

    def admit(self, owner: str) -> None:
        """Check that a projection of `owner` would be accepted now.

        Raises:
            AlreadyRunning: a projection of this owner waits or runs.
            Busy: the queue is full; `retry_after` is when a place is likely.
        """
        tickets = [*self._queue.values(), *(slot.ticket for slot in self._slots.values())]
        if any(ticket.owner == owner for ticket in tickets):
            raise AlreadyRunning
        if len(self._queue) >= self.limits.queue:
            raise Busy("The queue of projections is full.", retry_after=self.place_in(1))

    def room(self) -> int:
        """How many more projections may wait."""
        return self.limits.queue - len(self._queue)

    def place_in(self, nth: int) -> float:
        """Seconds until `nth` projections from now have got a slot, and left their places in the queue to others."""
        queued = [ticket.steps or self.pace.steps for ticket in self._queue.values()]
        queued += [self.pace.steps] * (nth - len(queued))
        end = ends(self._remaining(), queued, self.limits.width)[nth - 1]
        return self._seconds(end - queued[nth - 1])

    def submit(self, ticket: Ticket) -> None:
        """Queue a projection. Raises what `admit` raises."""
        self.admit(ticket.owner)
        self._queue[ticket.id] = ticket

    def submit_render(self, id: str) -> None:
        """Queue a render, which runs before the next tick.

        Raises:
            Busy: too many renders wait; some are drawn with the next tick.
        """
        if len(self._renders) >= self.limits.renders:
            raise Busy("Too many pictures are being drawn.", retry_after=self._seconds(1))
        self._renders.append(id)

    def cancel(self, id: str) -> bool:
        """Take an order out; the next plan names it among `leaves`. False when there is nothing to cancel."""
        if id in self._renders:
            self._renders.remove(id)
        elif self._queue.pop(id, None) is None and self._slots.pop(id, None) is None:
            return False
        self._leaving.append(id)
        return True

    def plan(self) -> Plan:
        """Decide the next tick; joins take free slots in the order of arrival."""
        leaves, self._leaving = tuple(self._leaving), []
        count = min(len(self._renders), self.limits.renders_per_tick)
        renders = tuple(self._renders.popleft() for _ in range(count))
        free = self.limits.width - len(self._slots)
        joins = tuple(self._queue)[:free]
        for key in joins:
            ticket = self._queue.pop(key)
            self._slots[key] = _Slot(ticket, steps=ticket.steps or self.pace.steps)
        return Plan(leaves, renders, joins, tuple(self._slots))

    def advanced(self, id: str, step: int, steps: int) -> None:
        """Take in how far a running projection is."""
        if slot := self._slots.get(id):
            slot.step, slot.steps = step, steps

    def finished(self, id: str) -> None:
        """Free the slot of a projection that is done or failed, even if cancelled in its last step."""
        self._slots.pop(id, None)
        if id in self._leaving:
            self._leaving.remove(id)

    def everyone(self) -> tuple[str, ...]:
        """The ids of all that waits or runs."""
        return (*self._renders, *self._queue, *self._slots)

    def standing(self, id: str) -> Standing | None:
        """Position and estimated seconds to the end; None for an unknown or finished projection."""
        if slot := self._slots.get(id):
            return Standing(0, slot.remaining * self.pace.tick_seconds)
        if id not in self._queue:
            return None
        queued = [ticket.steps or self.pace.steps for ticket in self._queue.values()]
        place = list(self._queue).index(id)
        ticks = ends(self._remaining(), queued, self.limits.width)[place]
        return Standing(place + 1, ticks * self.pace.tick_seconds)

    def _remaining(self) -> list[int]:
        return [slot.remaining for slot in self._slots.values()]

    def _seconds(self, ticks: int) -> float:
        """How long to stay away; 1 at least."""
        return round(max(1.0, ticks * self.pace.tick_seconds), 1)
