"""All that a decision about somebody goes by, at once."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.areas.communities import Communities
from db.community import NOTHING_SET, CommunitySettings
from db.records import PersonRef, Preferences, Standing
from db.repositories import communities, standings


class Standings(Communities):
    """Each method is one transaction."""

    async def standing(self, person: PersonRef, chat: str, community: str | None, kind: str) -> Standing:
        """Where the person stands now; a stranger, or a community that nobody knows, is as new.

        Args:
            person: who it is about.
            chat: where they are.
            community: the server or group that the chat is in; None when it is in none.
            kind: whose newest face is told, such as `selfie`.

        Raises:
            WrongKey: the master key has changed.
        """
        who = person.platform, self._owner(person)
        async with self._database.reading() as session:
            found = await standings.find(session, who, self._chat(person, chat), kind, self._now())
            settings, blocked = await self._rules(session, person, community)
        known, state, agreed, face = found or (None, None, None, None)
        preferences = self._preferences(known) if known else Preferences()
        return Standing(state, preferences, agreed, face, settings, blocked)

    async def _rules(
        self, session: AsyncSession, person: PersonRef, community: str | None
    ) -> tuple[CommunitySettings, bool]:
        """What holds in the community, and whether the person is blocked there."""
        found = community and await self._known_community(session, person.platform, community)
        if not found:
            return NOTHING_SET, False
        blocked = await communities.blocked(session, found[0], self._block_hash(person, found[0]))
        return self._settings_of(*found), blocked
