from collections.abc import AsyncIterator

import pytest

from bot.core.events import Event, Person
from bot.core.house import House
from bot.core.replies import Reply
from bot.core.service import Service
from db.records import PersonRef
from tests.bot.core.fakes import FakeClock, FakeDrawing, FakeFaces, FakeStore
from tests.bot.core.people import ANN, check


class Bench:
    """A service with recording fakes at its ports."""

    def __init__(self) -> None:
        self.faces, self.store = FakeFaces(), FakeStore()
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

    def ref(self, person: Person = ANN) -> PersonRef:
        return PersonRef(person.platform, person.id)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    await bench.service.close()
