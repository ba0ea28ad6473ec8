"""What the bot asks of the database: one method, one transaction, each in its own area (`db/areas/`).

`Store` satisfies the bot's port by its shape alone: this room knows nothing of the bot.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from db import crypto
from db.areas.conversations import Conversations
from db.areas.faces import Faces
from db.areas.makings import Makings
from db.areas.moves import Moves
from db.areas.pairs import Pairs
from db.areas.people import People
from db.areas.purges import Purges
from db.areas.quotas import Quotas
from db.areas.reports import Reports
from db.areas.standings import Standings
from db.crypto import Keys
from db.migrations import runner
from db.repositories import keychecks
from db.session import Database
from db.settings import Settings


async def open_store(settings: Settings, now: Callable[[], datetime] | None = None) -> "Store":
    """Connect, and refuse old tables or other secrets than those the database was made with.

    Args:
        settings: `db.settings.load()`.
        now: the clock; the time in UTC by default.

    Raises:
        NotMigrated: `upgrade` has not run.
        WrongKey: the secrets belong to another database.
        StoreError: it cannot be reached, or the secrets cannot be read.
    """
    database = Database(settings)
    try:
        await runner.require_head(database)
        keys = await _matching_keys(database, settings)
    except BaseException:
        await database.close()
        raise
    return Store(database, keys, settings, now or (lambda: datetime.now(UTC)))


def upgrade(settings: Settings) -> None:
    """Create or update the tables; async code calls it by `asyncio.to_thread(upgrade, settings)`."""
    runner.upgrade(settings)


async def _matching_keys(database: Database, settings: Settings) -> Keys:
    """The secrets, made only for a database that has seen none: else new ones would hide a loss."""
    async with database.reading() as session:
        kept = await keychecks.find(session)
    keys = settings.load_keys(create=kept is None)
    if kept is None:
        async with database.writing() as session:
            kept = await keychecks.remember(session, crypto.check_value(keys))
    crypto.check(keys, kept)
    return keys


class Store(Standings, Conversations, People, Faces, Makings, Pairs, Moves, Quotas, Reports, Purges):
    """All use cases together."""

    async def close(self) -> None:
        """Close the connections; the store is of no use afterwards."""
        await self._database.close()
