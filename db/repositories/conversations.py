from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Conversation
from db.repositories.affected import affected
from db.repositories.upsert import insert


async def save(
    session: AsyncSession, person: UUID, chat_hash: ColumnElement[bytes], state: str, now: datetime
) -> None:
    """Last writer wins; the version counts the writes."""
    new = {"person_id": person, "chat_hash": chat_hash, "state": state, "version": 1, "updated_at": now}
    statement = insert(session, Conversation).values(new)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[Conversation.person_id, Conversation.chat_hash],
            set_={"state": state, "version": Conversation.version + 1, "updated_at": now},
        )
    )


async def move(session: AsyncSession, old: bytes, new: bytes) -> None:
    """Carry all that stands in one chat on in another; who has begun there already goes on there."""
    begun = select(Conversation.person_id).where(Conversation.chat_hash == new)
    here = Conversation.chat_hash == old
    await affected(session, delete(Conversation).where(here, Conversation.person_id.in_(begun)))
    await affected(session, update(Conversation).where(here).values(chat_hash=new))


async def count(session: AsyncSession, person: UUID) -> int:
    return await session.scalar(select(func.count()).where(Conversation.person_id == person)) or 0


async def remove_of(session: AsyncSession, person: UUID) -> int:
    return await affected(session, delete(Conversation).where(Conversation.person_id == person))
