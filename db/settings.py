"""Settings of the database room, read once from the environment and `.env`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from db import mounted, secrets
from db.crypto import Keys
from db.errors import BadSettings

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_TAKEN = frozenset(
    [
        *("ssl", "host", "port", "user", "password", "database", "passfile", "service", "servicefile"),
        *("target_session_attrs", "krbsrvname", "gsslib", "prepared_statement_cache_size"),
    ]
)
"""What may stand behind the `?` of PostgreSQL's URL: what asyncpg, and SQLAlchemy for it, take as text."""
SECRETS = ("DATABASE_URL", "DATABASE_PASSWORD", "TYPEFACE_HASH_KEY", "TYPEFACE_MASTER_KEY")
"""Each may be given as a file instead, named by `NAME_FILE`."""


@dataclass(frozen=True)
class Settings:
    """Where the data lives and how long it stays.

    Attributes:
        url: `sqlite+aiosqlite:///PATH` or `postgresql+asyncpg://...`.
        home: the private directory; holds the SQLite file and `secrets.json`.
        keys: from the environment; None means the private file.
        session_days: how long sessions and job timings are kept.
        conversation_days: how long an untouched conversation is kept.
    """

    url: URL
    home: Path
    keys: Keys | None = field(default=None, repr=False)
    session_days: int = 365
    conversation_days: int = 30

    @property
    def sqlite_path(self) -> Path | None:
        """The SQLite file; None on PostgreSQL and for `file:` URIs, which are opened as they are."""
        database = self.url.database
        if self.url.get_backend_name() != "sqlite" or database is None or database.startswith("file:"):
            return None
        return Path(database)

    def load_keys(self, *, create: bool) -> Keys:
        """The two keys, from the environment or the private file, which `create` makes when it is missing."""
        read = secrets.load_or_create if create else secrets.load
        return self.keys or read(self.home / "secrets.json")


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read DATABASE_URL, _PASSWORD and TYPEFACE_: HOME, HASH_KEY, MASTER_KEY, SESSION_DAYS, CONVERSATION_DAYS.

    Args:
        environ: by default the process's environment, over a `.env` file in the working directory.

    Raises:
        BadSettings: with one sentence that names the variable.
    """
    if environ is None:
        environ = {name: value for name, value in dotenv_values(".env").items() if value is not None} | dict(
            os.environ
        )
    environ = mounted.read(environ, SECRETS)
    home = Path(environ.get("TYPEFACE_HOME") or ".typeface")
    url = parse_url(environ.get("DATABASE_URL") or f"sqlite+aiosqlite:///{home / 'typeface.db'}")
    return Settings(
        url=_with_password(url, environ.get("DATABASE_PASSWORD")),
        home=home,
        keys=_keys(environ),
        session_days=_days(environ, "TYPEFACE_SESSION_DAYS", 365),
        conversation_days=_days(environ, "TYPEFACE_CONVERSATION_DAYS", 30),
    )


def parse_url(text: str) -> URL:
    """The URL with our asynchronous driver, so that a provider's `postgres://...?sslmode=require` works."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        # The text itself may hold a password.
        raise BadSettings("DATABASE_URL is not a URL such as postgresql://user:password@host/name.") from None
    backend = url.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise BadSettings(f"DATABASE_URL names {backend}; only sqlite and postgresql work.")
    if backend == "sqlite" and url.database in (None, "", ":memory:"):
        raise BadSettings("DATABASE_URL must name a file: a database in memory is lost between connections.")
    return (url if backend == "sqlite" else _asyncpg(url)).set(drivername=_DRIVERS[backend])


def _asyncpg(url: URL) -> URL:
    """With `sslmode` as asyncpg calls it, and without `channel_binding`, unknown to it, as Neon writes it."""
    if sslmode := url.query.get("sslmode"):
        url = url.update_query_dict({"ssl": sslmode})
    url = url.difference_update_query(["sslmode", "channel_binding"])
    if unknown := sorted(url.query.keys() - _TAKEN):
        raise BadSettings(f"DATABASE_URL sets {', '.join(unknown)}, which does not work here: leave it out.")
    return url


def _with_password(url: URL, password: str | None) -> URL:
    if password and url.get_backend_name() == "sqlite":
        raise BadSettings("DATABASE_PASSWORD is for PostgreSQL: set DATABASE_URL, too.")
    return url.set(password=password) if password else url


def _keys(environ: Mapping[str, str]) -> Keys | None:
    names = ("TYPEFACE_HASH_KEY", "TYPEFACE_MASTER_KEY")
    given = {name: environ[name] for name in names if environ.get(name)}
    if not given:
        return None
    if len(given) != len(names):
        raise BadSettings(f"Set both {names[0]} and {names[1]}, or neither.")
    return Keys(*(secrets.decode(name, given[name]) for name in names))


def _days(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= 36500:
        raise BadSettings(f"{name} must be a number of days from 1 to 36500.")
    return int(text)
