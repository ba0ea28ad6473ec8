from datetime import datetime
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Community
from db.repositories.upsert import insert


async def note(session: AsyncSession, platform: str, hash: bytes, now: datetime) -> None:
    """Remember that there is this community; its first time counts."""
    new = {"id": uuid4(), "platform": platform, "hash": hash, "created_at": now}
    await session.execute(insert(session, Community).values(new).on_conflict_do_nothing())
