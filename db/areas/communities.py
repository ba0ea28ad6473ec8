"""Servers and groups: what their admins set, who changed what, who is blocked, and the map of types."""

import json
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from db import crypto, errors
from db.areas.base import Area
from db.community import NOTHING_SET, AuditEntry, Block, CommunitySettings
from db.records import PersonRef
from db.repositories import communities


class Communities(Area):
    """Each method is one transaction. A community is the platform's own id of it, on its people's platform."""

    async def note_community(self, platform: str, community: str) -> None:
        """The bot is used in this server or group; its id is hashed."""
        async with self._database.writing() as session:
            await self._community(session, platform, community)

    def tag(self, platform: str, kind: str, id: str) -> str:
        """What stands for a channel (`kind` "channel") or a role ("role") in settings: 16 hex digits."""
        return self._hash(kind, platform, id).hex()[:16]

    async def change_community(
        self, by: PersonRef, community: str, key: str, value: Any
    ) -> CommunitySettings:
        """Set one value, and write down who did it; nothing is written when it was so already.

        Args:
            by: the admin; whether they may is the caller's to know.
            community: the platform's id of the server or group.
            key: a field of `CommunitySettings`.
            value: its new value; None is the house's own habit again.

        Raises:
            Rejected: there is no such setting, or it does not take the value.
        """
        async with self._database.writing() as session:
            place = await self._community(session, by.platform, community)
            old = self._settings_of(place, await communities.settings(session, place))
            new = old.changed(key, value)
            if new != old:
                sealed = crypto.seal_house(self._keys, place, new.model_dump_json().encode())
                await communities.change(session, place, sealed)
                await self._log(session, by, place, (key, old.model_dump()[key], new.model_dump()[key]))
        return new

    async def audit(
        self, platform: str, community: str, offset: int = 0, limit: int = 10
    ) -> tuple[tuple[AuditEntry, ...], int]:
        """Changes, newest first, and how many there are in all."""
        async with self._database.reading() as session:
            found = await self._known_community(session, platform, community)
            if found is None:
                return (), 0
            rows, total = await communities.logged(session, found[0], offset, limit)
        return tuple(
            AuditEntry(at, self._admin_tag(found[0], who), **self._opened(found[0], change))
            for at, who, change in rows
        ), total

    async def block(self, by: PersonRef, community: str, whom: PersonRef) -> str:
        """Serve this person here no longer; returns the tag that stands for the block."""
        async with self._database.writing() as session:
            place = await self._community(session, by.platform, community)
            blocked = self._block_hash(whom, place)
            if await communities.block(session, place, blocked, self._now()):
                await self._log(session, by, place, ("block", None, tag_of(blocked)))
        return tag_of(blocked)

    async def unblock(self, by: PersonRef, community: str, tag: str) -> bool:
        """Serve again whom that tag stands for; False when nobody is blocked under it."""
        async with self._database.writing() as session:
            place = await self._community(session, by.platform, community)
            found = await communities.blocked_under(session, place, bytes.fromhex(tag))
            for who in found:
                await communities.unblock(session, place, who)
                await self._log(session, by, place, ("block", tag, None))
        return bool(found)

    async def blocks(
        self, platform: str, community: str, offset: int = 0, limit: int = 20
    ) -> tuple[tuple[Block, ...], int]:
        """Who is blocked here, newest first, and how many there are in all."""
        async with self._database.reading() as session:
            found = await self._known_community(session, platform, community)
            if found is None:
                return (), 0
            rows, total = await communities.blocks(session, found[0], offset, limit)
        return tuple(Block(tag_of(who), since) for who, since in rows), total

    async def put_on_map(self, person: PersonRef, community: str, type: str) -> None:
        """The person wants to be counted in this community's map, as this type."""
        async with self._database.writing() as session:
            place = await self._community(session, person.platform, community)
            await communities.put_on_map(session, place, (await self._meet(session, person)).id, type)

    async def take_off_map(self, person: PersonRef, community: str) -> bool:
        """The person does not want to be counted; whether they were."""
        async with self._database.writing() as session:
            known = await self._find(session, person)
            place = await self._community(session, person.platform, community)
            return known is not None and await communities.take_off_map(session, place, known.id)

    async def on_map(self, person: PersonRef, community: str) -> str | None:
        """As which type the person is counted here; None when not at all."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            found = await self._known_community(session, person.platform, community)
            return await communities.on_map(session, found[0], known.id) if known and found else None

    async def type_map(self, platform: str, community: str) -> tuple[tuple[str, int], ...]:
        """How many of each type are on the map, most first. Nothing but numbers leaves."""
        async with self._database.reading() as session:
            found = await self._known_community(session, platform, community)
            return await communities.type_map(session, found[0]) if found else ()

    def _settings_of(self, community: UUID, sealed: bytes | None) -> CommunitySettings:
        """Raises `WrongKey` when the master key has changed."""
        if sealed is None:
            return NOTHING_SET
        try:
            return CommunitySettings.model_validate_json(crypto.unseal_house(self._keys, community, sealed))
        except ValidationError:
            raise errors.Damaged(
                "A community's settings cannot be read: a newer Typeface wrote them."
            ) from None

    async def _log(
        self, session: AsyncSession, by: PersonRef, community: UUID, change: tuple[str, Any, Any]
    ) -> None:
        text = json.dumps(dict(zip(("key", "old", "new"), change, strict=True)))
        admin = await self._meet(session, by)
        sealed = crypto.seal_house(self._keys, community, text.encode())
        await communities.log(session, community, admin.id, sealed, self._now())

    def _opened(self, community: UUID, change: bytes) -> dict[str, Any]:
        opened: dict[str, Any] = json.loads(crypto.unseal_house(self._keys, community, change))
        return opened

    def _admin_tag(self, community: UUID, person: UUID | None) -> str:
        return "" if person is None else tag_of(self._hash("admin", community.hex, person.hex))

    def _block_hash(self, person: PersonRef, community: UUID) -> bytes:
        return self._hash("block", person.platform, community.hex, person.id)


def tag_of(hash: bytes) -> str:
    return hash.hex()[:8]
