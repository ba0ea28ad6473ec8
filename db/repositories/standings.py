from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import records
from db.models import Consent, Conversation, Face, Person
from db.repositories.people import told

Found = tuple[records.Person, str | None, int | None, str | None]
"""A person, their conversation, the consent that stands, and their newest face."""


async def find(
    session: AsyncSession,
    who: tuple[str, bytes],
    chat: ColumnElement[bytes],
    kind: str,
    now: datetime,
) -> Found | None:
    """All that is a person's own, in one statement; `who` is their platform and the hash of their id there."""
    state = select(Conversation.state).where(
        Conversation.person_id == Person.id, Conversation.chat_hash == chat
    )
    agreed = select(func.max(Consent.version))
    agreed = agreed.where(Consent.person_id == Person.id, Consent.withdrawn_at.is_(None))
    face = select(Face.id).where(Face.person_id == Person.id, Face.kind == kind, Face.expires_at > now)
    face = face.order_by(Face.created_at.desc(), Face.expires_at.desc()).limit(1)
    mine = Person.platform == who[0], Person.hash == who[1]
    query = select(Person, *(one.scalar_subquery() for one in (state, agreed, face)))
    row = (await session.execute(query.where(*mine))).one_or_none()
    return None if row is None else (told(row[0]), *row[1:])
