from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db import models, records
from db.repositories.upsert import insert


async def find(
    session: AsyncSession, platform: str, hash: bytes, *, lock: bool = False
) -> records.Person | None:
    """The person, when known.

    Args:
        session: the transaction.
        platform: where they come from.
        hash: their id there, hashed.
        lock: keep the row from changing until the transaction ends, so that nothing is added to one who is
            just being forgotten (PostgreSQL; SQLite has one writer anyway).
    """
    query = select(models.Person).where(models.Person.platform == platform, models.Person.hash == hash)
    # Rows that only refer to the person need not wait: two who agree at once would block each other.
    row = await session.scalar(query.with_for_update(key_share=True) if lock else query)
    return None if row is None else told(row)


async def meet(
    session: AsyncSession, platform: str, hash: bytes, wrapped_key: bytes, now: datetime
) -> records.Person:
    """The person, made with that key when unknown; of two meetings at once the first one's key stays."""
    new = {"id": uuid4(), "platform": platform, "hash": hash, "wrapped_key": wrapped_key, "created_at": now}
    # An update that changes nothing, because DO NOTHING would return no row and take no lock.
    statement = insert(session, models.Person).values(new)
    statement = statement.on_conflict_do_update(
        index_elements=[models.Person.platform, models.Person.hash], set_={"platform": platform}
    )
    return told((await session.scalars(statement.returning(models.Person))).one())


async def prefer(session: AsyncSession, person: records.Person, chosen: Mapping[str, Any]) -> records.Person:
    """Set the columns that are named."""
    if chosen:
        await session.execute(update(models.Person).where(models.Person.id == person.id).values(chosen))
    return replace(person, **chosen)


async def get(session: AsyncSession, person: UUID) -> records.Person | None:
    """The person of that row id."""
    row = await session.get(models.Person, person)
    return None if row is None else told(row)


async def holdings(
    session: AsyncSession, person: UUID, now: datetime
) -> tuple[tuple[records.HeldFace, ...], tuple[records.HeldConsent, ...]]:
    """The person's unexpired faces and all their consents."""
    row = await session.scalar(
        select(models.Person)
        .where(models.Person.id == person)
        .options(selectinload(models.Person.faces), selectinload(models.Person.consents))
    )
    if row is None:
        return (), ()
    faces = tuple(
        records.HeldFace(face.id, face.kind, face.pack, face.created_at, face.expires_at)
        for face in row.faces
        if face.expires_at > now
    )
    return faces, tuple(records.HeldConsent(c.version, c.given_at, c.withdrawn_at) for c in row.consents)


async def remove(session: AsyncSession, person: UUID) -> None:
    """Delete the row, and with it the only copy of the wrapped key."""
    await session.execute(delete(models.Person).where(models.Person.id == person))


def told(row: models.Person) -> records.Person:
    """The row as others see it."""
    return records.Person(
        id=row.id,
        hash=row.hash,
        key=row.wrapped_key,
        locale=row.locale,
        match_gender=row.match_gender,
        language=row.language,
        public=row.public,
        nickname=row.nickname,
    )
