"""What is past its time: found and deleted a few rows at a time, so that no statement grows with its table.

What somebody else holds at that moment is passed over (PostgreSQL; SQLite has one writer): the next purge finds it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db.models import (
    AuditEntry,
    Consent,
    Conversation,
    Face,
    Job,
    Making,
    MapEntry,
    Pair,
    Person,
    SeenUpdate,
    Session,
    Share,
    Use,
)
from db.repositories.affected import affected

TIMES: dict[str, InstrumentedAttribute[datetime]] = {
    "faces": Face.expires_at,
    "updates": SeenUpdate.created_at,
    "conversations": Conversation.updated_at,
    "sessions": Session.started_at,
    "jobs": Job.created_at,
    "makings": Making.expires_at,
    "shares": Share.expires_at,
    "pairs": Pair.expires_at,
    "uses": Use.last_at,
    "audit": AuditEntry.created_at,
}
"""What ends with time, and by which; each is an index's first column."""
_UNSEEN = {"synchronize_session": False}
Stretch = tuple[UUID, UUID | None]
"""People by their row ids: all after the first, up to the second, or to the end."""


async def remove_past(session: AsyncSession, what: str, moment: datetime, most: int) -> int:
    """Delete rows of one of `TIMES` whose time had come by then, the oldest first; how many, at most so many."""
    time = TIMES[what]
    table = time.class_
    keys = tuple(table.__table__.primary_key)
    query = select(*keys).where(time <= moment).order_by(time).limit(most)
    some = query.with_for_update(skip_locked=True).cte("some")  # a WITH, which is looked up once
    gone = delete(table).where(tuple_(*keys).in_(select(some)))
    # SQLite counts no rows of what begins with a WITH.
    return len((await session.execute(gone.returning(literal(1)), execution_options=_UNSEEN)).all())


async def abandon(session: AsyncSession, before: datetime, now: datetime, most: int) -> int:
    """Close walks that were begun long ago and never ended; how many, at most so many."""
    query = select(Session.id).where(Session.ended_at.is_(None), Session.started_at <= before)
    query = query.order_by(Session.started_at).limit(most)
    some = query.with_for_update(skip_locked=True).cte("some")
    closed = update(Session).where(Session.id.in_(select(some)))
    closed = closed.values(ended_at=now, outcome="abandoned").returning(literal(1))
    return len((await session.execute(closed, execution_options=_UNSEEN)).all())


async def stretch(session: AsyncSession, after: UUID, most: int) -> Stretch:
    """The next so many people after that one."""
    query = select(Person.id).where(Person.id > after).order_by(Person.id).offset(most - 1).limit(1)
    return after, await session.scalar(query)


async def disagreeing(session: AsyncSession, people: Stretch) -> list[UUID]:
    """Of whom something is kept that shows their face, while no consent of theirs stands."""
    faces = select(Face.person_id).where(_within(Face.person_id, people), ~_agreed(Face.person_id))
    sealed = select(Making.person_id).where(_within(Making.person_id, people), Making.open.is_(False))
    return list(await session.scalars(faces.union(sealed.where(~_agreed(Making.person_id)))))


async def remove_disagreed(session: AsyncSession, people: list[UUID]) -> tuple[int, int]:
    """Delete what shows the face of those who do not agree now: how many faces and makings."""
    faces = delete(Face).where(Face.person_id.in_(people), ~_agreed(Face.person_id))
    sealed = delete(Making).where(Making.person_id.in_(people), Making.open.is_(False))
    return await affected(session, faces), await affected(session, sealed.where(~_agreed(Making.person_id)))


async def strangers(session: AsyncSession, people: Stretch, before: datetime) -> list[UUID]:
    """Who came before that time, and of whom nothing is left."""
    return list(await session.scalars(select(Person.id).where(_within(Person.id, people), _strange(before))))


async def remove_strangers(session: AsyncSession, found: list[UUID], before: datetime) -> int:
    """Delete those of them who are strangers still, and take their chats out of their walks; how many.

    Whoever adds something to a person holds their row: what is found after ours is held stays so.
    """
    held = select(Person.id).where(Person.id.in_(found)).with_for_update(skip_locked=True)
    free = (await session.scalars(held)).all()
    still = (await session.scalars(select(Person.id).where(Person.id.in_(free), _strange(before)))).all()
    await affected(session, update(Session).where(Session.person_id.in_(still)).values(chat_hash=None))
    return await affected(session, delete(Person).where(Person.id.in_(still)))


def _within(id: InstrumentedAttribute[UUID], people: Stretch) -> ColumnElement[bool]:
    after, last = people
    return id > after if last is None else (id > after) & (id <= last)


def _agreed(person: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    return exists().where(Consent.person_id == person, Consent.withdrawn_at.is_(None))


def _strange(before: datetime) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = Person.created_at <= before
    for table in (Face, Consent, Conversation, Making, MapEntry, AuditEntry):
        condition &= ~exists().where(table.person_id == Person.id)
    return condition
