"""Alembic runs this file for every command; `db.migrations.runner` hands it an open connection."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from db.models import Base, UtcDateTime


def _render_item(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    # A migration must not change its meaning when the models do.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=_render_item,
    transactional_ddl=True,  # also on SQLite: `db.session` begins its transactions itself
)
with context.begin_transaction():
    context.run_migrations()
