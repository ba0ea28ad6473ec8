"""Every migration goes up, down and up again, and ends at the models."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from db import errors
from db.migrations import runner
from db.models import Base
from db.records import PersonRef
from db.session import Database
from db.settings import Settings, load
from db.store import open_store, upgrade
from tests.db.stands import state_of

T = TypeVar("T")
REVISIONS = [script.revision for script in ScriptDirectory.from_config(runner.config()).walk_revisions()][
    ::-1
]


def differences(connection: Connection) -> list[object]:
    return list(
        compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata)
    )


def table_names(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def ask(settings: Settings, question: Callable[[Connection], T]) -> T:
    database = Database(settings)
    try:
        async with database.connection() as connection:
            return await connection.run_sync(question)
    finally:
        await database.close()


def test_the_stairway(empty: Settings) -> None:
    assert REVISIONS
    for revision in REVISIONS:
        runner.upgrade(empty, revision)
        runner.downgrade(empty, "-1")
        runner.upgrade(empty, revision)
    runner.downgrade(empty, "base")
    assert asyncio.run(ask(empty, table_names)) == set()


def test_a_migration_that_ends_in_the_middle_has_not_been(empty: Settings) -> None:
    runner.upgrade(empty, REVISIONS[-2])
    before = asyncio.run(ask(empty, table_names))

    def die(made: Config) -> None:
        command.upgrade(made, "head")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.migrate(empty, die)
    assert asyncio.run(ask(empty, runner._current)) == REVISIONS[-2]
    assert asyncio.run(ask(empty, table_names)) == before
    upgrade(empty)
    assert asyncio.run(ask(empty, differences)) == []


def test_models_match_migrations(settings: Settings) -> None:
    assert asyncio.run(ask(settings, table_names)) == set(Base.metadata.tables)
    assert asyncio.run(ask(settings, differences)) == []


def test_a_difference_would_be_seen(sqlite: Settings) -> None:
    assert sqlite.sqlite_path is not None
    with sqlite3.connect(sqlite.sqlite_path) as connection:
        connection.execute("ALTER TABLE faces DROP COLUMN pack")
    connection.close()
    assert len(asyncio.run(ask(sqlite, differences))) == 1


async def test_upgrading_again_inside_a_running_loop_keeps_the_data(
    settings: Settings, ann: PersonRef
) -> None:
    store = await open_store(settings)
    await store.save(ann, "chat", "{}")
    upgrade(settings)
    await asyncio.to_thread(upgrade, settings)
    assert await state_of(store, ann, "chat") == "{}"
    await store.close()


def test_processes_that_upgrade_at_once_do_not_meet(empty: Settings) -> None:
    code = "import sys; from db import settings, store; store.upgrade(settings.load())"
    environ = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TYPEFACE_HOME": str(empty.home),
        "DATABASE_URL": empty.url.render_as_string(hide_password=False),
    }
    racers = [subprocess.Popen([sys.executable, "-c", code], env=environ, cwd="/") for _ in range(3)]
    assert [racer.wait(60) for racer in racers] == [0, 0, 0]
    assert asyncio.run(ask(empty, differences)) == []


async def test_no_tables_and_newer_tables_are_told(empty: Settings) -> None:
    with pytest.raises(errors.NotMigrated, match="typeface-db upgrade"):
        await open_store(empty)
    upgrade(empty)
    database = Database(empty)
    async with database.connection() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'from the future'")
    await database.close()
    with pytest.raises(errors.TooNew):
        await open_store(empty)
    with pytest.raises(errors.TooNew):
        upgrade(empty)


def test_asking_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    settings = load({"TYPEFACE_HOME": str(tmp_path)})
    with pytest.raises(errors.NotMigrated):
        asyncio.run(open_store(settings))
    assert list(tmp_path.iterdir()) == []


def test_a_new_sqlite_file_is_private_and_logs_ahead(tmp_path: Path) -> None:
    settings = load({"TYPEFACE_HOME": str(tmp_path / "home")})
    upgrade(settings)
    assert settings.sqlite_path is not None
    assert settings.home.stat().st_mode & 0o777 == 0o700
    assert settings.sqlite_path.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(settings.sqlite_path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
