"""What the bot asks of the database: one method, one transaction, each in its own area (`db/areas/`).

`Store` satisfies the bot's port by its shape alone: this room knows nothing of the bot.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from db import crypto, records
from db.areas.conversations import Conversations
from db.areas.faces import Faces
from db.areas.makings import Makings
from db.areas.moves import Moves
from db.areas.pairs import Pairs
from db.areas.people import People
from db.areas.quotas import Quotas
from db.areas.reports import Reports
from db.areas.standings import Standings
from db.crypto import Keys
from db.migrations import runner
from db.repositories import (
    communities,
    conversations,
    faces,
    jobs,
    keychecks,
    makings,
    pairs,
    people,
    sessions,
    updates,
    uses,
)
from db.session import Database
from db.settings import Settings

_UPDATES_KEPT = timedelta(days=1)
_ABANDONED_AFTER = timedelta(days=1)
_STRANGERS_KEPT = timedelta(days=1)
_USES_KEPT = timedelta(days=2)


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


class Store(Standings, Conversations, People, Faces, Makings, Pairs, Moves, Quotas, Reports):
    """All use cases together, and what keeps the house clean."""

    async def purge(self, now: datetime | None = None) -> records.Purged:
        """Delete what is past its time, and faces whose owner's consent no longer stands."""
        now = now or self._now()
        old = now - timedelta(days=self._settings.session_days)
        async with self._database.writing() as session:
            purged = records.Purged(
                faces=await faces.remove_lapsed(session, now),
                updates=await updates.remove_old(session, now - _UPDATES_KEPT),
                conversations=await conversations.remove_untouched(
                    session, now - timedelta(days=self._settings.conversation_days)
                ),
                abandoned=await sessions.abandon(session, now - _ABANDONED_AFTER, now),
                sessions=await sessions.remove_old(session, old),
                jobs=await jobs.remove_old(session, old),
                makings=await makings.remove_lapsed(session, now),
                shares=await makings.remove_lapsed_links(session, now),
                pairs=await pairs.remove_lapsed(session, now),
                uses=await uses.remove_old(session, now - _USES_KEPT),
                audit=await communities.remove_old_log(session, old),
                people=await people.remove_strangers(session, now - _STRANGERS_KEPT),
            )
            await sessions.cut_orphans(session)
        await self._database.scrub()
        return purged

    async def close(self) -> None:
        """Close the connections; the store is of no use afterwards."""
        await self._database.close()
