from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import AuditEntry, Block, Community, Job, MapEntry, Session
from db.repositories.affected import affected
from db.repositories.upsert import insert


async def find(
    session: AsyncSession, platform: str, hash: bytes | ColumnElement[bytes]
) -> tuple[UUID, bytes | None] | None:
    """The community's row id and sealed settings, when it is known."""
    query = select(Community.id, Community.settings).where(
        Community.platform == platform, Community.hash == hash
    )
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


async def meet(session: AsyncSession, platform: str, hash: ColumnElement[bytes], now: datetime) -> UUID:
    """The community's row id, locked until the transaction ends; its first time counts."""
    new = {"id": uuid4(), "platform": platform, "hash": hash, "created_at": now}
    statement = insert(session, Community).values(new)
    # An update that changes nothing, because DO NOTHING would return no row and take no lock; of no key, because
    # that would lock out whoever writes a row that refers to this one.
    statement = statement.on_conflict_do_update(
        index_elements=[Community.platform, Community.hash], set_={"created_at": Community.created_at}
    )
    return (await session.scalars(statement.returning(Community.id))).one()


async def settings(session: AsyncSession, community: UUID) -> bytes | None:
    return await session.scalar(select(Community.settings).where(Community.id == community))


async def change(session: AsyncSession, community: UUID, settings: bytes) -> None:
    await session.execute(update(Community).where(Community.id == community).values(settings=settings))


async def administered(session: AsyncSession, community: UUID) -> bool:
    """Whether its admins have set anything, or blocked anybody."""
    logged = select(AuditEntry.id).where(AuditEntry.community_id == community)
    query = select(or_(Community.settings.is_not(None), logged.exists())).where(Community.id == community)
    return bool(await session.scalar(query))


async def rename(session: AsyncSession, community: UUID, hash: bytes) -> None:
    await session.execute(update(Community).where(Community.id == community).values(hash=hash))


async def join(session: AsyncSession, part: UUID, whole: UUID) -> None:
    """Make what belongs to one community belong to another; the first is gone afterwards."""
    counted = select(MapEntry.person_id).where(MapEntry.community_id == whole)
    twice = MapEntry.community_id == part, MapEntry.person_id.in_(counted)
    await affected(session, delete(MapEntry).where(*twice))
    for table in (Session, Job, MapEntry):
        await affected(session, update(table).where(table.community_id == part).values(community_id=whole))
    await session.execute(delete(Community).where(Community.id == part))


async def log(session: AsyncSession, community: UUID, person: UUID, change: bytes, now: datetime) -> None:
    """Write an audit entry; `change` is sealed."""
    session.add(AuditEntry(community_id=community, person_id=person, change=change, created_at=now))


async def logged(
    session: AsyncSession, community: UUID, offset: int, limit: int
) -> tuple[list[tuple[datetime, UUID | None, bytes]], int]:
    """Audit entries, newest first, and how many there are in all."""
    query = select(AuditEntry.created_at, AuditEntry.person_id, AuditEntry.change)
    query = query.where(AuditEntry.community_id == community).order_by(AuditEntry.id.desc())
    rows = [(at, who, change) for at, who, change in await session.execute(query.offset(offset).limit(limit))]
    total = await session.scalar(select(func.count()).where(AuditEntry.community_id == community))
    return rows, total or 0


async def block(session: AsyncSession, community: UUID, hash: bytes, now: datetime) -> bool:
    """Whether the block is new."""
    new = {"community_id": community, "hash": hash, "created_at": now}
    return await affected(session, insert(session, Block).values(new).on_conflict_do_nothing()) == 1


async def unblock(session: AsyncSession, community: UUID, hash: bytes) -> bool:
    """Whether there was a block."""
    statement = delete(Block).where(Block.community_id == community, Block.hash == hash)
    return await affected(session, statement) == 1


async def blocked(session: AsyncSession, community: UUID, hash: bytes) -> bool:
    """Whether that hash is among those whom the community does not serve."""
    here = exists().where(Block.community_id == community, Block.hash == hash)
    return bool(await session.scalar(select(here)))


async def blocks(
    session: AsyncSession, community: UUID, offset: int, limit: int
) -> tuple[list[tuple[bytes, datetime]], int]:
    """Hashes of who is blocked, and since when, newest first, and how many there are in all."""
    query = select(Block.hash, Block.created_at).where(Block.community_id == community)
    query = query.order_by(Block.created_at.desc(), Block.hash).offset(offset).limit(limit)
    rows = [(who, since) for who, since in await session.execute(query)]
    total = await session.scalar(select(func.count()).where(Block.community_id == community))
    return rows, total or 0


async def blocked_under(session: AsyncSession, community: UUID, prefix: bytes) -> list[bytes]:
    """Hashes of who is blocked, of those that begin so."""
    query = select(Block.hash).where(Block.community_id == community, Block.hash >= prefix)
    return list(await session.scalars(query.where(Block.hash < prefix + b"\xff" * 32)))


async def put_on_map(session: AsyncSession, community: UUID, person: UUID, type: str) -> None:
    new = {"community_id": community, "person_id": person, "type": type}
    statement = insert(session, MapEntry).values(new)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[MapEntry.community_id, MapEntry.person_id], set_={"type": type}
        )
    )


async def take_off_map(session: AsyncSession, community: UUID, person: UUID) -> bool:
    """Whether the person was on it."""
    statement = delete(MapEntry).where(MapEntry.community_id == community, MapEntry.person_id == person)
    return await affected(session, statement) == 1


async def on_map(session: AsyncSession, community: UUID, person: UUID) -> str | None:
    query = select(MapEntry.type).where(MapEntry.community_id == community, MapEntry.person_id == person)
    return await session.scalar(query)


async def type_map(session: AsyncSession, community: UUID) -> tuple[tuple[str, int], ...]:
    """How many of each type are on the map, most first."""
    number = func.count()
    query = select(MapEntry.type, number).where(MapEntry.community_id == community)
    rows = await session.execute(query.group_by(MapEntry.type).order_by(number.desc(), MapEntry.type))
    return tuple((name, count) for name, count in rows)


async def maps_of(session: AsyncSession, person: UUID) -> int:
    """On how many maps the person is."""
    return await session.scalar(select(func.count()).where(MapEntry.person_id == person)) or 0
