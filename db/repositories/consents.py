from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Consent
from db.repositories.affected import affected
from db.repositories.upsert import insert


async def stands(session: AsyncSession, person: UUID, version: int | None = None) -> bool:
    """Whether the person agrees to that version of the text (None: to any) and has not withdrawn."""
    condition = exists().where(Consent.person_id == person, Consent.withdrawn_at.is_(None))
    if version is not None:
        condition = condition.where(Consent.version == version)
    return bool(await session.scalar(select(condition)))


async def give(session: AsyncSession, person: UUID, version: int, now: datetime) -> None:
    """Agree; agreeing twice keeps the first time, agreeing again after a withdrawal counts from now."""
    new = {"person_id": person, "version": version, "given_at": now, "withdrawn_at": None}
    statement = insert(session, Consent).values(new)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Consent.person_id, Consent.version],
            set_={"given_at": now, "withdrawn_at": None},
            where=Consent.withdrawn_at.is_not(None),
        )
    )


async def withdraw(session: AsyncSession, person: UUID, now: datetime) -> int:
    statement = update(Consent).where(Consent.person_id == person, Consent.withdrawn_at.is_(None))
    return await affected(session, statement.values(withdrawn_at=now))


async def remove_of(session: AsyncSession, person: UUID) -> int:
    return await affected(session, delete(Consent).where(Consent.person_id == person))
