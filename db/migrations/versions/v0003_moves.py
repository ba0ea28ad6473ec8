"""Groups that go on under another id."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "moves",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("new_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_moves")),
    )
    op.create_index(op.f("ix_moves_new_hash"), "moves", ["new_hash"])


def downgrade() -> None:
    op.drop_table("moves")
