"""An index for the pages of who is blocked, newest first."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NAME = "ix_blocks_community_id_created_at"


def upgrade() -> None:
    op.create_index(op.f(_NAME), "blocks", ["community_id", "created_at"])


def downgrade() -> None:
    op.drop_index(op.f(_NAME), "blocks")
