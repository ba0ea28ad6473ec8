from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import models, records
from db.models import Face
from db.repositories.affected import affected


async def add(session: AsyncSession, person: UUID, face: records.HeldFace, sealed: bytes) -> None:
    session.add(
        models.Face(
            id=face.id,
            person_id=person,
            kind=face.kind,
            pack=face.pack,
            sealed=sealed,
            created_at=face.created,
            expires_at=face.expires,
        )
    )


async def sealed(
    session: AsyncSession, person: UUID, face_id: str, now: datetime, pack: str | None = None
) -> bytes | None:
    """The sealed latent of one's own unexpired face, of that pack or of any."""
    query = select(Face.sealed).where(Face.id == face_id, Face.person_id == person, Face.expires_at > now)
    return await session.scalar(query if pack is None else query.where(Face.pack == pack))


@dataclass(frozen=True, slots=True)
class Sealed:
    """A kept face with its sealed latent."""

    id: str
    pack: str
    sealed: bytes


async def newest(session: AsyncSession, person: UUID, kind: str, now: datetime) -> Sealed | None:
    """The newest unexpired face of that kind."""
    query = select(Face.id, Face.pack, Face.sealed)
    query = query.where(Face.person_id == person, Face.kind == kind, Face.expires_at > now)
    query = query.order_by(Face.created_at.desc(), Face.expires_at.desc()).limit(1)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Sealed(*row)


async def remove_of(session: AsyncSession, person: UUID) -> int:
    return await affected(session, delete(Face).where(Face.person_id == person))
