"""Numbers about use, and the last failures: nothing about anybody."""

from datetime import datetime

from db.areas.base import Area
from db.records import Failure, Statistics
from db.repositories import jobs, statistics


class Reports(Area):
    """Each method is one transaction."""

    async def statistics(self, since: datetime, place: tuple[str, str] | None = None) -> Statistics:
        """Sessions and jobs since then; of `place` (platform, its id of the community) alone, or of all."""
        async with self._database.reading() as session:
            if place is None:
                return await statistics.gather(session, since)
            found = await self._known_community(session, *place)
            return await statistics.gather(session, since, found[0]) if found else Statistics()

    async def failures(self, limit: int) -> tuple[Failure, ...]:
        """The last jobs that did not end well, newest first."""
        async with self._database.reading() as session:
            return await jobs.failures(session, limit)
