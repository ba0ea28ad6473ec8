"""All projections that wait, in the order in which they will get slots."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Protocol

from inference.scheduler.orders import Ticket
from inference.scheduler.queues import Entry, FirstCome, Queue, RoundRobin
from inference.wire import Priority

_RANKS: dict[Priority, int] = {"high": 0, "normal": 1, "low": 2}


class Rule(Protocol):
    """How those who wait are ordered; fulfilled by `inference.scheduler.scheduler.Limits`."""

    @property
    def fair(self) -> bool: ...
    @property
    def quantum(self) -> int: ...
    @property
    def patience(self) -> int: ...


class WaitQueue:
    """Classes of priority, each of which is served when all above it are empty.

    A projection that has waited for `patience` ticks moves up by one class, and keeps the rank of its arrival there. So
    after twice that time even a low one is among the high ones, where nobody who came later is served before it (first
    come, first served), or its client's turn comes with every round (by shares): nobody waits for ever.
    Whoever had a slot already and lost it is next, before all classes.
    """

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._queues: list[Queue] = [self._queue() for _ in _RANKS]
        self._back: deque[Entry] = deque()
        self._entries: dict[str, tuple[Entry, int]] = {}  # by id, with the class; -1 is `_back`

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """All that wait, in the order of arrival, but who lost a slot comes last."""
        return iter([entry for entry, _ in self._entries.values()])

    def __contains__(self, id: str) -> bool:
        return id in self._entries

    def add(self, entry: Entry) -> None:
        self._put(entry, _RANKS[entry.ticket.priority])

    def put_back(self, entries: list[Entry]) -> None:
        """Let them be next, in this order."""
        for entry in reversed(entries):
            self._back.appendleft(entry)
            self._entries[entry.ticket.id] = (entry, -1)

    def remove(self, id: str) -> Ticket | None:
        """Take one out; None when it does not wait."""
        entry, rank = self._entries.pop(id, (None, 0))
        if entry is None:
            return None
        if rank < 0:
            self._back.remove(entry)
        else:
            self._queues[rank].remove(entry)
        return entry.ticket

    def take(self, tick: int) -> Entry:
        """Who is next at this tick leaves the queue."""
        self._age(tick)
        entry = self._back.popleft() if self._back else next(q for q in self._queues if len(q)).take()
        del self._entries[entry.ticket.id]
        return entry

    def copy(self) -> WaitQueue:
        """The same queue, to try out what will happen."""
        other = WaitQueue(self._rule)
        other._queues = [queue.copy() for queue in self._queues]
        other._back = self._back.copy()
        other._entries = self._entries.copy()
        return other

    def _queue(self) -> Queue:
        return RoundRobin(self._rule.quantum) if self._rule.fair else FirstCome()

    def _put(self, entry: Entry, rank: int) -> None:
        self._queues[rank].add(entry)
        self._entries[entry.ticket.id] = (entry, rank)

    def _age(self, tick: int) -> None:
        for entry, rank in list(self._entries.values()):
            risen = (tick - entry.since) // self._rule.patience
            due = max(0, _RANKS[entry.ticket.priority] - risen)
            if due < rank:
                self._queues[rank].remove(entry)
                self._put(entry, due)
