from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Use
from db.repositories.upsert import insert


@dataclass(frozen=True, slots=True)
class Day:
    """One day's uses, and the last of them."""

    count: int
    last: datetime


async def find(session: AsyncSession, hash: bytes) -> Day | None:
    row = (await session.execute(select(Use.count, Use.last_at).where(Use.hash == hash))).one_or_none()
    return None if row is None else Day(*row)


async def lock(session: AsyncSession, hash: bytes, now: datetime) -> Day | None:
    """The day so far; whoever counts the same day waits until this transaction ends."""
    new = {"hash": hash, "count": 0, "last_at": now}
    # An update that changes nothing, because DO NOTHING would take no lock.
    statement = insert(session, Use).values(new)
    statement = statement.on_conflict_do_update(index_elements=[Use.hash], set_={"hash": hash})
    await session.execute(statement)
    day = await find(session, hash)
    return day if day and day.count else None


async def take(session: AsyncSession, hash: bytes, now: datetime) -> None:
    await session.execute(update(Use).where(Use.hash == hash).values(count=Use.count + 1, last_at=now))


async def give_back(session: AsyncSession, hash: bytes, last: datetime) -> bool:
    """Whether there was one."""
    given = update(Use).where(Use.hash == hash, Use.count > 0).values(count=Use.count - 1, last_at=last)
    return (await session.scalar(given.returning(Use.count))) is not None


async def drop(session: AsyncSession, hashes: list[bytes]) -> None:
    await session.execute(delete(Use).where(Use.hash.in_(hashes)))
