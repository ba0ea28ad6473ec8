"""How shown pictures were made, found again by a short code, and links that show one to others."""

import json
from datetime import datetime, timedelta
from secrets import choice, token_urlsafe
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db import errors, records
from db.areas.base import Area
from db.records import Making, PersonRef, SharedMaking
from db.repositories import consents, makings, people
from db.repositories.makings import Fresh, Kept

ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""Nothing that is mistaken for something else, and no vowels, so that no code spells a word."""
CODE_LETTERS = 6
MAKINGS_KEPT = 300
"""Of one person; the oldest go."""


class Makings(Area):
    """Each method is one transaction."""

    async def keep_making(self, person: PersonRef, making: str, *, open: bool, seconds: int) -> str:
        """Keep how a picture was made.

        Args:
            person: whose picture it is.
            making: the bot's JSON; a face in it is named by its id in the store, as a string of its own.
            open: nothing of a person's face is in it, so that everybody may ask for it by its code. All else is
                sealed, and refused of people who have not agreed.
            seconds: how long it is kept, at least 1.

        Returns:
            The code: 6 characters of `ALPHABET`.

        Raises:
            NoConsent: it is not open, and the person has not agreed, or has forgotten themselves meanwhile.
        """
        now = self._now()
        ends = now + timedelta(seconds=seconds)
        async with self._database.writing() as session:
            known = await self._maker(session, person, open)
            while True:
                code = "".join(choice(ALPHABET) for _ in range(CODE_LETTERS))
                content = making.encode() if open else self._seal(known, "making", code, making.encode())
                if await makings.add(session, known.id, Fresh(code, open, content, now, ends)):
                    break
            await makings.trim(session, known.id, MAKINGS_KEPT)
        return code

    async def making(self, person: PersonRef, code: str) -> Making | None:
        """One's own making, or anybody's open one; upper and lower case are the same."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            kept = await makings.find(session, code.strip().upper(), self._now())
        if kept is None or not (kept.open or (known is not None and kept.person == known.id)):
            return None
        return self._told(known, kept)

    async def makings(
        self, person: PersonRef, offset: int = 0, limit: int = 10
    ) -> tuple[tuple[Making, ...], int]:
        """One's own makings, newest first, and how many there are in all."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            if known is None:
                return (), 0
            page, total = await makings.page(session, known.id, self._now(), offset, limit)
        return tuple(self._told(known, kept) for kept in page), total

    async def drop_making(self, person: PersonRef, code: str) -> bool:
        """Delete one's own making and its links at once; whether there was one."""
        async with self._database.writing() as session:
            known = await self._find(session, person)
            dropped = known is not None and await makings.drop(session, known.id, code.strip().upper())
        await self._database.scrub()
        return dropped

    async def share(self, person: PersonRef, code: str, seconds: int) -> str | None:
        """Make a link to one's own making, which ends with it at the latest; another one each time.

        Returns:
            The token of the link: 22 urlsafe characters. None when there is no such making of this person.
        """
        token, now = token_urlsafe(16), self._now()
        async with self._database.writing() as session:
            kept = await self._own(session, person, code)
            if kept is None:
                return None
            ends = min(kept.expires, now + timedelta(seconds=seconds))
            await makings.share(session, kept.id, self._hash("share", "", token), (now, ends))
        return token

    async def links(self, person: PersonRef, code: str) -> int:
        """How many links lead to one's own making now."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            kept = await makings.find(session, code.strip().upper(), self._now())
            if known is None or kept is None or kept.person != known.id:
                return 0
            return await makings.links_to(session, kept.id, self._now())

    async def unshare(self, person: PersonRef, code: str) -> int:
        """End all links to one's own making; how many there were."""
        async with self._database.writing() as session:
            kept = await self._own(session, person, code)
            return await makings.unshare(session, kept.id) if kept else 0

    async def shared(self, token: str) -> SharedMaking | None:
        """What a link shows; None when it has ended."""
        async with self._database.reading() as session:
            found = await self._linked(session, token)
        if found is None:
            return None
        owner, kept, ends = found
        told = self._told(owner, kept)
        return SharedMaking(told.code, told.making, told.open, ends)

    async def shared_face(self, token: str, face: str) -> bytes | None:
        """The latent of the sharer's own face that the shared making names; None of any other."""
        async with self._database.reading() as session:
            found = await self._linked(session, token)
            if found is None:
                return None
            owner, kept, _ = found
            if not _names(json.loads(self._told(owner, kept).making), face):
                return None
            return await self._latent(session, owner, face)

    async def _maker(self, session: AsyncSession, person: PersonRef, open: bool) -> records.Person:
        if open:
            return await self._meet(session, person)
        known = await self._find(session, person, lock=True)
        if known is None or not await consents.stands(session, known.id):
            raise errors.NoConsent("No picture is kept of a person who has not agreed.")
        return known

    async def _own(self, session: AsyncSession, person: PersonRef, code: str) -> Kept | None:
        known = await self._find(session, person, lock=True)
        kept = await makings.find(session, code.strip().upper(), self._now())
        return kept if known is not None and kept is not None and kept.person == known.id else None

    async def _linked(
        self, session: AsyncSession, token: str
    ) -> tuple[records.Person, Kept, datetime] | None:
        found = await makings.shared(session, self._hash("share", "", token), self._now())
        if found is None:
            return None
        owner = await people.get(session, found[0].person)
        return None if owner is None else (owner, *found)

    def _told(self, owner: records.Person | None, kept: Kept) -> Making:
        if not kept.open:
            assert owner is not None, "only its owner opens a sealed making"
        content = (
            kept.content
            if owner is None or kept.open
            else self._unseal(owner, "making", kept.code, kept.content)
        )
        return Making(kept.code, content.decode(), kept.open, kept.created, kept.expires)


def _names(making: Any, face: str) -> bool:
    """Whether that string stands anywhere in the JSON."""
    if isinstance(making, dict):
        return any(_names(value, face) for value in making.values())
    if isinstance(making, list):
        return any(_names(value, face) for value in making)
    return bool(making == face)
