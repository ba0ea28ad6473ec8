from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import KeyCheck
from db.repositories.upsert import insert


async def find(session: AsyncSession) -> bytes | None:
    return await session.scalar(select(KeyCheck.value).where(KeyCheck.id == 1))


async def remember(session: AsyncSession, value: bytes) -> bytes:
    """The value that the first start left, which is this one on a fresh database."""
    await session.execute(insert(session, KeyCheck).values(id=1, value=value).on_conflict_do_nothing())
    kept = await find(session)
    assert kept is not None
    return kept
