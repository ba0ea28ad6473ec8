"""What the person chose and agreed to, and the walk through the main job, written into the store."""

from __future__ import annotations

from bot.core.effects import CloseSession, Consent, OpenSession, Prefer
from bot.core.hand import Hand
from bot.core.ports import Store
from bot.core.run import Run
from bot.core.wording import AUTO, pick

CONSENT_VERSION = 1
"""Raise it when the words of the consent change in what they ask: people are then asked again."""


def hand(store: Store) -> Hand:
    async def consent(run: Run, _: Consent) -> None:
        async with run.writing():
            await store.consent(run.ref, CONSENT_VERSION)

    async def prefer(run: Run, wish: Prefer) -> None:
        language = "" if wish.language == AUTO else wish.language
        async with run.writing():
            chosen = await store.prefer(
                run.ref, match_gender=wish.match_gender, public=wish.public, language=language
            )
        run.speak(chosen)

    async def open_session(run: Run, session: OpenSession) -> None:
        origin = run.event.origin
        async with run.writing():
            await store.open_session(run.ref, run.chat, session.type, session.gender, origin.community)
            if origin.locale and run.chosen.locale != pick(origin.locale):
                await store.prefer(run.ref, locale=pick(origin.locale))

    async def close_session(run: Run, session: CloseSession) -> None:
        async with run.writing():
            await store.close_session(run.ref, run.chat, session.outcome)

    return Hand({Consent: consent, Prefer: prefer, OpenSession: open_session, CloseSession: close_session})
