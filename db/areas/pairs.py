"""Two people's agreement to be mixed into one picture. Nobody's latent is read without it."""

from datetime import timedelta
from secrets import choice
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import errors, records
from db.areas.base import Area
from db.records import PAIR_ALPHABET, PAIR_LETTERS, Pair, PairLatent, PersonRef
from db.repositories import consents, faces, pairs, people
from db.repositories.pairs import Kept

PAIR_SECONDS = 24 * 3600
"""How long an invitation may be agreed to, and how long the agreement of both is good."""
INVITATIONS_KEPT = 20
"""Of one asker; the oldest go."""


class Pairs(Area):
    """Each method is one transaction."""

    async def invite(
        self,
        asker: PersonRef,
        friend: PersonRef | None = None,
        handle: str | None = None,
        seconds: int = PAIR_SECONDS,
    ) -> str:
        """Ask somebody for a picture together. It is no agreement yet, not even the asker's.

        Args:
            asker: who asks.
            friend: who is asked, when the platform told who it is.
            handle: else the name that the asker typed, such as `@ann`, kept as a keyed hash. With neither, the first
                other person who agrees is the friend.
            seconds: how long both may agree.

        Returns:
            The pair's id: `PAIR_LETTERS` of `PAIR_ALPHABET`.
        """
        pair, now = "".join(choice(PAIR_ALPHABET) for _ in range(PAIR_LETTERS)), self._now()
        invited = self._owner(friend) if friend else self._handle(asker.platform, handle) if handle else None
        async with self._database.writing() as session:
            known = await self._meet(session, asker)
            await pairs.add(session, pair, known.id, invited, (now, now + timedelta(seconds=seconds)))
            await session.flush()
            await pairs.trim(session, known.id, INVITATIONS_KEPT)
        return pair

    async def agree(self, pair: str, person: PersonRef, handle: str | None = None) -> Pair | None:
        """This person agrees that their face is used in this pair; twice changes nothing.

        Args:
            pair: the pair's id.
            person: who pressed the button: the asker, or the one who was asked.
            handle: this person's own handle, as the platform tells it.

        Returns:
            How it stands now; None when it is over, or another person was asked.

        Raises:
            NoConsent: the person has not agreed that their face is kept.
        """
        now = self._now()
        async with self._database.writing() as session:
            known = await self._find(session, person, lock=True)
            kept = await pairs.find(session, pair, now, lock=True)
            if kept is None or not self._concerns(kept, person, known, handle):
                return None
            if known is None or not await consents.stands(session, known.id):
                raise errors.NoConsent("Nobody's face is used who has not agreed.")
            await self._agree(session, kept, known.id)
            kept = await pairs.find(session, pair, now)
            return None if kept is None else self._seen_by(kept, person, known.id)

    async def pair(self, pair: str, person: PersonRef, handle: str | None = None) -> Pair | None:
        """How it stands, as that person sees it; None when it is over, or is none of theirs."""
        async with self._database.reading() as session:
            known = await self._find(session, person)
            kept = await pairs.find(session, pair, self._now())
        if kept is None or not self._concerns(kept, person, known, handle):
            return None
        return self._seen_by(kept, person, known.id if known else None)

    async def pair_latents(
        self, pair: str, person: PersonRef, kind: str
    ) -> tuple[PairLatent, PairLatent] | None:
        """The newest faces of that kind of asker and friend, in this order.

        Only one of the two may ask, only while the agreement of both is good and both consents stand, and only
        while both faces are kept; None else.
        """
        async with self._database.reading() as session:
            known = await self._find(session, person)
            kept = await pairs.find(session, pair, self._now())
            if known is None or kept is None or not kept.both or known.id not in (kept.asker, kept.friend):
                return None
            assert kept.friend is not None, "a friend who agreed without being anybody"
            asker = await self._newest(session, kept.asker, kind)
            friend = await self._newest(session, kept.friend, kind)
        return (asker, friend) if asker and friend else None

    async def withdraw_pair(self, pair: str, person: PersonRef, handle: str | None = None) -> bool:
        """Either of the two wants no more of it: it ends at once; whether there was one."""
        async with self._database.writing() as session:
            known = await self._find(session, person)
            kept = await pairs.find(session, pair, self._now(), lock=True)
            if kept is None or not self._concerns(kept, person, known, handle):
                return False
            await pairs.remove(session, pair)
        return True

    async def _agree(self, session: AsyncSession, kept: Kept, person: UUID) -> None:
        """One side agrees; when both have, the agreement is good for as long again."""
        now = self._now()
        who: pairs.Side = "asker" if person == kept.asker else "friend"
        if who == "friend" and kept.friend is None:
            await pairs.bind(session, kept.id, person)
        already = kept.asker_agreed if who == "asker" else kept.friend_agreed
        other = kept.friend_agreed if who == "asker" else kept.asker_agreed
        await pairs.agree(session, kept.id, who, now)
        if already is None and other is not None:
            await pairs.prolong(session, kept.id, now + (kept.expires - kept.created))

    async def _newest(self, session: AsyncSession, person: UUID, kind: str) -> PairLatent | None:
        if not await consents.stands(session, person):
            return None
        owner = await people.get(session, person)
        face = await faces.newest(session, person, kind, self._now())
        if owner is None or face is None:
            return None
        return PairLatent(face.pack, self._unseal(owner, "face", face.id, face.sealed))

    def _concerns(
        self, kept: Kept, person: PersonRef, known: records.Person | None, handle: str | None
    ) -> bool:
        """Whether this person is the asker or the friend of the pair, or may become the friend."""
        if known is not None and known.id in (kept.asker, kept.friend):
            return True
        if kept.friend is not None:
            return False
        theirs = {self._owner(person)} | ({self._handle(person.platform, handle)} if handle else set())
        return kept.friend_hash is None or kept.friend_hash in theirs

    def _handle(self, platform: str, handle: str) -> bytes:
        return self._hash("handle", platform, handle.strip().removeprefix("@").casefold())

    def _seen_by(self, kept: Kept, person: PersonRef, known: UUID | None) -> Pair:
        asker, friend = kept.asker_agreed is not None, kept.friend_agreed is not None
        asked = known == kept.asker
        mine, theirs = (asker, friend) if asked else (friend, asker)
        own = known in (kept.asker, kept.friend) or kept.friend_hash == self._owner(person)
        return Pair(kept.id, asked, mine, theirs, kept.expires, own)
