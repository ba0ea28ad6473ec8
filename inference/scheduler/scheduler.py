"""Who runs at the next tick: projections in fixed slots; pictures, and first glances at who waits, between ticks.

Pure and plain: no thread, clock or tensor in here; time is passed in. Its owner serialises the calls (see
`inference.worker.mailbox`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from inference.errors import AlreadyRunning, Busy
from inference.scheduler.estimate import Forecast, Pace
from inference.scheduler.orders import Ticket
from inference.scheduler.queues import Entry
from inference.scheduler.slots import Slot, Slots
from inference.scheduler.wait_queue import WaitQueue

_AWAY_SECONDS = 60.0


@dataclass(frozen=True)
class Limits:
    """How much is taken in, and by which rule it is served.

    Attributes:
        width: slots.
        queue: how many projections may wait.
        renders: how many pictures may wait.
        renders_per_tick: pictures between two ticks, so that steps go on.
        glances_per_tick: first glances between two ticks, likewise.
        fair: equal shares for clients, by deficit round robin; else first come, first served.
        quantum: the steps that a client gets in its turn.
        patience: ticks after which one who waits rises by a class of priority.
    """

    width: int = 1
    queue: int = 32
    renders: int = 64
    renders_per_tick: int = 4
    glances_per_tick: int = 4
    fair: bool = False
    quantum: int = 60
    patience: int = 300


@dataclass(frozen=True)
class Plan:
    """What the worker does now, in this order; all are ids.

    Attributes:
        leaves: were cancelled.
        overdue: their deadline has passed: they end with what they have, if they have anything.
        renders: pictures to draw.
        joins: get a slot; who had one before goes on where it was.
        glances: wait, and are to be shown where they will begin.
        steps: every taken slot, by number, `joins` among them.
    """

    leaves: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    renders: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    glances: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """Where a projection stands: `position` 0 when it runs, 1 when it is next; `eta` is in seconds."""

    position: int
    eta: float


class Scheduler:
    """The wait queue and the slots. Each ticket that was accepted leaves once: by `leaves`, `overdue` or `finished`."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.pace = Pace()
        self._renders: deque[str] = deque()
        self._glances: deque[str] = deque()
        self._waiting = WaitQueue(limits)
        self._slots = Slots(limits.width)
        self._leaving: list[str] = []
        self._arrivals = 0
        self._tick = 0
        self._forecast: Forecast | None = None  # of the present state

    @property
    def width(self) -> int:
        """How many slots there are now."""
        return self._slots.width

    @property
    def idle(self) -> bool:
        """Whether a plan would be empty."""
        return not (self._renders or self._waiting or self._slots or self._leaving)

    @property
    def load(self) -> tuple[int, int]:
        """How many pictures wait, and how many projections wait or run."""
        return len(self._renders), len(self._waiting) + len(self._slots)

    def knows(self, owner: str) -> bool:
        """Whether a projection of this owner waits or runs."""
        return any(ticket.owner == owner for ticket in self._tickets())

    def room(self) -> int:
        """How many more projections may wait."""
        return self.limits.queue - len(self._waiting)

    def places(self, count: int) -> list[float]:
        """After how many seconds each of the next `count` places in the queue comes free."""
        forecast = self._ahead()
        starts = list(forecast.starts.values())[:count]
        starts += [forecast.follow(self.pace.usual) for _ in range(count - len(starts))]
        self._forecast = None
        return [self._seconds(start) for start in starts]

    def expects(self, ticket: Ticket) -> float:
        """In how many seconds a projection would end that came now."""
        waiting = self._waiting.copy()
        waiting.add(self._entry(ticket))
        return self._foresee(waiting).ends[ticket.id] * self.pace.tick_seconds

    def submit(self, ticket: Ticket) -> None:
        """Queue a projection.

        Raises:
            AlreadyRunning: a projection of this owner waits or runs.
            Busy: the queue is full; `retry_after` is when a place is likely.
        """
        if self.knows(ticket.owner):
            raise AlreadyRunning
        if self.room() <= 0:
            raise Busy("The queue of projections is full.", retry_after=self.places(1)[0])
        self._waiting.add(self._entry(ticket))
        self._arrivals += 1
        self._glances.append(ticket.id)
        self._forecast = None

    def submit_render(self, id: str) -> None:
        """Queue a picture, which is drawn before the next tick.

        Raises:
            Busy: too many pictures wait; some are drawn with the next tick.
        """
        if len(self._renders) >= self.limits.renders:
            raise Busy("Too many pictures are being drawn.", retry_after=self._seconds(1))
        self._renders.append(id)

    def cancel(self, id: str) -> bool:
        """Take an order out; the next plan names it among `leaves`. False when there is nothing to cancel."""
        if id in self._renders:
            self._renders.remove(id)
        elif not self._drop(id):
            return False
        self._leaving.append(id)
        return True

    def plan(self, now: float = 0) -> Plan:
        """Decide the next tick, at the time `now` of the clock that deadlines are told by."""
        leaves, self._leaving = tuple(self._leaving), []
        overdue = self._expire(now)
        self._tick += bool(self._waiting or self._slots)
        joins = tuple(self._join() for _ in range(min(self._slots.free, len(self._waiting))))
        count = min(len(self._renders), self.limits.renders_per_tick)
        renders = tuple(self._renders.popleft() for _ in range(count))
        steps = tuple(slot.ticket.id for slot in self._slots)
        self._forecast = None
        return Plan(leaves, overdue, renders, joins, tuple(self._glance()), steps)

    def advanced(self, id: str, step: int, steps: int) -> None:
        """Take in how far a running projection is."""
        if slot := self._slots.find(id):
            slot.advanced(step, steps)
            self._forecast = None

    def completed(self, id: str, step: int) -> None:
        """A running projection has found its latent, in so many steps; `finished` follows."""
        if slot := self._slots.find(id):
            self.pace.learn(slot.ticket.pack, step, slot.planned)

    def finished(self, id: str) -> None:
        """A projection is done or has failed, even if it was cancelled in its last step."""
        self._drop(id)
        if id in self._leaving:
            self._leaving.remove(id)

    def narrow(self, width: int) -> None:
        """Have at most `width` slots from now on; whoever loses a slot is next in line."""
        self._waiting.put_back(self._slots.narrow(width))
        self._forecast = None

    def everyone(self) -> tuple[str, ...]:
        """The ids of all that waits or runs."""
        return (*self._renders, *(ticket.id for ticket in self._tickets()))

    def slot(self, id: str) -> int | None:
        """The number of a running projection's slot."""
        return self._slots.number(id)

    def standing(self, id: str, now: float = 0) -> Standing | None:
        """Position and estimated seconds to the end; None for an unknown or finished projection."""
        if slot := self._slots.find(id):
            return Standing(0, self._eta(slot.ticket, self._left(slot), now))
        ends = self._ahead().ends
        if id not in ends:
            return None
        ticket = next(entry.ticket for entry in self._waiting if entry.ticket.id == id)
        return Standing(list(ends).index(id) + 1, self._eta(ticket, ends[id], now))

    def _entry(self, ticket: Ticket) -> Entry:
        return Entry(ticket, self.pace.cost(ticket), self._arrivals, self._tick)

    def _left(self, slot: Slot) -> int:
        """The ticks that a running projection is likely to take still; it knows itself once its steps are cut."""
        if slot.steps < slot.planned:
            return slot.remaining
        return self.pace.left(slot.ticket.pack, slot.step, slot.steps)

    def _tickets(self) -> Iterator[Ticket]:
        yield from (entry.ticket for entry in self._waiting)
        yield from (slot.ticket for slot in self._slots)

    def _drop(self, id: str) -> bool:
        self._forecast = None
        return self._waiting.remove(id) is not None or self._slots.leave(id) is not None

    def _expire(self, now: float) -> tuple[str, ...]:
        """Let go whose deadline has passed."""
        past = tuple(t.id for t in self._tickets() if t.deadline is not None and t.deadline <= now)
        for key in past:
            self._drop(key)
        return past

    def _join(self) -> str:
        entry = self._waiting.take(self._tick)
        self._slots.take(entry)
        return entry.ticket.id

    def _glance(self) -> Iterator[str]:
        """Who is shown its beginning now; who has got a slot by now is shown it there."""
        self._glances = deque(key for key in self._glances if key in self._waiting)
        for _ in range(min(len(self._glances), self.limits.glances_per_tick)):
            yield self._glances.popleft()

    def _foresee(self, waiting: WaitQueue) -> Forecast:
        return Forecast([self._left(slot) for slot in self._slots], waiting, self.width, self._tick)

    def _ahead(self) -> Forecast:
        """What will become of those who wait; kept until something changes."""
        if self._forecast is None:
            self._forecast = self._foresee(self._waiting.copy())
        return self._forecast

    def _eta(self, ticket: Ticket, ticks: int, now: float) -> float:
        eta = ticks * self.pace.tick_seconds
        return eta if ticket.deadline is None else max(0.0, min(eta, ticket.deadline - now))

    def _seconds(self, ticks: int) -> float:
        """How long to stay away; no more than a minute, since who waits may leave any time."""
        return round(min(_AWAY_SECONDS, max(1.0, ticks * self.pace.tick_seconds)), 1)
