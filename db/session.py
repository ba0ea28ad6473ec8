"""Engine, transactions, and the one place where drivers' errors become ours."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from db import errors
from db.settings import Settings

BUSY_SECONDS, ANSWER_SECONDS = 15, 30
"""So long SQLite is waited for while others write, and PostgreSQL for the answer to a statement."""

_PRAGMAS = (
    f"busy_timeout = {BUSY_SECONDS * 1000}",
    "foreign_keys = ON",
    "synchronous = NORMAL",
    "secure_delete = ON",
)

# SQLite's primary result codes (https://sqlite.org/rescode.html) and SQLSTATE classes, to our errors.
_SQLITE: dict[int, type[errors.StoreError]] = {
    5: errors.Busy,  # BUSY
    6: errors.Busy,  # LOCKED
    8: errors.ReadOnly,
    10: errors.DiskFull,  # IOERR: a write that the file system refused
    11: errors.Damaged,  # CORRUPT
    13: errors.DiskFull,  # FULL
    14: errors.Unreachable,  # CANTOPEN
    19: errors.Rejected,  # CONSTRAINT
    23: errors.Unreachable,  # AUTH
    26: errors.Damaged,  # NOTADB
}
_SQLSTATE: dict[str, type[errors.StoreError]] = {
    "08": errors.Unreachable,
    "22": errors.Rejected,
    "23": errors.Rejected,
    "25006": errors.ReadOnly,
    "28": errors.Unreachable,  # password
    "3D": errors.Unreachable,  # no such database
    "40": errors.Busy,  # deadlock, serialization
    "42501": errors.ReadOnly,  # privilege
    "42703": errors.NotMigrated,  # column
    "42P01": errors.NotMigrated,  # table
    "53100": errors.DiskFull,
    "53": errors.Busy,  # too many connections
    "55": errors.Busy,
    "57": errors.Unreachable,  # shutting down
}
_SENTENCES: dict[type[errors.StoreError], str] = {
    errors.Busy: "The database {where} is busy; try again in a moment.",
    errors.ReadOnly: "The database {where} may not be written: check its permissions.",
    errors.DiskFull: "The database {where} cannot be written: no space is left, or the disk fails.",
    errors.Damaged: "The database {where} is damaged or not a database: restore it from a backup.",
    errors.Unreachable: "The database {where} cannot be reached: does it run? Check address, password, permissions.",
    errors.Rejected: "The database {where} does not take a value: it is too long or breaks a rule.",
    errors.NotMigrated: "The database {where} has no tables, or old ones: run typeface-db upgrade.",
}


class Database:
    """The engine of one process. Use cases open transactions here; repositories receive the session."""

    def __init__(self, settings: Settings, *, migrating: bool = False) -> None:
        """Build the engine; nothing is opened before the first transaction.

        Args:
            settings: where the database is.
            migrating: without foreign keys, since SQLite rebuilds tables and dropping the old one would cascade; and
                each statement takes as long as it takes.
        """
        self.where = settings.url.render_as_string(hide_password=True)
        self.path = settings.sqlite_path
        self.is_sqlite = settings.url.get_backend_name() == "sqlite"
        build = _sqlite_engine if self.is_sqlite else _postgres_engine
        self.engine = build(settings, migrating)
        # What is read in one transaction is of one moment, as it is on SQLite anyway.
        moment = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._readers = self.engine.execution_options(read_only=True, **moment)
        # SQLite lets one write at a time, and those who wait for it only look in now and then: of many, some never
        # come first. So our own stand in a line before that.
        self._line = asyncio.Semaphore(1 if self.is_sqlite else 10**6)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """One transaction that may write; commits at the end, rolls back on any error."""
        with translated(self.where):
            async with (
                self._turn(),
                AsyncSession(self.engine, expire_on_commit=False) as session,
                session.begin(),
            ):
                yield session

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """A place in the line; where the file is held by somebody else for long, nobody waits for all before them."""
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await self._line.acquire()
        except TimeoutError:
            raise _error(errors.Busy, self.where) from None
        try:
            yield
        finally:
            self._line.release()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One transaction that only reads, all of it as it is at one moment: it never waits for a writer."""
        with translated(self.where):
            async with AsyncSession(self._readers, expire_on_commit=False) as session, session.begin():
                yield session

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """One writing transaction without an ORM session, for migrations."""
        with translated(self.where):
            async with self.engine.begin() as connection:
                yield connection

    async def set_wal(self) -> None:
        """Turn on SQLite's write-ahead log for the file: readers and one writer side by side."""
        await self._pragmas("journal_mode = WAL")

    async def scrub(self) -> None:
        """Make deletions final on SQLite: fold the write-ahead log into the file and cut it to nothing.

        `secure_delete` has zeroed the pages, but the log still holds their older versions. If a reader
        is in the way, that waits for the next scrub.
        """
        if self.is_sqlite:
            short, usual = (f"busy_timeout = {seconds * 1000}" for seconds in (2, BUSY_SECONDS))
            await self._pragmas(short, "wal_checkpoint(TRUNCATE)", usual)

    async def close(self) -> None:
        await self.engine.dispose()

    async def _pragmas(self, *pragmas: str) -> None:
        with translated(self.where):
            async with self.engine.connect() as plain:
                connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
                for pragma in pragmas:
                    await connection.exec_driver_sql(f"PRAGMA {pragma}")


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise `db.errors` in place of drivers' errors; `where` is the URL without its password.

    The chain is cut, because drivers put values of the statement into their messages.
    """
    try:
        yield
    except errors.StoreError:
        raise
    except PoolTimeout:
        raise _error(errors.Busy, where) from None
    except DBAPIError as error:
        lost = error.connection_invalidated  # drivers say so in many ways
        raise _error(errors.Unreachable if lost else _kind(error.orig), where) from None
    except SQLAlchemyError:
        raise  # our own mistake
    except (OSError, TimeoutError):
        raise _error(errors.Unreachable, where) from None
    except Exception as error:
        if getattr(error, "sqlstate", None) is None:
            raise
        # asyncpg's errors while connecting come past SQLAlchemy.
        raise _error(_kind(error), where) from None


def prepare_file(path: Path) -> None:
    """Make an empty, private SQLite file (mode 0600) where none is; its log inherits the mode.

    Raises:
        Unreachable: the place cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise errors.Unreachable(f"The database file {path} cannot be made: {error.strerror}.") from None


