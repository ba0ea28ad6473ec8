"""Indexes for the pages of who is blocked, newest first, and for how many have agreed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BLOCKS, _STANDING = "ix_blocks_community_id_created_at", "ix_consents_standing"


def upgrade() -> None:
    op.create_index(op.f(_BLOCKS), "blocks", ["community_id", "created_at"])
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(_STANDING, "consents", ["person_id"], postgresql_where=standing, sqlite_where=standing)


def downgrade() -> None:
    op.drop_index(_STANDING, "consents")
    op.drop_index(op.f(_BLOCKS), "blocks")
