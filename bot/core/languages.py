"""Which language somebody is spoken to in, by the core and by what an adapter says itself."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.events import Origin
from bot.core.photos import SELFIE
from bot.core.ports import Handler, Store
from bot.core.wording import pick, say
from db.community import CommunitySettings
from db.errors import StoreError
from db.records import PersonRef, Preferences


def spoken(origin: Origin, chosen: Preferences, settings: CommunitySettings) -> str:
    """The person's choice, else what the platform tells, now or last, else the place's language."""
    told = origin.locale or chosen.locale
    return pick(chosen.language or told or settings.locale or "")


class Languages:
    """Looks up what was chosen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, origin: Origin) -> str:
        """One of `LOCALES`; while the store is away as the platform tells."""
        person = PersonRef(origin.person.platform, origin.person.id)
        try:
            found = await self._store.standing(person, origin.chat, origin.community, SELFIE)
        except StoreError:
            return pick(origin.locale)
        return spoken(origin, found.preferences, found.settings)


@dataclass(frozen=True)
class Voice:
    """What an adapter says itself to whoever is at `origin`: in the language in which the core answers them."""

    core: Handler
    origin: Origin

    async def say(self, key: str, **args: str) -> str:
        return say(await self.core.language(self.origin), key, **args)
