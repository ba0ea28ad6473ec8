from collections.abc import AsyncIterator

import pytest

from bot.core.events import Event, Person
from bot.core.house import House
from bot.core.replies import Reply
from bot.core.service import Service
from db.records import PersonRef
from tests.bot.core.fakes import FakeClock, FakeDrawing, FakeFaces
from tests.bot.core.people import ANN, check
from tests.bot.core.world.memory import Memory
from tests.bot.core.world.rows import Someone


class Bench:
    """A service with recording fakes at its ports."""

    def __init__(self) -> None:
        self.faces, self.store = FakeFaces(), Memory()
        self.drawing, self.clock = FakeDrawing(), FakeClock()
        self.service = self.started()

    def started(self, chart: str = "opposite") -> Service:
        """The bot as it is after a start: only the store is as it was."""
        self.service = Service(
            self.faces,
            self.store,
            self.drawing,
            self.clock,
            House(86400, chart, frozenset({("discord", "4711")})),
        )
        return self.service

    async def send(self, event: Event) -> list[Reply]:
        replies = [reply async for reply in self.service.handle(event)]
        for reply in replies:
            check(reply)
        return replies

    def row(self, person: Person = ANN) -> Someone:
        """What is kept about the person."""
        return self.store.row(self.ref(person))

    def ref(self, person: Person = ANN) -> PersonRef:
        return PersonRef(person.platform, person.id)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.service.close()
