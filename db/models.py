"""The tables. Only repositories and migrations see these classes; everyone else gets `db.records`.

No column holds a platform's id, a name or a picture: ids are keyed hashes, latents are sealed.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in, aware UTC datetimes out, also on SQLite, which stores no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        assert value.tzinfo is not None, "a time without a zone"
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: UtcDateTime(), bytes: LargeBinary()}


class KeyCheck(Base):
    """One row, by which a start with other secrets is noticed (`db.crypto.check_value`)."""

    __tablename__ = "key_checks"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[bytes]


class Person(Base):
    """`locale` is what the platform told, `language` what the person chose; `nickname` is sealed with their key."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("platform", "hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    platform: Mapped[str] = mapped_column(String(16))
    hash: Mapped[bytes]
    wrapped_key: Mapped[bytes]
    locale: Mapped[str | None] = mapped_column(String(16))
    match_gender: Mapped[str | None] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(16))
    public: Mapped[bool | None]
    nickname: Mapped[bytes | None]
    created_at: Mapped[datetime]

    faces: Mapped[list["Face"]] = relationship(lazy="raise", passive_deletes=True, order_by="Face.created_at")
    consents: Mapped[list["Consent"]] = relationship(
        lazy="raise", passive_deletes=True, order_by="Consent.version"
    )


class Community(Base):
    """A server or group; `settings` is its JSON (`db.community.CommunitySettings`), sealed (`db.crypto.seal_house`)."""

    __tablename__ = "communities"
    __table_args__ = (UniqueConstraint("platform", "hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    platform: Mapped[str] = mapped_column(String(16))
    hash: Mapped[bytes]
    settings: Mapped[bytes | None]
    created_at: Mapped[datetime]


class Conversation(Base):
    """Where one person stands in one chat: the bot's own JSON, taken as it is."""

    __tablename__ = "conversations"
    __table_args__ = (Index(None, "updated_at"), Index(None, "chat_hash", "person_id"))

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    chat_hash: Mapped[bytes] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    updated_at: Mapped[datetime]


class Session(Base):
    """One walk through the three steps; `/forget` leaves type, gender, times and outcome."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index(None, "person_id", "started_at"),
        Index(None, "community_id", "started_at"),
        Index(None, "started_at"),
        Index(None, "chat_hash", "person_id"),  # of a chat alone it would be taken for one person's, too
        Index(
            "ix_sessions_open",
            "started_at",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    community_id: Mapped[UUID | None] = mapped_column(ForeignKey("communities.id", ondelete="SET NULL"))
    chat_hash: Mapped[bytes | None]
    type: Mapped[str] = mapped_column(String(16))
    gender: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(64))


class Job(Base):
    """One piece of long work: how long it waited and ran, in milliseconds, and how it ended."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(None, "person_id"),
        Index(None, "community_id", "created_at"),
        Index(None, "created_at"),
        CheckConstraint("queue_ms >= 0 AND run_ms >= 0", name="times"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    community_id: Mapped[UUID | None] = mapped_column(ForeignKey("communities.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(32))
    queue_ms: Mapped[int]
    run_ms: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class Consent(Base):
    __tablename__ = "consents"
    __table_args__ = (
        Index(
            "ix_consents_standing",
            "person_id",
            postgresql_where=text("withdrawn_at IS NULL"),
            sqlite_where=text("withdrawn_at IS NULL"),
        ),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Face(Base):
    """A kept latent, sealed with its owner's key (`db.crypto.seal`); `pack` is its name."""

    __tablename__ = "faces"
    __table_args__ = (Index(None, "person_id", "kind"), Index(None, "expires_at"))

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    pack: Mapped[str] = mapped_column(String(128))
    sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Making(Base):
    """How a picture was made: the bot's own JSON, sealed with its owner's key unless `open`."""

    __tablename__ = "makings"
    __table_args__ = (UniqueConstraint("code"), Index(None, "person_id"), Index(None, "expires_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    open: Mapped[bool]
    content: Mapped[bytes]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Share(Base):
    """A web link to one making; the token in the link is stored as a keyed hash."""

    __tablename__ = "shares"
    __table_args__ = (Index(None, "making_id"), Index(None, "expires_at"))

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    making_id: Mapped[int] = mapped_column(ForeignKey("makings.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Pair(Base):
    """Two people who want one picture; `friend_hash` is the invited person's or their handle's, if any."""

    __tablename__ = "pairs"
    __table_args__ = (
        Index(None, "asker_id"),
        Index(None, "friend_id"),
        Index(None, "friend_hash"),
        Index(None, "expires_at"),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    asker_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    friend_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    friend_hash: Mapped[bytes | None]
    asker_agreed_at: Mapped[datetime | None]
    friend_agreed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class MapEntry(Base):
    """A person who wants to be counted in a community's map of types."""

    __tablename__ = "map_entries"
    __table_args__ = (Index(None, "person_id"),)

    community_id: Mapped[UUID] = mapped_column(
        ForeignKey("communities.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    type: Mapped[str] = mapped_column(String(16))


class AuditEntry(Base):
    """A change of a community's settings; `change` is its JSON (key, old, new), sealed like the settings."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "community_id", "id"), Index(None, "person_id"), Index(None, "created_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[UUID] = mapped_column(ForeignKey("communities.id", ondelete="CASCADE"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="SET NULL"))
    change: Mapped[bytes]
    created_at: Mapped[datetime]


class Block(Base):
    """Somebody a community does not serve; the hash is of person and community, and so tells nothing elsewhere."""

    __tablename__ = "blocks"
    __table_args__ = (Index(None, "community_id", "created_at"),)

    community_id: Mapped[UUID] = mapped_column(
        ForeignKey("communities.id", ondelete="CASCADE"), primary_key=True
    )
    hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class Move(Base):
    """A chat or a community that has another id now: the hash of its old id, and of its new one."""

    __tablename__ = "moves"
    __table_args__ = (Index(None, "new_hash"),)

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    new_hash: Mapped[bytes]


class Use(Base):
    """How often somebody used a community's quota on one day; the hash is of person, community and day."""

    __tablename__ = "uses"
    __table_args__ = (Index(None, "last_at"),)

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime]


class SeenUpdate(Base):
    """An update that was handled, kept for a day, because platforms deliver some of them twice."""

    __tablename__ = "seen_updates"
    __table_args__ = (Index(None, "created_at"),)

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
