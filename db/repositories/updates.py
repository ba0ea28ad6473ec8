from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import SeenUpdate
from db.repositories.affected import affected
from db.repositories.upsert import insert


async def seen(session: AsyncSession, hash: bytes, now: datetime) -> bool:
    """Whether the update was there already; it is from now on. Of several at once exactly one hears no."""
    statement = insert(session, SeenUpdate).values(hash=hash, created_at=now).on_conflict_do_nothing()
    return await affected(session, statement) == 0
