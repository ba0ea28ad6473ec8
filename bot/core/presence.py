"""What is going on for each person at this moment: held as long as something is, and no longer."""

from __future__ import annotations

import asyncio
from weakref import WeakValueDictionary

from bot.core.events import Person
from bot.core.state import Work


class Running:
    """A job under way. `doing` is what it does.

    `stopped` is the code of why it was stopped, None while it may go on.
    """

    def __init__(self, number: int, doing: Work) -> None:
        self.number, self.doing = number, doing
        self.stopped: str | None = None
        self.task: asyncio.Task[None] | None = None

    def stop(self, code: str) -> None:
        """Give the work up."""
        self.stopped = self.stopped or code
        if self.task:
            self.task.cancel()


class Presence:
    """One person: a lock for each chat to decide under, a lock to write under, and the work that runs.

    `epoch` counts how often the person was forgotten: what began in an earlier epoch writes nothing any more.
    `departures` counts how often they left: what came before takes no photo any more and begins no work.
    """

    def __init__(self) -> None:
        self.writing = asyncio.Lock()
        self.epoch = 0
        self.departures = 0
        self.running: dict[str, Running] = {}
        self._deciding: dict[str, asyncio.Lock] = {}

    def deciding(self, chat: str) -> asyncio.Lock:
        return self._deciding.setdefault(chat, asyncio.Lock())

    def works(self, chat: str) -> bool:
        """Whether a job on a photo runs in this chat that nobody has stopped."""
        running = self.running.get(chat)
        return running is not None and running.stopped is None

    def stop_all(self, code: str) -> None:
        for running in self.running.values():
            running.stop(code)


class Presences:
    """Everybody who is being answered."""

    def __init__(self) -> None:
        self._people: WeakValueDictionary[Person, Presence] = WeakValueDictionary()

    def of(self, person: Person) -> Presence:
        presence = self._people.get(person)
        if presence is None:
            presence = self._people[person] = Presence()
        return presence

    def all(self) -> list[Presence]:
        return list(self._people.values())
