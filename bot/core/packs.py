"""What the faces can do: the server's packs, looked at now and then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor

from bot.core import captions
from bot.core.blend import UNIT
from bot.core.effects import Direction
from bot.core.making import Made
from bot.core.ports import Clock, Faces
from bot.core.presses import FARTHEST
from inference.errors import TypefaceError
from inference.wire import PackInfo

FRESH_SECONDS, AGAIN_SECONDS = 60, 5
"""How long an answer holds, and how long nobody asks again after none."""


@dataclass(frozen=True)
class Pack:
    directions: tuple[Direction, ...] = ()
    looks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Packs:
    """What the server has."""

    infos: tuple[PackInfo, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.infos)

    def look(self, name: str | None = None) -> Pack:
        """The pack of that name, or else the default one."""
        info = self._find(name)
        return _pack(info) if info else Pack()

    def named(self, name: str | None) -> str | None:
        """The name of the pack that `look` finds; None while the server's are not known."""
        info = self._find(name)
        return info.name if info else None

    def fitted(self, made: Made, here: str | None) -> Made:
        """For the pack that made it; where there is none of that name, for the one `here`.

        What that pack does not have, now or ever, is left out: looks and directions.
        """
        name = made.pack if made.pack in self.names else self.named(here)
        if name is None:
            return replace(made, pack=here or "")
        pack = self.look(name)
        directions = {one.name for one in pack.directions}
        faces = (replace(face, blend=face.blend.within(len(pack.looks), directions)) for face in made.faces)
        return replace(made, faces=tuple(faces), pack=name)

    def _find(self, name: str | None) -> PackInfo | None:
        named = [one for one in self.infos if one.name == name] or [one for one in self.infos if one.default]
        return named[0] if named else None


class PackView:
    """The server's packs; while it does not answer, what was known of them last."""

    def __init__(self, faces: Faces, clock: Clock) -> None:
        self._faces, self._clock = faces, clock
        self._packs = Packs()
        self._until = 0.0

    async def look(self) -> Packs:
        """What there is; it may wait for the server."""
        now = self._clock.monotonic()
        if now >= self._until:
            self._until, fresh = now + FRESH_SECONDS, False
            try:
                self._packs, fresh = Packs(tuple(await self._faces.packs())), True
            except TypefaceError:
                pass
            finally:  # who asked may also have given up waiting
                self._until = now + (FRESH_SECONDS if fresh else AGAIN_SECONDS)
        return self._packs


def _pack(info: PackInfo) -> Pack:
    directions = tuple(
        Direction(one.name, max(-FARTHEST, ceil(one.low * UNIT)), min(FARTHEST, floor(one.high * UNIT)))
        for one in sorted(info.directions, key=lambda one: captions.rank(one.name))
    )
    return Pack(directions, tuple(info.looks))
