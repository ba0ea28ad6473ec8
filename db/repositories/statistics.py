from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, column, exists, func, select, values
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from db import records
from db.models import Consent, Job, Person, Session, UtcDateTime

_Where = ColumnElement[bool]
_People = Select[Any]


async def gather(session: AsyncSession, since: datetime, community: UUID | None = None) -> records.Statistics:
    """Numbers about sessions and jobs since that moment, and about the people known now, in a community or in all."""
    here: tuple[_Where, ...] = ()
    jobs = Job.created_at >= since
    known: _People = select(Person.id.label("person"))
    agreed: _People = select(Consent.person_id).where(Consent.withdrawn_at.is_(None)).distinct()
    if community is not None:
        here, jobs = (Session.community_id == community,), jobs & (Job.community_id == community)
        person = Session.person_id
        known = select(person.label("person")).where(*here, person.is_not(None)).distinct()
        agreed = _agreeing(known)
    walks = await _walks(session, and_(*here, Session.started_at >= since))
    return records.Statistics(
        days=await _days(session, here, since),
        types=_most(walks, 0),
        genders=_most(walks, 1),
        outcomes=_most(walks, 2),
        jobs=await _job_outcomes(session, jobs),
        times=await _times(session, jobs),
        people=await _number(session, known),
        consented=await _number(session, agreed),
    )


async def _number(session: AsyncSession, people: _People) -> int:
    return await session.scalar(select(func.count()).select_from(people.subquery())) or 0


def _agreeing(people: _People) -> _People:
    """Those of them whose consent stands."""
    person = people.selected_columns.person
    return people.where(exists().where(Consent.person_id == person, Consent.withdrawn_at.is_(None)))


async def _days(
    session: AsyncSession, here: tuple[_Where, ...], since: datetime
) -> tuple[tuple[str, int], ...]:
    """By days of UTC that have any; each is a range of the index, which is far quicker than a date of each row."""
    at = Session.started_at
    first = await session.scalar(select(func.min(at)).where(*here, at >= since))
    last = await session.scalar(select(func.max(at)).where(*here, at >= since))
    if first is None or last is None:
        return ()
    midnight = datetime(first.year, first.month, first.day, tzinfo=UTC)
    begins = [midnight + timedelta(days=n) for n in range((last - midnight).days + 1)]
    columns = column("begins", UtcDateTime), column("ends", UtcDateTime)
    spans = [(max(first, day), day + timedelta(days=1)) for day in begins]
    days = values(*columns, name="days").data(spans).cte()
    # One bound on each side: SQLite takes the first that it finds for the index, and reads all that it leaves.
    within = select(func.count()).where(*here, at >= days.c.begins, at < days.c.ends)
    number = within.scalar_subquery()
    found = await session.execute(select(days.c.begins, number))
    return tuple((f"{day:%Y-%m-%d}", many) for day, many in found if many)


async def _walks(session: AsyncSession, recent: _Where) -> dict[tuple[str, ...], int]:
    """How many there are of each type, gender and outcome together, so that the rows are read once."""
    what = Session.type, Session.gender, func.coalesce(Session.outcome, "open").label("outcome")
    rows = await session.execute(select(*what, func.count()).where(recent).group_by(*what))
    return {(kind, gender, outcome): number for kind, gender, outcome, number in rows}


def _most(walks: dict[tuple[str, ...], int], place: int) -> tuple[tuple[str, int], ...]:
    """How many there are of each name in that place, most first."""
    found = Counter[str]()
    for names, number in walks.items():
        found[names[place]] += number
    return tuple(sorted(found.items(), key=lambda row: (-row[1], row[0])))


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
    session: AsyncSession, time: InstrumentedAttribute[int], jobs: _Where
) -> dict[str, tuple[int, records.Spread]]:
    """Nearest-rank percentiles by kind; the database counts each value before it puts them in order."""
    counted = select(Job.kind, time.label("value"), func.count().label("number")).where(jobs)
    each = counted.group_by(Job.kind, time).subquery().c
    of_kind = func.sum(each.number).over(partition_by=each.kind).label("all")
    up_to = func.sum(each.number).over(partition_by=each.kind, order_by=each.value).label("up_to")
    at = select(each.kind, each.value, of_kind, up_to).subquery().c
    # Nearest rank: the first value that ceil(p n / 100) rows, in whole numbers, do not exceed.
    p50, p95 = (func.min(case((at.up_to * 100 >= at.all * percent, at.value))) for percent in (50, 95))
    query = select(at.kind, func.max(at.all), p50, p95).group_by(at.kind)
    return {
        kind: (int(number), records.Spread(half, most))
        for kind, number, half, most in await session.execute(query)
    }
