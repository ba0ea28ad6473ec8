"""What the faces can do: the server's default pack, looked at now and then."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

from bot.core.blend import UNIT
from bot.core.effects import Direction
from bot.core.ports import Clock, Faces
from inference.errors import TypefaceError
from inference.wire import PackInfo

FRESH_SECONDS = 60


@dataclass(frozen=True)
class Pack:
    directions: tuple[Direction, ...] = ()
    looks: tuple[str, ...] = ()


class PackView:
    """The default pack; while the server does not answer, what was known of it last."""

    def __init__(self, faces: Faces, clock: Clock) -> None:
        self._faces, self._clock = faces, clock
        self._pack, self._until = Pack(), 0.0

    async def look(self) -> Pack:
        if self._clock.monotonic() >= self._until:
            self._until = self._clock.monotonic() + FRESH_SECONDS
            try:
                packs = await self._faces.packs()
            except TypefaceError:
                return self._pack
            self._pack = next((_pack(one) for one in packs if one.default), self._pack)
        return self._pack


def _pack(info: PackInfo) -> Pack:
    directions = tuple(
        Direction(one.name, ceil(one.low * UNIT), floor(one.high * UNIT)) for one in info.directions
    )
    return Pack(directions, tuple(info.looks))
