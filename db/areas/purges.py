"""Keeping the house clean: what is past its time goes, a few rows in each transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db.areas.base import Area
from db.records import Purged
from db.repositories import lapses

BATCH, STRETCH = 500, 1000
"""Rows that are deleted, and people who are looked at, in one transaction."""
_DAY = timedelta(days=1)


class Purges(Area):
    """Whatever ends a purge in the middle, what it has done stays done, and the next one goes on."""

    async def purge(self, now: datetime | None = None) -> Purged:
        """Delete what is past its time, and faces whose owner's consent no longer stands."""
        now = now or self._now()
        abandoned = await self._by_batches(lambda session: lapses.abandon(session, now - _DAY, now, BATCH))
        removed = {what: await self._past(what, moment) for what, moment in self._moments(now).items()}
        purged = await self._look_at_people(Purged(abandoned=abandoned, **removed), now)
        await self._database.scrub()
        return purged

    def _moments(self, now: datetime) -> dict[str, datetime]:
        """Up to when each has come to its end."""
        year = now - timedelta(days=self._settings.session_days)
        month = now - timedelta(days=self._settings.conversation_days)
        ends = dict.fromkeys(("faces", "makings", "shares", "pairs"), now)
        kept = {"updates": now - _DAY, "conversations": month, "uses": now - 2 * _DAY}
        return ends | kept | dict.fromkeys(("sessions", "jobs", "audit"), year)

    async def _past(self, what: str, moment: datetime) -> int:
        return await self._by_batches(lambda session: lapses.remove_past(session, what, moment, BATCH))

    async def _by_batches(self, some: Callable[[AsyncSession], Awaitable[int]]) -> int:
        """Do it until nothing is left: how many rows. After each time others have as long for themselves."""
        done = 0
        while True:
            begun = monotonic()
            async with self._database.writing() as session:
                number = await some(session)
            done += number
            if number < BATCH:
                return done
            await asyncio.sleep(monotonic() - begun)

    async def _look_at_people(self, purged: Purged, now: datetime) -> Purged:
        """Go through all who are known, a stretch at a time: strangers go, and faces that nobody agreed to."""
        after: UUID | None = UUID(int=0)
        while after is not None:
            async with self._database.reading() as session:
                people = await lapses.stretch(session, after, STRETCH)
                disagreeing = await lapses.disagreeing(session, people)
                strangers = await lapses.strangers(session, people, now - _DAY)
            after = people[1]
            if disagreeing or strangers:
                async with self._database.writing() as session:
                    faces, makings = await lapses.remove_disagreed(session, disagreeing)
                    gone = await lapses.remove_strangers(session, strangers, now - _DAY)
                purged = replace(
                    purged,
                    faces=purged.faces + faces,
                    makings=purged.makings + makings,
                    people=purged.people + gone,
                )
        return purged
