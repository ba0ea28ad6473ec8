"""How often a person used the bot today, and whether they may once more.

Counts are kept under a hash of person, community and day, for two days at most. That is nobody's row: `/forget` starts
no new quota.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from db.areas.communities import Communities, tag_of
from db.records import PersonRef, Quota
from db.repositories import uses
from db.repositories.uses import Day

_DAY = timedelta(days=1)


class Quotas(Communities):
    """Each method is one transaction. Days are UTC's; a community of None is use outside of any."""

    async def used_today(self, person: PersonRef, community: str | None) -> int:
        """How many uses were taken and not given back today."""
        async with self._database.reading() as session:
            where = await self._where(session, person, community)
            day = await uses.find(session, self._use(person, where, self._now()))
        return day.count if day else 0

    async def take_quota(
        self, person: PersonRef, community: str | None, *, limit: int | None = None, cooldown: int = 0
    ) -> Quota:
        """Take one use, unless today's are gone or the last one was just now; of several at once each counts.

        Args:
            person: who uses.
            community: where.
            limit: uses a day; None means no limit.
            cooldown: seconds between two uses.
        """
        now = self._now()
        async with self._database.writing() as session:
            if community is not None:
                await self._community(session, person.platform, community)
            where = await self._where(session, person, community)
            today, yesterday = (self._use(person, where, day) for day in (now, now - _DAY))
            day = await uses.lock(session, today, now)
            last = day or await uses.find(session, yesterday)
            quota = _asked(day, last, now, (limit, cooldown))
            if not quota.refused:
                await uses.take(session, today, now)
        return quota

    async def give_back(self, person: PersonRef, community: str | None) -> None:
        """The use came to nothing, and not by the person's doing: it does not count, and nobody waits for it.

        Nor for one before it: had any wait been left, it would not have been taken. Where none was taken today, it was
        before midnight.
        """
        now = self._now()
        async with self._database.writing() as session:
            where = await self._where(session, person, community)
            today, yesterday = (self._use(person, where, day) for day in (now, now - _DAY))
            if not await uses.give_back(session, today, now - _DAY):
                await uses.give_back(session, yesterday, now - _DAY)

    async def reset_quota(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        """Give this person all of today's uses again, at once; returns the tag that stands for them in the log."""
        now = self._now()
        async with self._database.writing() as session:
            place = await self._community(session, by.platform, community)
            where = await self._where(session, whom, community)
            await uses.drop(session, [self._use(whom, where, day) for day in (now, now - _DAY)])
            tag = tag_of(self._block_hash(whom, place))
            await self._log(session, by, place, ("reset", None, tag))
        return tag

    async def _where(self, session: AsyncSession, person: PersonRef, community: str | None) -> str:
        """What stands for a community whose id may change."""
        found = community and await self._known_community(session, person.platform, community)
        return found[0].hex if found else community or ""

    def _use(self, person: PersonRef, where: str, day: datetime) -> bytes:
        return self._hash("use", person.platform, day.date().isoformat(), where, person.id)


def _asked(day: Day | None, last: Day | None, now: datetime, terms: tuple[int | None, int]) -> Quota:
    limit, cooldown = terms
    used = day.count if day else 0
    left = None if limit is None else max(0, limit - used)
    if left == 0:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        return Quota("quota", 0, _seconds(midnight - now))
    if last and (ready := last.last + timedelta(seconds=cooldown)) > now:
        return Quota("cooldown", left, _seconds(ready - now))
    return Quota("", None if left is None else left - 1)


def _seconds(wait: timedelta) -> int:
    return -(-wait // timedelta(seconds=1))
