"""The places of a device's batch: who gets one keeps its number to the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from inference.scheduler.orders import Ticket
from inference.scheduler.queues import Entry


@dataclass
class Slot:
    """A running projection; `steps` are those of which `step` are made, of once `planned` ones."""

    entry: Entry
    step: int
    steps: int
    planned: int = field(init=False)

    def __post_init__(self) -> None:
        self.planned = self.steps

    @property
    def ticket(self) -> Ticket:
        return self.entry.ticket

    @property
    def remaining(self) -> int:
        return max(0, self.steps - self.step)

    def advanced(self, step: int, steps: int) -> None:
        """It says itself how far it is; what it says first is its plan."""
        self.planned = max(self.planned, steps) if step else steps
        self.step, self.steps = step, steps


class Slots:
    """`width` places, numbered from 0."""

    def __init__(self, width: int) -> None:
        self._places: list[Slot | None] = [None] * width
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        """How many are taken."""
        return len(self._numbers)

    def __iter__(self) -> Iterator[Slot]:
        """Those that are taken, by number."""
        return (slot for slot in self._places if slot is not None)

    @property
    def width(self) -> int:
        return len(self._places)

    @property
    def free(self) -> int:
        return self.width - len(self)

    def number(self, id: str) -> int | None:
        """Which place a projection has."""
        return self._numbers.get(id)

    def find(self, id: str) -> Slot | None:
        number = self._numbers.get(id)
        return None if number is None else self._places[number]

    def take(self, entry: Entry) -> None:
        """Give the first free place."""
        number = self._places.index(None)
        self._places[number] = Slot(entry, 0, entry.cost)
        self._numbers[entry.ticket.id] = number

    def leave(self, id: str) -> Slot | None:
        """Free a projection's place; None when it has none."""
        if id not in self._numbers:
            return None
        number = self._numbers.pop(id)
        slot, self._places[number] = self._places[number], None
        return slot

    def narrow(self, width: int) -> list[Entry]:
        """Keep the first `width` places; who had another loses it, with what it still has to do."""
        out = [slot for slot in self._places[width:] if slot is not None]
        for slot in out:
            del self._numbers[slot.ticket.id]
        del self._places[width:]
        return [replace(slot.entry, cost=max(1, slot.remaining)) for slot in out]
