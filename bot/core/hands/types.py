"""The map of types: who wants to be counted, and its picture."""

from __future__ import annotations

import asyncio

from bot.core.effects import Line, Outcome
from bot.core.features.types import Count, ReadTypes, TypesRead
from bot.core.hand import Hand
from bot.core.ports import Drawing, Store
from bot.core.run import Run


def hand(store: Store, drawing: Drawing) -> Hand:
    async def read(run: Run, _: ReadTypes | Count) -> Outcome:
        community = run.event.origin.community
        assert community is not None, "the gate lets nobody else in"
        counts = await store.type_map(run.ref.platform, community)
        title = run.phrasing.line(Line("types-title"))
        run.show(await asyncio.to_thread(drawing.type_map, dict(counts), title))
        return TypesRead(counts, await store.on_map(run.ref, community))

    async def count(run: Run, effect: Count) -> Outcome:
        community = run.event.origin.community
        assert community is not None, "the gate lets nobody else in"
        async with run.writing():
            if effect.type is None:
                await store.take_off_map(run.ref, community)
            else:
                await store.put_on_map(run.ref, community, effect.type)
        return await read(run, effect)

    return Hand(asks={ReadTypes: read, Count: count})
