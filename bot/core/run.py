"""One event being answered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.core.events import Command, Event, Photo, PhotoSent
from bot.core.languages import spoken
from bot.core.photos import Key
from bot.core.phrasing import Phrasing, Shot
from bot.core.place import NOWHERE, Place
from bot.core.presence import Presence, Running
from bot.core.state import Work
from db.records import PersonRef, Preferences


class ForgottenError(Exception):
    """The person was forgotten while this was under way: nothing more is written."""


@dataclass
class Run:
    """What belongs to the answer to one event.

    `chat` is what the chat is called while we run, and in the store: a group keeps its first name when its id changes.
    `shot` is the picture that was made last, `place` where the person is, `doing` the work that was begun last, `used`
    whether this answer has taken a use of their quota.
    """

    event: Event
    chat: str
    presence: Presence
    phrasing: Phrasing
    epoch: int
    shot: Shot = field(default_factory=Shot)
    running: Running | None = None
    place: Place = NOWHERE
    doing: Work | None = None
    used: bool = False
    departures: int = field(init=False)
    chosen: Preferences = field(default_factory=Preferences)
    ref: PersonRef = field(init=False)
    key: Key = field(init=False)

    def __post_init__(self) -> None:
        person = self.event.origin.person
        self.ref = PersonRef(person.platform, person.id)
        self.key = (person, self.chat)
        self.departures = self.presence.departures

    @property
    def departed(self) -> bool:
        """Whether the person has left since the event came."""
        return self.presence.departures != self.departures

    @property
    def handle(self) -> str | None:
        """How the platform addresses the person, if it does."""
        handle = self.event.origin.handle
        return f"@{handle}" if handle else None

    @property
    def photo(self) -> Photo | None:
        """The photo that came with the event."""
        return self.event.photo if isinstance(self.event, PhotoSent | Command) else None

    def speak(self, chosen: Preferences) -> None:
        """From here on in the language that the person chose, else the platform's, now or last, else the place's."""
        self.chosen = chosen
        locale = spoken(self.event.origin, chosen, self.place.settings)
        self.phrasing = Phrasing(self.phrasing.person, locale)

    def show(
        self, data: bytes, media_type: str = "image/jpeg", *, code: str | None = None, poster: bytes = b""
    ) -> None:
        """This is what is shown next."""
        self.shot = Shot(data, media_type, code, poster)

    def check(self) -> None:
        """Raises ForgottenError when the person was forgotten since the event came."""
        if self.presence.epoch != self.epoch:
            raise ForgottenError

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Hold this to write about the person: `/forget` waits for it, and nothing is written after it."""
        async with self.presence.writing:
            self.check()
            yield

    def leave(self) -> None:
        """The job of this run is over, or given up."""
        if self.running is None:
            return
        if self.presence.running.get(self.chat) is self.running:
            del self.presence.running[self.chat]
        self.running.stop("cancelled")
        self.running = None
