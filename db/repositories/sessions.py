from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Session
from db.repositories.affected import affected


@dataclass(frozen=True, slots=True)
class Walk:
    """One walk through the steps: the chat's hash, the community's row, type and gender."""

    chat: ColumnElement[bytes]
    community: UUID | None
    type: str
    gender: str


async def start(session: AsyncSession, person: UUID, walk: Walk, now: datetime) -> None:
    """Open a session."""
    session.add(
        Session(
            person_id=person,
            community_id=walk.community,
            chat_hash=walk.chat,
            type=walk.type,
            gender=walk.gender,
            started_at=now,
        )
    )


async def end(
    session: AsyncSession, person: UUID, chat_hash: ColumnElement[bytes], outcome: str, now: datetime
) -> int:
    """Close what is open of that person in that chat; how many."""
    statement = update(Session).where(
        Session.person_id == person, Session.chat_hash == chat_hash, Session.ended_at.is_(None)
    )
    return await affected(session, statement.values(ended_at=now, outcome=outcome))


async def move(session: AsyncSession, old: bytes, new: bytes) -> None:
    """What was begun in one chat goes on in another."""
    await affected(session, update(Session).where(Session.chat_hash == old).values(chat_hash=new))


async def newest_place(session: AsyncSession, person: UUID) -> UUID | None:
    """The community in which the person began their newest walk, if it was in one."""
    query = select(Session.community_id).where(Session.person_id == person)
    return await session.scalar(query.order_by(Session.started_at.desc()).limit(1))


async def count(session: AsyncSession, person: UUID) -> int:
    return await session.scalar(select(func.count()).where(Session.person_id == person)) or 0


async def cut(session: AsyncSession, person: UUID) -> int:
    """Take the person and the chat out of their sessions; the rest stays as statistics."""
    statement = update(Session).where(Session.person_id == person)
    return await affected(session, statement.values(person_id=None, chat_hash=None))
