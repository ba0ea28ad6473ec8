"""The first tables."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _key_checks_and_updates()
    _people_and_communities()
    _consents_and_conversations()
    _faces()
    _sessions()
    _jobs()


def downgrade() -> None:
    tables = ("jobs", "sessions", "faces", "conversations", "consents")
    for table in (*tables, "communities", "people", "seen_updates", "key_checks"):
        op.drop_table(table)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _owner(table: str, ondelete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_person_id_people")
    return sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=name, ondelete=ondelete)


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _key_checks_and_updates() -> None:
    op.create_table(
        "key_checks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_checks")),
    )
    op.create_table(
        "seen_updates",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_seen_updates")),
    )
    _index("seen_updates", "created_at")


def _people_and_communities() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.String(16), nullable=True),
        sa.Column("match_gender", sa.String(16), nullable=True),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("platform", "hash", name=op.f("uq_people_platform_hash")),
    )
    op.create_table(
        "communities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(16), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communities")),
        sa.UniqueConstraint("platform", "hash", name=op.f("uq_communities_platform_hash")),
    )


def _consents_and_conversations() -> None:
    op.create_table(
        "consents",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        _time("given_at"),
        _time("withdrawn_at", nullable=True),
        _owner("consents", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "version", name=op.f("pk_consents")),
    )
    op.create_table(
        "conversations",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("chat_hash", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("updated_at"),
        _owner("conversations", "CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "chat_hash", name=op.f("pk_conversations")),
    )
    _index("conversations", "updated_at")


def _faces() -> None:
    op.create_table(
        "faces",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("pack", sa.String(128), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        _time("expires_at"),
        _owner("faces", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faces")),
    )
    _index("faces", "person_id", "kind")
    _index("faces", "expires_at")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("chat_hash", sa.LargeBinary(), nullable=True),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("gender", sa.String(16), nullable=False),
        _time("started_at"),
        _time("ended_at", nullable=True),
        sa.Column("outcome", sa.String(64), nullable=True),
        _owner("sessions", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    _index("sessions", "person_id")
    _index("sessions", "started_at")


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("queue_ms", sa.Integer(), nullable=False),
        sa.Column("run_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        _time("created_at"),
        sa.CheckConstraint("queue_ms >= 0 AND run_ms >= 0", name=op.f("ck_jobs_times")),
        _owner("jobs", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    _index("jobs", "person_id")
    _index("jobs", "created_at")
