"""Who of those that wait in one class of priority is next: first come, first served, or equal shares by client."""

from __future__ import annotations

from bisect import insort
from collections import deque
from dataclasses import dataclass
from operator import attrgetter
from typing import Protocol, Self

from inference.scheduler.orders import Ticket

_ARRIVAL = attrgetter("number")


@dataclass(frozen=True)
class Entry:
    """A ticket that waits.

    Attributes:
        cost: the steps that it will take, or still takes.
        number: counts arrivals.
        since: the tick in which it came.
    """

    ticket: Ticket
    cost: int
    number: int
    since: int


class Queue(Protocol):
    """One class of priority."""

    def __len__(self) -> int: ...
    def add(self, entry: Entry) -> None: ...
    def remove(self, entry: Entry) -> None: ...
    def take(self) -> Entry: ...
    def copy(self) -> Self: ...


class FirstCome:
    """Whoever came first is next, whatever the client."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        insort(self._entries, entry, key=_ARRIVAL)

    def remove(self, entry: Entry) -> None:
        self._entries.remove(entry)

    def take(self) -> Entry:
        return self._entries.pop(0)

    def copy(self) -> FirstCome:
        other = FirstCome()
        other._entries = self._entries.copy()
        return other


class RoundRobin:
    """Deficit round robin over clients, in steps; first come, first served within a client.

    Shreedhar and Varghese, "Efficient fair queuing using deficit round-robin", IEEE/ACM Transactions on Networking
    4(3), 1996, figure 2: clients are visited in turn; each visit adds a quantum of steps to what the client may spend,
    and what it cannot spend yet it keeps, until it has nothing that waits. So of two clients that both wait neither
    gets more than a quantum and twice the longest job ahead of the other (their fairness bound). Jobs are packets.
    """

    def __init__(self, quantum: int) -> None:
        self._quantum = quantum
        self._queues: dict[str, list[Entry]] = {}
        self._turns: deque[str] = deque()
        self._deficits: dict[str, int] = {}
        self._visited = False  # whether who is first in turn has got the quantum of this visit

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def add(self, entry: Entry) -> None:
        client = entry.ticket.client
        if client not in self._queues:
            self._queues[client], self._deficits[client] = [], 0
            self._turns.append(client)
        insort(self._queues[client], entry, key=_ARRIVAL)

    def remove(self, entry: Entry) -> None:
        client = entry.ticket.client
        self._queues[client].remove(entry)
        if not self._queues[client]:
            self._leave(client)

    def take(self) -> Entry:
        while True:
            client = self._turns[0]
            if not self._visited:
                self._deficits[client] += self._quantum
                self._visited = True
            entry = self._queues[client][0]
            if entry.cost <= self._deficits[client]:
                self._deficits[client] -= entry.cost
                self.remove(entry)
                return entry
            self._turns.rotate(-1)
            self._visited = False

    def copy(self) -> RoundRobin:
        other = RoundRobin(self._quantum)
        other._queues = {client: queue.copy() for client, queue in self._queues.items()}
        other._turns = self._turns.copy()
        other._deficits = self._deficits.copy()
        other._visited = self._visited
        return other

    def _leave(self, client: str) -> None:
        if self._turns[0] == client:
            self._visited = False
        self._turns.remove(client)
        del self._queues[client], self._deficits[client]
