"""What all areas of the store share: the open parts, people's rows, and sealing."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from db import crypto, records
from db.crypto import Keys, Label
from db.records import PersonRef
from db.repositories import communities, faces, moves, people
from db.session import Database
from db.settings import Settings


class Area:
    """A part of the store. Raw ids of people, chats and updates are hashed before they reach a statement."""

    def __init__(
        self, database: Database, keys: Keys, settings: Settings, now: Callable[[], datetime]
    ) -> None:
        """Take open parts; `db.store.open_store` builds one."""
        self._database = database
        self._keys = keys
        self._settings = settings
        self._now = now

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

    async def _community(self, session: AsyncSession, platform: str, community: str) -> UUID:
        """The row of a community, made when it is new."""
        place = self._place("community", platform, community)
        return await communities.meet(session, platform, place, self._now())

    async def _known_community(
        self, session: AsyncSession, platform: str, community: str
    ) -> tuple[UUID, bytes | None] | None:
        """A community's row and its sealed settings, when it is known."""
        place = self._place("community", platform, community)
        return await communities.find(session, platform, place)

    def _hash(self, kind: str, platform: str, *parts: str) -> bytes:
        return crypto.hashed(self._keys, kind, platform, "\0".join(parts))

    def _owner(self, person: PersonRef) -> bytes:
        return self._hash("person", person.platform, person.id)

    def _chat(self, person: PersonRef, chat: str) -> ColumnElement[bytes]:
        return self._place("chat", person.platform, chat)

    def _place(self, kind: str, platform: str, id: str) -> ColumnElement[bytes]:
        """The hash of a chat or a community: of its new id, where it has moved."""
        return moves.followed(self._hash(kind, platform, id))

    def _seal(self, person: records.Person, kind: str, id: str, value: bytes) -> bytes:
        return crypto.seal(self._keys, person.key, person.hash, Label(kind, person.id, id), value)

    def _unseal(self, person: records.Person, kind: str, id: str, sealed: bytes) -> bytes:
        return crypto.unseal(self._keys, person.key, person.hash, Label(kind, person.id, id), sealed)

    async def _latent(
        self, session: AsyncSession, person: records.Person, face: str, pack: str | None = None
    ) -> bytes | None:
        sealed = await faces.sealed(session, person.id, face, self._now(), pack)
        return None if sealed is None else self._unseal(person, "face", face, sealed)

    def _preferences(self, known: records.Person) -> records.Preferences:
        nickname = known.nickname and self._unseal(known, "nickname", "", known.nickname).decode()
        return records.Preferences(
            known.locale, known.match_gender, known.language, known.public, nickname or None
        )
