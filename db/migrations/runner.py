"""Alembic, configured in code, so that an installed package migrates without an ini file."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from db import errors
from db.session import Database, prepare_file
from db.settings import Settings

# Any number, always the same: PostgreSQL's advisory lock that lets one process migrate at a time.
_LOCK = 0x7970_6661_6365


def config() -> Config:
    """Alembic's configuration for this package's own migrations."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
    return made


def head() -> str:
    """The newest revision that this program knows."""
    revision = ScriptDirectory.from_config(config()).get_current_head()
    assert revision is not None
    return revision


def upgrade(settings: Settings, revision: str = "head") -> None:
    """Create or update the tables; safe to call twice, from several processes, inside a loop or outside.

    Raises:
        StoreError: the database cannot be opened or written, or is newer than the program (`TooNew`).
    """
    if settings.sqlite_path is not None:
        prepare_file(settings.sqlite_path)
    migrate(settings, lambda made: command.upgrade(made, revision))


def downgrade(settings: Settings, revision: str) -> None:
    """Undo migrations down to that revision (`base`: all of them). Data in dropped tables is lost."""
    migrate(settings, lambda made: command.downgrade(made, revision))


def migrate(settings: Settings, action: Callable[[Config], None]) -> None:
    """Run an Alembic command in one transaction, on a thread with a loop of its own."""
    with ThreadPoolExecutor(1, thread_name_prefix="migrate") as thread:
        thread.submit(asyncio.run, _migrate(settings, action)).result()


async def require_head(database: Database) -> None:
    """Refuse tables of another version.

    Raises:
        NotMigrated: they are older, or there are none.
        TooNew: a newer program has made them.
    """
    if database.path is not None and not database.path.exists():  # connecting would make an empty one
        raise errors.NotMigrated(f"There is no database {database.where} yet: run typeface-db upgrade.")
    async with database.reading() as session:
        revision = await (await session.connection()).run_sync(_current)
    if revision != head():
        _refuse_newer(revision)
        raise errors.NotMigrated(
            f"The database {database.where} has old tables or none: run typeface-db upgrade."
        )


async def _migrate(settings: Settings, action: Callable[[Config], None]) -> None:
    database = Database(settings, migrating=True)
    try:
        if database.is_sqlite:
            await database.set_wal()
        async with database.connection() as connection:
            await connection.run_sync(_act, action)
    finally:
        await database.close()


def _act(connection: Connection, action: Callable[[Config], None]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    _refuse_newer(_current(connection))
    made = config()
    made.attributes["connection"] = connection
    action(made)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        assert not broken, "a migration left rows without their parents"


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise errors.TooNew("The database was made by a newer Typeface: update the program.")
