from sqlalchemy import ColumnElement, LargeBinary, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Move
from db.repositories.affected import affected
from db.repositories.upsert import insert


def followed(hash: bytes) -> ColumnElement[bytes]:
    """The hash under which a place is kept now, as a part of a statement: its own, unless it has moved."""
    new = select(Move.new_hash).where(Move.hash == hash).scalar_subquery()
    return func.coalesce(new, literal(hash, LargeBinary))


async def note(session: AsyncSession, old: bytes, new: bytes) -> bool:
    """Whether the move is news. Of several at once exactly one hears yes; the others wait until it is done."""
    statement = insert(session, Move).values(hash=old, new_hash=new).on_conflict_do_nothing()
    if await affected(session, statement) == 0:
        return False
    # Whatever led to the old place leads to the new one at once.
    await session.execute(update(Move).where(Move.new_hash == old).values(new_hash=new))
    return True
