"""Single facts of a standing, as tests ask for them."""

from __future__ import annotations

from typing import Protocol

from db.community import CommunitySettings
from db.records import PersonRef, Preferences, Standing


class _Store(Protocol):
    async def standing(self, person: PersonRef, chat: str, community: str | None, kind: str) -> Standing: ...


async def state_of(store: _Store, person: PersonRef, chat: str) -> str | None:
    return (await store.standing(person, chat, None, "self")).state


async def preferences_of(store: _Store, person: PersonRef) -> Preferences:
    return (await store.standing(person, "chat", None, "self")).preferences


async def agreed_to(store: _Store, person: PersonRef) -> int | None:
    return (await store.standing(person, "chat", None, "self")).agreed


async def newest_face(store: _Store, person: PersonRef) -> str | None:
    return (await store.standing(person, "chat", None, "self")).face


async def settings_of(store: _Store, platform: str, community: str) -> CommunitySettings:
    """As a stranger finds them."""
    return (await store.standing(PersonRef(platform, "nobody"), "chat", community, "self")).settings


async def is_blocked(store: _Store, person: PersonRef, community: str) -> bool:
    return (await store.standing(person, "chat", community, "self")).blocked
