"""A look at the server, and at what went wrong last."""

from __future__ import annotations

from importlib.metadata import version

from bot.core.effects import Outcome
from bot.core.features.health import FAILURES, HealthRead, ReadHealth
from bot.core.hand import Hand
from bot.core.ports import Faces, Store
from bot.core.run import Run
from inference.errors import TypefaceError


def hand(faces: Faces, store: Store) -> Hand:
    async def read(_: Run, __: ReadHealth) -> Outcome:
        failures, own = await store.failures(FAILURES), version("typeface")
        try:
            return HealthRead(await faces.state(), "", tuple(await faces.packs()), failures, own)
        except TypefaceError as error:
            return HealthRead(None, error.code, (), failures, own)

    return Hand(asks={ReadHealth: read})
