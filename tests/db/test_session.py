"""Failures of the database itself, and several processes on one file."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from db import errors, session
from db.records import PersonRef
from db.session import Database, translated
from db.settings import Settings, load, parse_url
from db.store import open_store
from tests.db.stands import state_of

WRITER = """
import asyncio, sys
from db import settings, store
from db.records import PersonRef
from tests.db.stands import state_of

async def main():
    opened = await store.open_store(settings.load())
    for i in range(int(sys.argv[2])):
        person = PersonRef("discord", f"{sys.argv[1]} {i % 5}")
        await opened.save(person, f"chat {i}", str(i))
        await opened.log_job(person, "project", i, i, "done")
        assert await state_of(opened, person, f"chat {i}") == str(i)
    await opened.close()

asyncio.run(main())
"""


def test_processes_that_write_at_once_lose_nothing(settings: Settings, environ: dict[str, str]) -> None:
    rounds = 60
    asyncio.run(touch(settings))
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(number), str(rounds)], env=environ)
        for number in range(2)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert asyncio.run(counts(settings)) == {"people": 10, "conversations": 2 * rounds, "jobs": 2 * rounds}


async def test_many_of_one_process_stand_in_a_line(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for SQLite itself is a lottery that some of many lose. Here it lets nobody wait, and nobody has to."""
    patient, *others = session._PRAGMAS
    assert patient.startswith("busy_timeout")
    monkeypatch.setattr(session, "_PRAGMAS", ("busy_timeout = 0", *others))
    store = await open_store(settings)
    people = [PersonRef("discord", str(number)) for number in range(60)]
    await asyncio.gather(*(store.save(person, "chat", person.id) for person in people))
    assert [await state_of(store, person, "chat") for person in people] == [person.id for person in people]
    await store.close()


