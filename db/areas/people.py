"""What a person agreed to and prefers, what is held of them, and forgetting them."""

from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from db import records
from db.areas.base import Area
from db.records import PersonRef
from db.repositories import (
    communities,
    consents,
    conversations,
    faces,
    jobs,
    makings,
    pairs,
    people,
    sessions,
)


class People(Area):
    """Each method is one transaction."""

    async def consent(self, person: PersonRef, version: int) -> None:
        """The person agrees; saying it twice changes nothing."""
        async with self._database.writing() as session:
            await consents.give(session, (await self._meet(session, person)).id, version, self._now())

    async def withdraw(self, person: PersonRef) -> int:
        """The person agrees no longer: their faces, and all made with them, go at once; how many faces."""
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            if known is None:
                return 0
            await consents.withdraw(session, known.id, self._now())
            removed = await faces.remove_of(session, known.id)
            await makings.remove_of(session, known.id, sealed_only=True)
            await pairs.remove_of(session, known.id, known.hash)
        await self._database.scrub()
        return removed

    async def prefer(
        self,
        person: PersonRef,
        *,
        locale: str | None = None,
        match_gender: str | None = None,
        language: str | None = None,
        public: bool | None = None,
        nickname: str | None = None,
    ) -> records.Preferences:
        """Remember what is given; None leaves a preference as it is, an empty text takes it back.

        Returns:
            All that the person prefers now.
        """
        texts = {"locale": locale, "match_gender": match_gender, "language": language}
        chosen: dict[str, str | bool | bytes | None] = {
            name: text or None for name, text in texts.items() if text is not None
        }
        if public is not None:
            chosen["public"] = public
        async with self._database.writing() as session:
            known = await self._meet(session, person)
            if nickname is not None:
                sealed = self._seal(known, "nickname", "", nickname.encode()) if nickname else None
                chosen["nickname"] = sealed
            known = await people.prefer(session, known, chosen)
        return self._preferences(known)

    async def forget(self, person: PersonRef) -> records.Receipt:
        """Delete the person: key, faces, makings, pairs, consents. Sessions and jobs stay, without them."""
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            if known is None:
                return records.Receipt()
            receipt = await self._forget(session, known)
            await people.remove(session, known.id)
        await self._database.scrub()
        return receipt

    async def held(self, person: PersonRef) -> records.Held:
        """What is held about the person, and until when."""
        settings, now = self._settings, self._now()
        terms = records.Held(session_days=settings.session_days, conversation_days=settings.conversation_days)
        async with self._database.reading() as session:
            known = await self._find(session, person)
            if known is None:
                return terms
            kept, agreed = await people.holdings(session, known.id, now)
            return replace(
                terms,
                faces=kept,
                consents=agreed,
                conversations=await conversations.count(session, known.id),
                sessions=await sessions.count(session, known.id),
                jobs=await jobs.count(session, known.id),
                makings=(await makings.page(session, known.id, now, 0, 0))[1],
                shares=await makings.links_of(session, known.id, now),
                pairs=await pairs.count(session, known.id, now),
                maps=await communities.maps_of(session, known.id),
                preferences=self._preferences(known),
                until=max((face.expires for face in kept), default=None),
            )

    async def _forget(self, session: AsyncSession, known: records.Person) -> records.Receipt:
        return records.Receipt(
            key=True,
            faces=await faces.remove_of(session, known.id),
            conversations=await conversations.remove_of(session, known.id),
            consents=await consents.remove_of(session, known.id),
            sessions=await sessions.cut(session, known.id),
            jobs=await jobs.cut(session, known.id),
            shares=await makings.links_of(session, known.id, self._now()),
            makings=await makings.remove_of(session, known.id),
            pairs=await pairs.remove_of(session, known.id, known.hash),
            maps=await communities.maps_of(session, known.id),
        )
