from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import models
from db.models import Making, Share
from db.repositories.affected import affected
from db.repositories.upsert import insert


@dataclass(frozen=True, slots=True)
class Kept:
    """A making's row; `content` is sealed unless it is open."""

    id: int
    person: UUID
    code: str
    open: bool
    content: bytes
    created: datetime
    expires: datetime


@dataclass(frozen=True, slots=True)
class Fresh:
    """A making to be kept."""

    code: str
    open: bool
    content: bytes
    created: datetime
    expires: datetime


async def add(session: AsyncSession, person: UUID, making: Fresh) -> bool:
    """Keep it; False when the code is taken."""
    new = {
        "code": making.code,
        "person_id": person,
        "open": making.open,
        "content": making.content,
        "created_at": making.created,
        "expires_at": making.expires,
    }
    statement = insert(session, Making).values(new).on_conflict_do_nothing(index_elements=[Making.code])
    return await affected(session, statement) == 1


async def find(session: AsyncSession, code: str, now: datetime) -> Kept | None:
    """Anybody's unexpired making: whether it may be seen is the caller's to decide."""
    row = await session.scalar(select(Making).where(Making.code == code, Making.expires_at > now))
    return None if row is None else _kept(row)


async def page(
    session: AsyncSession, person: UUID, now: datetime, offset: int, limit: int
) -> tuple[list[Kept], int]:
    """The person's unexpired makings, newest first, and how many there are in all."""
    mine = (Making.person_id == person, Making.expires_at > now)
    query = select(Making).where(*mine).order_by(Making.id.desc()).offset(offset).limit(limit)
    rows = [_kept(row) for row in await session.scalars(query)]
    return rows, await session.scalar(select(func.count()).where(*mine)) or 0


async def drop(session: AsyncSession, person: UUID, code: str) -> bool:
    """Delete one's own making and its links; whether there was one."""
    return await affected(session, delete(Making).where(Making.person_id == person, Making.code == code)) == 1


async def trim(session: AsyncSession, person: UUID, most: int) -> int:
    """Delete the person's oldest makings beyond `most`."""
    newest = select(Making.id).where(Making.person_id == person).order_by(Making.id.desc()).limit(most)
    return await affected(session, delete(Making).where(Making.person_id == person, Making.id.not_in(newest)))


async def remove_of(session: AsyncSession, person: UUID, *, sealed_only: bool = False) -> int:
    """Delete the person's makings and their links; how many makings."""
    statement = delete(Making).where(Making.person_id == person)
    return await affected(session, statement.where(Making.open.is_(False)) if sealed_only else statement)


async def share(session: AsyncSession, making: int, hash: bytes, times: tuple[datetime, datetime]) -> None:
    """Add a link; the times are when it was made and when it ends."""
    created, expires = times
    session.add(models.Share(hash=hash, making_id=making, created_at=created, expires_at=expires))


async def unshare(session: AsyncSession, making: int) -> int:
    """Delete all links of a making; how many."""
    return await affected(session, delete(Share).where(Share.making_id == making))


async def shared(session: AsyncSession, hash: bytes, now: datetime) -> tuple[Kept, datetime] | None:
    """What an unexpired link leads to, and until when."""
    query = select(Making, Share.expires_at).join(Share, Share.making_id == Making.id)
    query = query.where(Share.hash == hash, Share.expires_at > now, Making.expires_at > now)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (_kept(row[0]), row[1])


async def links_of(session: AsyncSession, person: UUID, now: datetime) -> int:
    """How many unexpired links the person has given out."""
    given = select(Share.hash).join(Making, Share.making_id == Making.id)
    given = given.where(Making.person_id == person, Share.expires_at > now)
    return await session.scalar(select(func.count()).select_from(given.subquery())) or 0


async def links_to(session: AsyncSession, making: int, now: datetime) -> int:
    """How many unexpired links lead to a making."""
    query = select(func.count()).where(Share.making_id == making, Share.expires_at > now)
    return await session.scalar(query) or 0


def _kept(row: Making) -> Kept:
    return Kept(row.id, row.person_id, row.code, row.open, row.content, row.created_at, row.expires_at)
