"""Indexes for all that is looked up in tables that grow, and for what a deleted row is looked for in."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NEW = (
    ("sessions", "person_id", "started_at"),
    ("sessions", "community_id", "started_at"),
    ("sessions", "chat_hash", "person_id"),
    ("jobs", "community_id", "created_at"),
    ("pairs", "friend_hash"),
    ("conversations", "chat_hash", "person_id"),
    ("map_entries", "person_id"),
    ("audit_entries", "community_id", "id"),
)
_OLD = (("sessions", "person_id"), ("audit_entries", "community_id"))
"""What longer ones take the place of."""


def upgrade() -> None:
    for table, *columns in _NEW:
        _create(table, *columns)
    still_open = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_sessions_open",
        "sessions",
        ["started_at"],
        postgresql_where=still_open,
        sqlite_where=still_open,
    )
    for table, *columns in _OLD:
        op.drop_index(_name(table, *columns), table)


def downgrade() -> None:
    for table, *columns in _OLD:
        _create(table, *columns)
    op.drop_index("ix_sessions_open", "sessions")
    for table, *columns in _NEW:
        op.drop_index(_name(table, *columns), table)


def _create(table: str, *columns: str) -> None:
    op.create_index(_name(table, *columns), table, list(columns))


def _name(table: str, *columns: str) -> str:
    return op.f(f"ix_{table}_{'_'.join(columns)}")
