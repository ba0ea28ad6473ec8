"""What the bot asks of the database. One method, one transaction.

`Store` satisfies the bot's port by its shape alone: this room knows nothing of the bot.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy.ext.asyncio import AsyncSession

from db import crypto, errors, records
from db.crypto import Keys
from db.migrations import runner
from db.records import PersonRef
from db.repositories import (
    communities,
    consents,
    conversations,
    faces,
    jobs,
    keychecks,
    people,
    sessions,
    updates,
)
from db.session import Database
from db.settings import Settings

_UPDATES_KEPT = timedelta(days=1)
_ABANDONED_AFTER = timedelta(days=1)
_STRANGERS_KEPT = timedelta(days=1)


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


class Store:
    """The use cases. Raw ids of people, chats and updates are hashed before they reach a statement."""

    def __init__(
        self, database: Database, keys: Keys, settings: Settings, now: Callable[[], datetime]
    ) -> None:
        """Take open parts; `open_store` builds one."""
        self._database = database
        self._keys = keys
        self._settings = settings
        self._now = now

    async def seen(self, platform: str, update: str) -> bool:
        """Whether this update was handled already. Of several callers at once exactly one hears False."""
        async with self._database.writing() as session:
            return await updates.seen(
                session, crypto.hashed(self._keys, "update", platform, update), self._now()
            )

    async def load(self, person: PersonRef, chat: str) -> str | None:
        """The state of this person's conversation in that chat, as it was saved."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            return await conversations.load(session, known.id, self._chat(person, chat)) if known else None

    async def save(self, person: PersonRef, chat: str, state: str) -> None:
        """Keep the state; the last writer wins."""
        async with self._database.writing() as session:
            known = await self._meet(session, person)
            await conversations.save(session, known.id, self._chat(person, chat), state, self._now())

    async def consented(self, person: PersonRef, version: int) -> bool:
        """Whether the person agrees to this very version of the text."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            return known is not None and await consents.stands(session, known.id, version)

    async def consent(self, person: PersonRef, version: int) -> None:
        """The person agrees; saying it twice changes nothing."""
        async with self._database.writing() as session:
            await consents.give(session, (await self._meet(session, person)).id, version, self._now())

    async def withdraw(self, person: PersonRef) -> int:
        """The person agrees no longer: their faces go at once; how many there were."""
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            if known is None:
                return 0
            await consents.withdraw(session, known.id, self._now())
            removed = await faces.remove_of(session, known.id)
        await self._database.scrub()
        return removed

    async def keep_face(self, person: PersonRef, latent: bytes, *, kind: str, pack: str, seconds: int) -> str:
        """Seal and keep a latent.

        Args:
            person: whose face it is; must have agreed, so that work which ends after `/forget` keeps nothing.
            latent: any bytes.
            kind: what it is to the bot, such as `selfie`.
            pack: name and version of the pack that the latent belongs to.
            seconds: how long it is kept, at least 1.

        Returns:
            The face's id: 12 urlsafe characters.

        Raises:
            NoConsent: the person has not agreed, or has forgotten themselves meanwhile.
            WrongKey: the master key has changed.
        """
        assert seconds >= 1, "a face that is never there"
        now = self._now()
        face = records.HeldFace(token_urlsafe(9), kind, pack, now, now + timedelta(seconds=seconds))
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            if known is None or not await consents.stands(session, known.id):
                raise errors.NoConsent("No face is kept of a person who has not agreed.")
            sealed = crypto.seal(self._keys, known.key, self._owner(person), (known.id, face.id), latent)
            await faces.add(session, known.id, face, sealed)
        return face.id

    async def face(self, person: PersonRef, face_id: str) -> bytes | None:
        """The latent; None when it is gone, expired or somebody else's.

        Raises:
            WrongKey: the master key has changed.
        """
        async with self._database.reading() as session:
            known = await self._find(session, person)
            sealed = await faces.sealed(session, known.id, face_id, self._now()) if known else None
        if known is None or sealed is None:
            return None
        return crypto.unseal(self._keys, known.key, self._owner(person), (known.id, face_id), sealed)

    async def latest_face(self, person: PersonRef, kind: str) -> str | None:
        """The id of the newest unexpired face of that kind."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            return await faces.latest(session, known.id, kind, self._now()) if known else None

    async def note_community(self, platform: str, community: str) -> None:
        """The bot is used in this server or group; its id is hashed."""
        hashed = crypto.hashed(self._keys, "community", platform, community)
        async with self._database.writing() as session:
            await communities.note(session, platform, hashed, self._now())

    async def open_session(self, person: PersonRef, chat: str, type: str, gender: str) -> None:
        """A walk through the steps begins; one still open in that chat ends as `replaced`."""
        async with self._database.writing() as session:
            known, place, now = await self._meet(session, person), self._chat(person, chat), self._now()
            await sessions.end(session, known.id, place, "replaced", now)
            await sessions.start(session, known.id, place, (type, gender), now)

    async def close_session(self, person: PersonRef, chat: str, outcome: str) -> None:
        """The walk ends with an outcome, such as `matched`; nothing when none is open."""
        async with self._database.writing() as session:
            if known := await self._find(session, person, lock=True):
                await sessions.end(session, known.id, self._chat(person, chat), outcome, self._now())

    async def log_job(self, person: PersonRef, kind: str, queue_ms: int, run_ms: int, outcome: str) -> None:
        """Note how long a job waited and ran; of somebody unknown (forgotten meanwhile) without a person."""
        timing = jobs.Timing(kind, queue_ms, run_ms, outcome)
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            await jobs.log(session, known.id if known else None, timing, self._now())

    async def preferences(self, person: PersonRef) -> records.Preferences:
        async with self._database.reading() as session:
            known = await self._find(session, person)
        return records.Preferences(known.locale, known.match_gender) if known else records.Preferences()

    async def prefer(
        self, person: PersonRef, *, locale: str | None = None, match_gender: str | None = None
    ) -> None:
        """Remember what is given; None leaves a preference as it is."""
        async with self._database.writing() as session:
            known = await self._meet(session, person)
            await people.prefer(session, known.id, records.Preferences(locale, match_gender))

    async def forget(self, person: PersonRef) -> records.Receipt:
        """Delete the person: key, faces, conversations, consents. Sessions and jobs stay, without them."""
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            if known is None:
                return records.Receipt()
            receipt = records.Receipt(
                key=True,
                faces=await faces.remove_of(session, known.id),
                conversations=await conversations.remove_of(session, known.id),
                consents=await consents.remove_of(session, known.id),
                sessions=await sessions.cut(session, known.id),
                jobs=await jobs.cut(session, known.id),
            )
            await people.remove(session, known.id)
        await self._database.scrub()
        return receipt

    async def held(self, person: PersonRef) -> records.Held:
        """What is held about the person, and until when."""
        settings = self._settings
        terms = records.Held(session_days=settings.session_days, conversation_days=settings.conversation_days)
        async with self._database.reading() as session:
            known = await self._find(session, person)
            if known is None:
                return terms
            kept, agreed = await people.holdings(session, known.id, self._now())
            return replace(
                terms,
                faces=kept,
                consents=agreed,
                conversations=await conversations.count(session, known.id),
                sessions=await sessions.count(session, known.id),
                jobs=await jobs.count(session, known.id),
                preferences=records.Preferences(known.locale, known.match_gender),
                until=max((face.expires for face in kept), default=None),
            )

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
                people=await people.remove_strangers(session, now - _STRANGERS_KEPT),
            )
            await sessions.cut_orphans(session)
        await self._database.scrub()
        return purged

    async def close(self) -> None:
        """Close the connections; the store is of no use afterwards."""
        await self._database.close()

    async def _find(
        self, session: AsyncSession, person: PersonRef, *, lock: bool = False
    ) -> records.Person | None:
        return await people.find(session, person.platform, self._owner(person), lock=lock)

    async def _meet(self, session: AsyncSession, person: PersonRef) -> records.Person:
        owner = self._owner(person)
        if known := await people.find(session, person.platform, owner, lock=True):
            return known
        return await people.meet(
            session, person.platform, owner, crypto.new_wrapped_key(self._keys, owner), self._now()
        )

    def _owner(self, person: PersonRef) -> bytes:
        return crypto.hashed(self._keys, "person", person.platform, person.id)

    def _chat(self, person: PersonRef, chat: str) -> bytes:
        return crypto.hashed(self._keys, "chat", person.platform, chat)
