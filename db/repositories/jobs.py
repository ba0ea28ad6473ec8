from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db import records
from db.models import Job
from db.repositories.affected import affected

LOOKED_BACK = 10_000
"""So many jobs are looked through for failures: where all goes well, there would be no end."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One finished job: kind, milliseconds waited and run, and `done` or an error's code."""

    kind: str
    queue_ms: int
    run_ms: int
    outcome: str


async def log(
    session: AsyncSession, whose: tuple[UUID | None, UUID | None], timing: Timing, now: datetime
) -> None:
    """Note a job of that person in that community, each if there is one."""
    person, community = whose
    session.add(
        Job(
            person_id=person,
            community_id=community,
            kind=timing.kind,
            queue_ms=timing.queue_ms,
            run_ms=timing.run_ms,
            outcome=timing.outcome,
            created_at=now,
        )
    )


async def failures(session: AsyncSession, limit: int) -> tuple[records.Failure, ...]:
    """The newest jobs that ended with an error's code, as far as we look back."""
    newest = select(Job.created_at, Job.kind, Job.outcome).order_by(Job.created_at.desc()).limit(LOOKED_BACK)
    at = newest.subquery().c
    query = select(at.created_at, at.kind, at.outcome).where(at.outcome.not_in(records.ENDED_WELL))
    rows = await session.execute(query.order_by(at.created_at.desc()).limit(limit))
    return tuple(records.Failure(at, kind, code) for at, kind, code in rows)


async def count(session: AsyncSession, person: UUID) -> int:
    return await session.scalar(select(func.count()).where(Job.person_id == person)) or 0


async def cut(session: AsyncSession, person: UUID) -> int:
    """Take the person out of their jobs; the timings stay as statistics."""
    return await affected(session, update(Job).where(Job.person_id == person).values(person_id=None))
