from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Executable, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db import records
from db.models import Consent, Job, Person, Session

_Name = ColumnElement[str] | InstrumentedAttribute[str]
_Where = ColumnElement[bool]
_People = Select[Any]


async def gather(session: AsyncSession, since: datetime, community: UUID | None = None) -> records.Statistics:
    """Numbers about sessions and jobs since that moment, and about the people known now, in a community or in all."""
    recent, jobs = Session.started_at >= since, Job.created_at >= since
    known: _People = select(Person.id.label("person"))
    if community is not None:
        recent, jobs = recent & (Session.community_id == community), jobs & (Job.community_id == community)
        here = Session.community_id == community, Session.person_id.is_not(None)
        known = select(Session.person_id.label("person")).where(*here).distinct()
    outcome = func.coalesce(Session.outcome, "open")
    return records.Statistics(
        days=await _pairs(session, _counted(func.date(Session.started_at), recent), by_name=True),
        types=await _pairs(session, _counted(Session.type, recent)),
        genders=await _pairs(session, _counted(Session.gender, recent)),
        outcomes=await _pairs(session, _counted(outcome, recent)),
        jobs=await _job_outcomes(session, jobs),
        times=await _times(session, jobs),
        people=await _number(session, known),
        consented=await _number(session, _agreeing(known)),
    )


async def _number(session: AsyncSession, people: _People) -> int:
    return await session.scalar(select(func.count()).select_from(people.subquery())) or 0


def _agreeing(people: _People) -> _People:
    """Those of them whose consent stands."""
    person = people.selected_columns.person
    return people.where(exists().where(Consent.person_id == person, Consent.withdrawn_at.is_(None)))


def _counted(name: _Name, condition: ColumnElement[bool]) -> Executable:
    return select(name.label("name"), func.count().label("number")).where(condition).group_by("name")


async def _pairs(
    session: AsyncSession, query: Executable, *, by_name: bool = False
) -> tuple[tuple[str, int], ...]:
    rows = [(str(name), number) for name, number in await session.execute(query)]
    return tuple(sorted(rows, key=lambda row: (0 if by_name else -row[1], row[0])))


async def _job_outcomes(session: AsyncSession, jobs: _Where) -> tuple[tuple[str, str, int], ...]:
    query = (
        select(Job.kind, Job.outcome, func.count())
        .where(jobs)
        .group_by(Job.kind, Job.outcome)
        .order_by(Job.kind, Job.outcome)
    )
    return tuple((kind, outcome, number) for kind, outcome, number in await session.execute(query))


async def _times(session: AsyncSession, jobs: _Where) -> tuple[records.JobTimes, ...]:
    waits, runs = await _spread(session, Job.queue_ms, jobs), await _spread(session, Job.run_ms, jobs)
    return tuple(
        records.JobTimes(kind, waits[kind][0], waits[kind][1], runs[kind][1]) for kind in sorted(waits)
    )


async def _spread(
    session: AsyncSession, column: InstrumentedAttribute[int], jobs: _Where
) -> dict[str, tuple[int, records.Spread]]:
    """Nearest-rank percentiles by kind, computed by the database, which alone sees all rows."""
    ranked = (
        select(
            Job.kind.label("kind"),
            column.label("value"),
            func.row_number().over(partition_by=Job.kind, order_by=column).label("rank"),
            func.count().over(partition_by=Job.kind).label("number"),
        )
        .where(jobs)
        .subquery()
    )
    at = ranked.c
    # Nearest rank: ceil(p n / 100), in whole numbers.
    p50, p95 = ((at.number * percent + 99) // 100 for percent in (50, 95))
    query = select(at.kind, at.number, at.value, at.rank == p50, at.rank == p95).where(
        at.rank.in_([p50, p95])
    )
    found: dict[str, tuple[int, dict[str, int]]] = {}
    for kind, number, value, is_p50, is_p95 in await session.execute(query):
        spread = found.setdefault(kind, (number, {}))[1]
        spread |= ({"p50": value} if is_p50 else {}) | ({"p95": value} if is_p95 else {})
    return {kind: (number, records.Spread(**spread)) for kind, (number, spread) in found.items()}