def _error(kind: type[errors.StoreError], where: str) -> errors.StoreError:
    return kind(_SENTENCES.get(kind, "The database {where} failed.").format(where=where))


def _kind(error: BaseException | None) -> type[errors.StoreError]:
    if code := getattr(error, "sqlite_errorcode", None):
        if code == 1 and str(error).startswith(("no such table", "no such column")):
            return errors.NotMigrated
        return _SQLITE.get(code & 0xFF, errors.StoreError)
    state = getattr(error, "sqlstate", None) or ""
    return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2]) or errors.StoreError


def _postgres_engine(settings: Settings, migrating: bool) -> AsyncEngine:
    connect = {
        "timeout": 10,
        "command_timeout": None if migrating else ANSWER_SECONDS,
        "server_settings": {"timezone": "UTC", "application_name": "typeface"},
    }
    return create_async_engine(
        settings.url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=ANSWER_SECONDS,
        connect_args=connect,
    )


def _sqlite_engine(settings: Settings, migrating: bool) -> AsyncEngine:
    engine = create_async_engine(settings.url, hide_parameters=True, pool_timeout=BUSY_SECONDS)
    pragmas = [*_PRAGMAS, *(["foreign_keys = OFF"] if migrating else [])]

    def on_connect(connection: Any, entry: ConnectionPoolEntry) -> None:
        # Transactions are begun below: the driver would begin them too late and upgrade them in the middle.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        # A writer takes the lock at once: a reader that turned writer would fail as busy without waiting.
        options: dict[str, Any] = dict(connection.get_execution_options())
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN" if options.get("read_only") else "BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", on_connect)
    event.listen(engine.sync_engine, "begin", on_begin)
    return engine
