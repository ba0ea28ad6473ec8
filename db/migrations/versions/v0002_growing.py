"""Makings and their links, pairs, communities' settings, maps, blocks, quotas, and what people prefer."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _preferences()
    _communities()
    _makings()
    _pairs()
    _quotas()


def downgrade() -> None:
    tables = ("uses", "blocks", "audit_entries", "map_entries", "pairs", "shares", "makings")
    for table in tables:
        op.drop_table(table)
    for table in ("jobs", "sessions"):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_community_id_communities"), type_="foreignkey")
            batch.drop_column("community_id")
    with op.batch_alter_table("communities") as batch:
        batch.drop_column("settings")
    with op.batch_alter_table("people") as batch:
        for column in ("nickname", "public", "language"):
            batch.drop_column(column)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _parent(table: str, column: str, parent: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete=ondelete)


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def _preferences() -> None:
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("language", sa.String(16), nullable=True))
        batch.add_column(sa.Column("public", sa.Boolean(), nullable=True))
        batch.add_column(sa.Column("nickname", sa.LargeBinary(), nullable=True))


def _communities() -> None:
    with op.batch_alter_table("communities") as batch:
        batch.add_column(sa.Column("settings", sa.LargeBinary(), nullable=True))
    for table in ("sessions", "jobs"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("community_id", sa.Uuid(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_{table}_community_id_communities"),
                "communities",
                ["community_id"],
                ["id"],
                ondelete="SET NULL",
            )
    op.create_table(
        "map_entries",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        _parent("map_entries", "community_id", "communities"),
        _parent("map_entries", "person_id", "people"),
        sa.PrimaryKeyConstraint("community_id", "person_id", name=op.f("pk_map_entries")),
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("change", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        _parent("audit_entries", "community_id", "communities"),
        _parent("audit_entries", "person_id", "people", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    _index("audit_entries", "community_id", "person_id", "created_at")


def _makings() -> None:
    op.create_table(
        "makings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        _time("expires_at"),
        _parent("makings", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_makings")),
        sa.UniqueConstraint("code", name=op.f("uq_makings_code")),
    )
    _index("makings", "person_id", "expires_at")
    op.create_table(
        "shares",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("making_id", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("expires_at"),
        _parent("shares", "making_id", "makings"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_shares")),
    )
    _index("shares", "making_id", "expires_at")


def _pairs() -> None:
    op.create_table(
        "pairs",
        sa.Column("id", sa.String(12), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("friend_id", sa.Uuid(), nullable=True),
        sa.Column("friend_hash", sa.LargeBinary(), nullable=True),
        _time("asker_agreed_at", nullable=True),
        _time("friend_agreed_at", nullable=True),
        _time("created_at"),
        _time("expires_at"),
        _parent("pairs", "asker_id", "people"),
        _parent("pairs", "friend_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pairs")),
    )
    _index("pairs", "asker_id", "friend_id", "expires_at")


def _quotas() -> None:
    op.create_table(
        "blocks",
        sa.Column("community_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _time("created_at"),
        _parent("blocks", "community_id", "communities"),
        sa.PrimaryKeyConstraint("community_id", "hash", name=op.f("pk_blocks")),
    )
    op.create_table(
        "uses",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        _time("last_at"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_uses")),
    )
    _index("uses", "last_at")
