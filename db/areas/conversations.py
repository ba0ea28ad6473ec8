"""Updates that were handled, where conversations stand, and what came of them."""

from db.areas.base import Area
from db.records import PersonRef
from db.repositories import conversations, jobs, sessions, updates


class Conversations(Area):
    """Each method is one transaction."""

    async def seen(self, platform: str, update: str) -> bool:
        """Whether this update was handled already. Of several callers at once exactly one hears False."""
        async with self._database.writing() as session:
            return await updates.seen(session, self._hash("update", platform, update), self._now())

    async def save(self, person: PersonRef, chat: str, state: str) -> None:
        """Keep the state; the last writer wins."""
        async with self._database.writing() as session:
            known = await self._meet(session, person)
            place = self._chat(person, chat)
            await conversations.save(session, known.id, place, state, self._now())

    async def open_session(
        self, person: PersonRef, chat: str, type: str, gender: str, community: str | None = None
    ) -> None:
        """A walk through the steps begins; one still open in that chat ends as `replaced`."""
        async with self._database.writing() as session:
            # Whoever locks both locks the community first; in two orders they would wait for each other.
            where = await self._community(session, person.platform, community) if community else None
            known, now = await self._meet(session, person), self._now()
            place = self._chat(person, chat)
            await sessions.end(session, known.id, place, "replaced", now)
            await sessions.start(session, known.id, sessions.Walk(place, where, type, gender), now)

    async def close_session(self, person: PersonRef, chat: str, outcome: str) -> None:
        """The walk ends with an outcome, such as `matched`; nothing when none is open."""
        async with self._database.writing() as session:
            if known := await self._find(session, person, lock=True):
                place = self._chat(person, chat)
                await sessions.end(session, known.id, place, outcome, self._now())

    async def log_job(self, person: PersonRef, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        """Note how long a job waited and ran, for the community of the person's newest walk.

        Of somebody unknown (forgotten meanwhile) it is noted without a person.
        """
        timing = jobs.Timing(kind, queue_ms, run_ms, outcome)
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            where = await sessions.newest_place(session, known.id) if known else None
            await jobs.log(session, (known.id if known else None, where), timing, self._now())