async def test_nobody_waits_for_all_who_stand_before_them(
    sqlite: Settings, ann: PersonRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process holds the file, each waits for its own time, not for the sum of the others'."""
    monkeypatch.setattr(session, "BUSY_SECONDS", 0.05)
    store = await open_store(sqlite)
    async with store._database._line:
        answers = [store.save(ann, "chat", "{}") for _ in range(20)]
        told = await asyncio.gather(*answers, return_exceptions=True)
    assert {type(one) for one in told} == {errors.Busy}
    await store.save(ann, "chat", "at last")
    assert await state_of(store, ann, "chat") == "at last"
    await store.close()


async def touch(settings: Settings) -> None:
    await (await open_store(settings)).close()


async def counts(settings: Settings) -> dict[str, int]:
    database = Database(settings)
    found = {}
    async with database.connection() as connection:
        for table in ("people", "conversations", "jobs"):
            found[table] = (await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one()
    await database.close()
    return found


async def test_a_writer_waits_its_turn_and_a_reader_does_not(sqlite: Settings, ann: PersonRef) -> None:
    store = await open_store(sqlite)
    await store.save(ann, "chat", "before")
    assert sqlite.sqlite_path is not None
    other = sqlite3.connect(sqlite.sqlite_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(store.save(ann, "chat", "after"))
    assert await state_of(store, ann, "chat") == "before"
    await asyncio.sleep(0.1)
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    await writing
    assert await state_of(store, ann, "chat") == "after"
    await store.close()


async def test_a_database_held_for_too_long_is_busy(
    sqlite: Settings, ann: PersonRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "_PRAGMAS", ("busy_timeout = 50",))
    store = await open_store(sqlite)
    assert sqlite.sqlite_path is not None
    other = sqlite3.connect(sqlite.sqlite_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(errors.Busy) as caught:
        await store.save(ann, "chat", "{}")
    assert caught.value.code == "database_busy"
    other.close()
    await store.save(ann, "chat", "{}")
    await store.close()


async def test_a_full_disk_is_told_and_loses_nothing(sqlite: Settings, ann: PersonRef) -> None:
    store = await open_store(sqlite)
    await store.save(ann, "chat", "small")
    async with store._database.engine.connect() as connection:  # the pool's only one so far
        await connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(errors.DiskFull) as caught:
        await store.save(ann, "chat", "x" * 1_000_000)
    assert caught.value.code == "disk_full"
    assert await state_of(store, ann, "chat") == "small"
    await store.close()


async def test_a_database_that_may_not_be_written_is_told(sqlite: Settings, ann: PersonRef) -> None:
    await touch(sqlite)
    read_only = replace(sqlite, url=parse_url(f"sqlite:///file:{sqlite.sqlite_path}?mode=ro&uri=true"))
    store = await open_store(read_only)
    assert await state_of(store, ann, "chat") is None
    with pytest.raises(errors.ReadOnly) as caught:
        await store.save(ann, "chat", "{}")
    assert caught.value.code == "database_read_only"
    await store.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" + bytes(4000)])
async def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    settings = load({"DATABASE_URL": f"sqlite:///{tmp_path / 'typeface.db'}", "TYPEFACE_HOME": str(tmp_path)})
    assert settings.sqlite_path is not None
    settings.sqlite_path.write_bytes(content)
    with pytest.raises(errors.Damaged) as caught:
        await open_store(settings)
    assert caught.value.code == "database_damaged"


@pytest.mark.parametrize(
    "place", ["postgresql://u:hunter2@127.0.0.1:1/face", "postgresql://u:hunter2@/face?host=/nowhere"]
)
async def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path, place: str) -> None:
    with pytest.raises(errors.Unreachable) as caught:
        await open_store(load({"DATABASE_URL": place, "TYPEFACE_HOME": str(tmp_path)}))
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


async def test_postgresql_tells_a_missing_database_or_role_and_a_standby(
    postgresql: Settings, ann: PersonRef
) -> None:
    for changed in (postgresql.url.set(database="nowhere"), postgresql.url.set(username="nobody_we_know")):
        with pytest.raises(errors.Unreachable):
            await open_store(replace(postgresql, url=changed))
    store = await open_store(postgresql)
    async with store._database.connection() as connection:
        name = f'"{postgresql.url.database}"'
        await connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await store.close()
    store = await open_store(postgresql)
    assert await state_of(store, ann, "chat") is None
    with pytest.raises(errors.ReadOnly):
        await store.save(ann, "chat", "{}")
    await store.close()


async def test_sqlite_keeps_its_rules_on_every_connection(sqlite: Settings) -> None:
    database = Database(sqlite)
    wanted = {"foreign_keys": 1, "secure_delete": 1, "journal_mode": "wal", "busy_timeout": 15_000}
    async with database.connection() as one, database.reading() as other:
        for connection in (one, await other.connection()):
            for pragma, value in wanted.items():
                assert (await connection.exec_driver_sql(f"PRAGMA {pragma}")).scalar_one() == value
        orphan = "INSERT INTO consents (person_id, version, given_at) VALUES ('nobody', 1, '2026-01-01')"
        with pytest.raises(errors.Rejected), translated("here"):
            await one.exec_driver_sql(orphan)
    await database.close()


async def test_values_of_a_failed_statement_are_not_in_the_error(settings: Settings, ann: PersonRef) -> None:
    store = await open_store(settings)
    async with store._database.connection() as connection:
        await connection.exec_driver_sql("DROP TABLE conversations")
    with pytest.raises(errors.NotMigrated) as caught:
        await store.save(ann, "chat", "a secret state")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
    await store.close()


async def test_a_failed_use_case_leaves_nothing_half_done(settings: Settings, ann: PersonRef) -> None:
    store = await open_store(settings)
    with pytest.raises(errors.Rejected):
        await store.log_job(ann, "project", -1, 1, "done")
    with pytest.raises(RuntimeError, match="half"):
        async with store._database.writing() as opened:
            await store._meet(opened, ann)
            raise RuntimeError("half way")
    async with store._database.reading() as opened:
        assert await store._find(opened, ann) is None
    await store.close()


async def test_a_database_that_hangs_is_given_up_and_serves_again(
    postgresql: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process is stopped in the middle of a transaction, as by a machine that swaps or a network that is gone."""
    monkeypatch.setattr(session, "ANSWER_SECONDS", 0.5)
    database, stopped = Database(postgresql), 0
    try:
        with pytest.raises(errors.Unreachable):
            async with database.writing() as transaction:
                stopped = await transaction.scalar(text("SELECT pg_backend_pid()"))
                os.kill(stopped, signal.SIGSTOP)
                await transaction.execute(text("SELECT 1"))
        async with database.writing() as transaction:
            assert await transaction.scalar(text("SELECT 1")) == 1
    finally:
        os.kill(stopped, signal.SIGCONT)
        await database.close()


async def test_a_server_that_restarts_loses_nothing_that_was_confirmed_and_serves_again(
    postgresql: Settings, ann: PersonRef
) -> None:
    """All its connections are ended, as at a restart: those at work are told, those at rest are made anew."""
    store = await open_store(postgresql)
    people = [PersonRef("discord", str(number)) for number in range(8)]
    await asyncio.gather(*(store.save(person, "chat", "before") for person in people))
    other = Database(postgresql)
    ours = "datname = current_database() AND pid <> pg_backend_pid()"
    end = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")
    with pytest.raises(errors.Unreachable) as caught:
        async with store._database.writing() as transaction:
            known = await store._meet(transaction, ann)
            async with other.writing() as killer:
                await killer.execute(end)
            await transaction.execute(text("SELECT 1"))
            raise AssertionError(f"{known} is still there")
    assert "does it run?" in str(caught.value)
    await other.close()
    assert [await state_of(store, person, "chat") for person in people] == ["before"] * len(people)
    await asyncio.gather(*(store.save(person, "chat", "after") for person in people))
    async with store._database.reading() as transaction:
        assert await store._find(transaction, ann) is None, "half of it stayed"
    await store.close()
