from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import models
from db.models import Pair
from db.repositories.affected import affected

Side = Literal["asker", "friend"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A pair's row."""

    id: str
    asker: UUID
    friend: UUID | None
    friend_hash: bytes | None
    asker_agreed: datetime | None
    friend_agreed: datetime | None
    created: datetime
    expires: datetime

    @property
    def both(self) -> bool:
        return self.asker_agreed is not None and self.friend_agreed is not None


async def add(
    session: AsyncSession, id: str, asker: UUID, friend_hash: bytes | None, times: tuple[datetime, datetime]
) -> None:
    """Invite; the times are now and when the invitation ends."""
    now, ends = times
    session.add(models.Pair(id=id, asker_id=asker, friend_hash=friend_hash, created_at=now, expires_at=ends))


async def find(session: AsyncSession, id: str, now: datetime, *, lock: bool = False) -> Kept | None:
    query = select(Pair).where(Pair.id == id, Pair.expires_at > now)
    row = await session.scalar(query.with_for_update() if lock else query)
    return None if row is None else _kept(row)


async def bind(session: AsyncSession, id: str, friend: UUID) -> None:
    """The invited person is this one, from now on nobody else."""
    await session.execute(update(Pair).where(Pair.id == id).values(friend_id=friend, friend_hash=None))


async def agree(session: AsyncSession, id: str, who: Side, now: datetime) -> None:
    column = {"asker": Pair.asker_agreed_at, "friend": Pair.friend_agreed_at}[who]
    await session.execute(update(Pair).where(Pair.id == id, column.is_(None)).values({column: now}))


async def prolong(session: AsyncSession, id: str, expires: datetime) -> None:
    await session.execute(update(Pair).where(Pair.id == id).values(expires_at=expires))


async def remove(session: AsyncSession, id: str) -> None:
    await session.execute(delete(Pair).where(Pair.id == id))


async def count(session: AsyncSession, person: UUID, now: datetime) -> int:
    mine = or_(Pair.asker_id == person, Pair.friend_id == person)
    return await session.scalar(select(func.count()).where(mine, Pair.expires_at > now)) or 0


async def remove_of(session: AsyncSession, person: UUID, hash: bytes) -> int:
    """Delete what the person asked for, agreed to, or is invited to by their own hash; how many."""
    mine = or_(Pair.asker_id == person, Pair.friend_id == person, Pair.friend_hash == hash)
    return await affected(session, delete(Pair).where(mine))


async def trim(session: AsyncSession, asker: UUID, most: int) -> int:
    """Delete the asker's oldest invitations beyond `most`."""
    newest = (
        select(Pair.id).where(Pair.asker_id == asker).order_by(Pair.created_at.desc(), Pair.id).limit(most)
    )
    return await affected(session, delete(Pair).where(Pair.asker_id == asker, Pair.id.not_in(newest)))


def _kept(row: Pair) -> Kept:
    return Kept(
        id=row.id,
        asker=row.asker_id,
        friend=row.friend_id,
        friend_hash=row.friend_hash,
        asker_agreed=row.asker_agreed_at,
        friend_agreed=row.friend_agreed_at,
        created=row.created_at,
        expires=row.expires_at,
    )
