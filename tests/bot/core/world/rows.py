"""What the store's twin in memory holds: rows as plain values."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from db.community import AuditEntry, Block, CommunitySettings
from db.errors import NoConsent, StoreError
from db.records import (
    Failure,
    HeldConsent,
    HeldFace,
    Making,
    Pair,
    PersonRef,
    Preferences,
)

V = TypeVar("V")
BEGINNING = datetime(2030, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Someone:
    """A person's row, and all that hangs on it."""

    wishes: Preferences = field(default_factory=Preferences)
    agreed: dict[int, HeldConsent] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    faces: dict[str, tuple[HeldFace, bytes]] = field(default_factory=dict)
    made: dict[str, Making] = field(default_factory=dict)
    links: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    maps: dict[str, str] = field(default_factory=dict)
    walks: list[tuple[str | None, str, str]] = field(default_factory=list)
    jobs: int = 0
    number: int = 0


@dataclass
class Two:
    """A pair's row. `invited` is whom the asker named, as the store would keep it: hashed."""

    asker: PersonRef
    invited: tuple[str, ...] | None
    created: datetime
    expires: datetime
    friend: PersonRef | None = None
    agreed: set[PersonRef] = field(default_factory=set)

    @property
    def both(self) -> bool:
        return len(self.agreed) == 2

    def seen_by(self, id: str, person: PersonRef) -> Pair:
        asked = person == self.asker
        mine = person in self.agreed
        own = person in (self.asker, self.friend) or self.invited == hashed_id(person)
        return Pair(id, asked, mine, bool(self.agreed - {person}), self.expires, own)


class Rows:
    """What is kept, and how a call begins."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self.people: dict[PersonRef, Someone] = {}
        self.pairs: dict[str, Two] = {}
        self.settings: dict[str, CommunitySettings] = {}
        self.log: dict[str, list[tuple[PersonRef | None, AuditEntry]]] = {}
        self.blocking: dict[str, dict[PersonRef, Block]] = {}
        self.uses: dict[tuple[PersonRef, str | None, date], tuple[int, datetime]] = {}
        self.failed: list[Failure] = []
        self.updates: set[tuple[str, str]] = set()
        self.touched: set[PersonRef] = set()
        self.saved: list[tuple[PersonRef, str]] = []
        self.jobs: list[tuple[str, int, int, str]] = []
        self.closed: list[str] = []
        self.known: set[str] = set()
        self.moves: dict[str, str] = {}
        self._roots: dict[str, str] = {}
        self.failing: set[str] = set()
        self.pause: dict[str, asyncio.Event] = {}
        self.down = False
        self._counted = 0

    async def _call(self, name: str) -> None:
        await asyncio.sleep(0)
        for waited in ("", name):
            if waited in self.pause:
                await self.pause[waited].wait()
        if self.down or name in self.failing:
            self.failing.discard(name)
            raise StoreError(f"{name} failed")

    def place(self, id: str) -> str:
        """The id under which a group is kept now, as a chat and as a community: its own, unless it has moved."""
        return self.moves.get(id, id)

    def _know(self, community: str) -> str:
        """The same, for writing."""
        self.known.add(self.place(community))
        return self.place(community)

    def _meet(self, person: PersonRef) -> Someone:
        """The person's row, for writing."""
        self.touched.add(person)
        if person not in self.people:
            self.people[person] = Someone(number=self._next())
        return self.people[person]

    def row(self, person: PersonRef) -> Someone:
        """The person's row, for reading: an empty one for a stranger."""
        return self.people.get(person) or Someone()

    def _next(self) -> int:
        self._counted += 1
        return self._counted

    def _agreeing(self, person: PersonRef) -> Someone:
        if not self.row(person).agreed:
            raise NoConsent("Nothing of a face is kept of a person who has not agreed.")
        return self._meet(person)

    def _newest(self, person: PersonRef, kind: str) -> tuple[HeldFace, bytes] | None:
        kept = [
            one
            for one in self.row(person).faces.values()
            if one[0].kind == kind and one[0].expires > self.now
        ]
        return max(reversed(kept), key=lambda one: (one[0].created, one[0].expires), default=None)

    def _makings(self, person: PersonRef) -> list[Making]:
        return [made for made in reversed(self.row(person).made.values()) if made.expires > self.now]

    def _good(self) -> dict[str, Two]:
        return {pair: two for pair, two in self.pairs.items() if two.expires > self.now}


def renamed(kept: dict[str, V], old: str, new: str) -> dict[str, V]:
    """What was under the old name is under the new one, and what was there already is gone."""
    if old not in kept:
        return kept
    return {new if key == old else key: value for key, value in kept.items() if key != new}


def hashed_id(person: PersonRef) -> tuple[str, ...]:
    """What the store keeps of somebody who was invited."""
    return ("id", person.platform, person.id)


def hashed_handle(platform: str, handle: str) -> tuple[str, ...]:
    return ("handle", platform, handle.strip().removeprefix("@").casefold())
