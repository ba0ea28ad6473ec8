"""Where orders are left for the device thread, and reports come back from it: the lock around the scheduler."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from inference.errors import InternalError, TypefaceError
from inference.scheduler.orders import Failed, ProjectOrder, RenderOrder, Report, Sink, Ticket
from inference.scheduler.scheduler import Plan, Scheduler, Standing
from inference.worker.attempts import attempt


class Mailbox:
    """Any thread may order, cancel and ask; the device thread takes plans and reports.

    Args:
        scheduler: what decides; nobody else calls it.
        clock: the seconds by which deadlines are told.
    """

    def __init__(self, scheduler: Scheduler, clock: Callable[[], float] = time.monotonic) -> None:
        self._scheduler = scheduler
        self._clock = clock
        self._news = threading.Condition()
        self._orders: dict[str, ProjectOrder | RenderOrder] = {}
        self._sinks: dict[str, Sink] = {}
        self._chores: list[Callable[[], None]] = []
        self._closed: TypefaceError | None = None

    def project(self, order: ProjectOrder, sink: Sink) -> None:
        """Queue a projection. Raises AlreadyRunning, Busy, InternalError or Stopping."""
        with self._news:
            self._open()
            self._scheduler.submit(order.ticket)
            self._keep(order.ticket.id, order, sink)

    def render(self, order: RenderOrder, sink: Sink) -> None:
        """Queue a picture. Raises Busy, InternalError or Stopping."""
        with self._news:
            self._open()
            self._scheduler.submit_render(order.id)
            self._keep(order.id, order, sink)

    def cancel(self, id: str) -> None:
        """Withdraw an order before its next step; one that has ended stays as it is."""
        with self._news:
            if self._scheduler.cancel(id):
                self._news.notify()

    def room(self) -> int:
        """How many more projections may wait. Raises InternalError or Stopping."""
        with self._news:
            self._open()
            return self._scheduler.room()

    def places(self, count: int) -> list[float]:
        """After how many seconds each of the next `count` places in the queue comes free."""
        with self._news:
            return self._scheduler.places(count)

    def standing(self, id: str) -> Standing | None:
        """Where a projection stands; None when it neither waits nor runs."""
        with self._news:
            return self._scheduler.standing(id, self._clock())

    def expects(self, ticket: Ticket) -> float:
        """In how many seconds a projection would end that came now."""
        with self._news:
            return self._scheduler.expects(ticket)

    def knows(self, owner: str) -> bool:
        """Whether a projection of this owner waits or runs."""
        with self._news:
            return self._scheduler.knows(owner)

    def load(self) -> tuple[int, int]:
        """How many pictures wait, and how many projections wait or run."""
        with self._news:
            return self._scheduler.load

    def ask(self, chore: Callable[[], None]) -> None:
        """Let the device thread do this before its next plan."""
        with self._news:
            self._chores.append(chore)
            self._news.notify()

    def close(self, reason: TypefaceError) -> None:
        """Take no order any more, and end the wait for one; whoever orders is told the reason."""
        with self._news:
            self._closed = self._closed or reason
            self._news.notify()

    def plan(self, *, wait: bool = True) -> Plan | None:
        """What to do at the next tick, waited for if need be; None when all is closed. Chores are done first."""
        with self._news:
            while wait and not self._closed and not self._chores and self._scheduler.idle:
                self._news.wait()
            chores, self._chores = self._chores, []
        for chore in chores:
            chore()
        with self._news:
            return None if self._closed else self._scheduler.plan(self._clock())

    def order(self, id: str) -> ProjectOrder | RenderOrder | None:
        """What was ordered; None once it was taken."""
        with self._news:
            return self._orders.get(id)

    def take(self, id: str) -> ProjectOrder | RenderOrder | None:
        """What was ordered, and with it the only hold on the photos."""
        with self._news:
            return self._orders.pop(id, None)

    def tell(self, id: str, report: Report) -> None:
        """Report on an order that goes on."""
        with self._news:
            sink = self._sinks.get(id)
        if sink is not None:
            sink(report)

    def settle(self, id: str, report: Report) -> None:
        """Give the last report of an order."""
        with self._news:
            self._scheduler.finished(id)
            self._orders.pop(id, None)
            sink = self._sinks.pop(id, None)
        if sink is not None:
            sink(report)

    def advanced(self, id: str, step: int, steps: int) -> None:
        """How far a projection is."""
        with self._news:
            self._scheduler.advanced(id, step, steps)

    def completed(self, id: str, step: int) -> None:
        """How many steps a projection took."""
        with self._news:
            self._scheduler.completed(id, step)

    def narrow(self, width: int) -> None:
        """Have at most `width` slots; who loses one is next in line."""
        with self._news:
            self._scheduler.narrow(width)

    def in_slots(self, ids: Sequence[str]) -> list[str]:
        """Those that have a slot: cancelling and narrowing take it away at once, whatever was planned."""
        with self._news:
            return [key for key in ids if self._scheduler.slot(key) is not None]

    def measured(self, seconds: float) -> None:
        """What a tick with steps took."""
        with self._news:
            self._scheduler.pace.measured(seconds)

    def paced(self, pack: str, steps: int, *, step_seconds: float | None = None) -> None:
        """What projections of a pack take, and a first measure of a step."""
        with self._news:
            self._scheduler.pace.by_pack[pack] = steps
            if step_seconds is not None:
                self._scheduler.pace.tick_seconds = step_seconds
                self._scheduler.pace.steps = steps

    def everyone(self) -> tuple[str, ...]:
        """The ids of all orders that nobody has answered yet."""
        with self._news:
            return tuple(self._sinks)

    def fail(self) -> None:
        """After a bug of ours: answer all orders with it, whatever state the scheduler is in."""
        self.close(InternalError("The device thread has ended."))
        with self._news:
            sinks, self._sinks = self._sinks, {}
            self._orders.clear()
        for sink in sinks.values():
            attempt(partial(sink, Failed(InternalError())))

    def _keep(self, id: str, order: ProjectOrder | RenderOrder, sink: Sink) -> None:
        self._orders[id], self._sinks[id] = order, sink
        self._news.notify()

    def _open(self) -> None:
        """Nobody would ever answer an order that comes too late."""
        if self._closed is not None:
            raise type(self._closed)(self._closed.detail)
