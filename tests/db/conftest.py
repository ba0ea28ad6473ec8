"""Both databases for real: SQLite in a file, PostgreSQL as an embedded server of its own."""

import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from db.migrations import runner
from db.records import PersonRef
from db.settings import Settings, load
from db.store import Store, open_store
from tests.db.clock import Clock
from tests.db.postgres import Postgres, serving

BACKENDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with serving("fsync = off\nshared_buffers = 16MB\n") as server:  # its data need not survive a crash
        yield server


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
