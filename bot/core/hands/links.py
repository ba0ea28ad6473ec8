"""Links to pictures, in the store."""

from __future__ import annotations

from bot.core.effects import Outcome
from bot.core.features.links import EndLinks, LinkMade, LinksEnded, MakeLink, NotLinked
from bot.core.hand import Hand
from bot.core.making import from_json
from bot.core.ports import Store
from bot.core.run import Run


def hand(store: Store, retention_seconds: int) -> Hand:
    async def make(run: Run, effect: MakeLink) -> Outcome:
        kept = await store.making(run.ref, effect.code)
        made = from_json(kept.making) if kept else None
        if kept is None or made is None:
            return NotLinked(effect.code, "unknown_code")
        if made.kind == "film":
            return NotLinked(effect.code, "no_film")
        seconds = run.place.seconds(retention_seconds)
        async with run.writing():
            token = await store.share(run.ref, effect.code, seconds)
        if token is None:  # somebody else's open one
            return NotLinked(effect.code, "unknown_code")
        return LinkMade(effect.code, token, kept.expires)

    async def end(run: Run, effect: EndLinks) -> Outcome:
        async with run.writing():
            return LinksEnded(effect.code, await store.unshare(run.ref, effect.code))

    return Hand(asks={MakeLink: make, EndLinks: end})
