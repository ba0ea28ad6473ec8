"""Rows for `typeface-db export`. Columns are named one by one: a new one is never exported by accident.

No row carries a person, a chat, a community, a state or a latent, or anything that would join two rows.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Community, Consent, Face, Job, Making, MapEntry, Pair, Person, Session

Value = str | int | datetime | None
_ROWS = 2000
"""So many are fetched at a time: one by one, the waiting takes most of the time."""

_PREFERENCES = (Person.platform, Person.locale, Person.match_gender, Person.language, Person.public)
_QUERIES: dict[str, Select[*tuple[Any, ...]]] = {
    "sessions": select(
        Session.type, Session.gender, Session.started_at, Session.ended_at, Session.outcome
    ).order_by(Session.started_at),
    "jobs": select(Job.kind, Job.queue_ms, Job.run_ms, Job.outcome, Job.created_at).order_by(Job.created_at),
    "consents": select(Consent.version, Consent.given_at, Consent.withdrawn_at).order_by(Consent.given_at),
    "faces": select(Face.kind, Face.pack, Face.created_at, Face.expires_at).order_by(Face.created_at),
    "makings": select(Making.open, Making.created_at, Making.expires_at).order_by(Making.created_at),
    "pairs": select(Pair.asker_agreed_at, Pair.friend_agreed_at, Pair.created_at).order_by(Pair.created_at),
    "map_entries": select(MapEntry.type, func.count().label("count"))
    .group_by(MapEntry.type)
    .order_by(MapEntry.type),
    "people": select(*_PREFERENCES, func.count().label("count"))
    .group_by(*_PREFERENCES)
    .order_by(Person.platform),
    "communities": select(Community.platform, func.count().label("count")).group_by(Community.platform),
}


def tables() -> dict[str, tuple[str, ...]]:
    """The names of what is exported, with their columns."""
    return {name: tuple(column.name for column in query.selected_columns) for name, query in _QUERIES.items()}


async def pages(session: AsyncSession, table: str) -> AsyncIterator[Sequence[Sequence[Value]]]:
    """Stream the rows of one table, oldest first, many at a time."""
    result = await session.stream(_QUERIES[table], execution_options={"yield_per": _ROWS})
    async for page in result.partitions():
        yield page
