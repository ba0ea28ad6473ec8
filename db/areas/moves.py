"""A group that goes on under another id."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from db import crypto
from db.areas.communities import Communities
from db.repositories import communities, conversations, moves, sessions


class Moves(Communities):
    """Each method is one transaction."""

    async def move_community(self, platform: str, old: str, new: str) -> bool:
        """The group `old` is called `new` from now on, as a community and as a chat; whether that is news.

        Settings, log, blocks, counts, the map and conversations are found under the new id, and under the old one
        too. What began in the new group before we heard of it joins them; where its admins have set something
        meanwhile, that stands, and nothing moves.
        """
        names = self._hash("community", platform, old), self._hash("community", platform, new)
        chats = self._hash("chat", platform, old), self._hash("chat", platform, new)
        async with self._database.writing() as session:
            later = await communities.find(session, platform, names[1])
            if later and await communities.administered(session, later[0]):
                return False
            if not await moves.note(session, *names):
                return False
            await moves.note(session, *chats)
            await conversations.move(session, *chats)
            await sessions.move(session, *chats)
            if earlier := await communities.find(session, platform, names[0]):
                if later:
                    await communities.join(session, later[0], earlier[0])
                await communities.rename(session, earlier[0], names[1])
                await self._retag(session, earlier, (platform, old, new))
        return True

    async def _retag(
        self, session: AsyncSession, community: tuple[UUID, bytes | None], move: tuple[str, str, str]
    ) -> None:
        """A group is its only channel: where the bot answers in it alone, it goes on doing so."""
        place, sealed = community
        platform, *ids = move
        old, new = (self.tag(platform, "channel", one) for one in ids)
        settings = self._settings_of(place, sealed)
        if old not in settings.channels:
            return
        channels = tuple(new if one == old else one for one in settings.channels)
        text = settings.model_copy(update={"channels": channels}).model_dump_json()
        await communities.change(session, place, crypto.seal_house(self._keys, place, text.encode()))
