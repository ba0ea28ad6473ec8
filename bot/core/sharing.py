"""What a link shows to whoever has it: the picture, made again on request, and nothing about its owner.

Every look asks the store anew, so that an ended link shows nothing from then on, whatever is still in memory.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from hashlib import blake2s

from bot.core import blend
from bot.core.effects import Portrait
from bot.core.making import from_json
from bot.core.ports import Clock, Faces, Shared, SharingError, Store
from db.errors import StoreError
from inference.errors import TypefaceError
from inference.wire import Face, LatentFace

SIZE = 512
KEPT, KEPT_SECONDS = 32, 600.0
"""So many pictures are kept in memory, and for so long."""
AT_ONCE, A_MINUTE = 2, 60
"""Pictures that are made at the same time, and in a minute, for all links together."""


@dataclass
class _Cache:
    """The newest pictures by token."""

    clock: Clock
    kept: OrderedDict[bytes, tuple[float, bytes]] = field(default_factory=OrderedDict)

    def get(self, key: bytes) -> bytes | None:
        until, picture = self.kept.get(key, (0.0, b""))
        return picture if self.clock.monotonic() < until else None

    def put(self, key: bytes, picture: bytes) -> None:
        now = self.clock.monotonic()
        self.kept[key] = (now + KEPT_SECONDS, picture)
        self.kept.move_to_end(key)
        for old in [one for one, (until, _) in self.kept.items() if until <= now]:
            del self.kept[old]
        while len(self.kept) > KEPT:
            self.kept.popitem(last=False)


class Sharing:
    """Looks behind links. All of it raises SharingError when it cannot be done now."""

    def __init__(self, faces: Faces, store: Store, clock: Clock) -> None:
        self._faces, self._store, self._clock = faces, store, clock
        self._cache = _Cache(clock)
        self._making = asyncio.Semaphore(AT_ONCE)
        self._made: deque[float] = deque(maxlen=A_MINUTE)

    async def look(self, token: str) -> Shared | None:
        """What the link shows; None when it has ended, or never was one."""
        if (made := await self._portrait(token)) is None:
            return None
        alt = "shared-alt-mine" if made.face else f"alt-type-{made.gender}"
        return Shared("shared-title", alt, {"type": made.type})

    async def picture(self, token: str) -> bytes | None:
        """The picture as JPEG; None as in `look`."""
        if (made := await self._portrait(token)) is None:
            return None
        key = blake2s(token.encode()).digest()
        if picture := self._cache.get(key):
            return picture
        async with self._making:
            picture = self._cache.get(key) or await self._render(token, made)
        if picture is None or await self._portrait(token) is None:  # ended while it was made
            return None
        self._cache.put(key, picture)
        return picture

    async def _portrait(self, token: str) -> Portrait | None:
        try:
            found = await self._store.shared(token)
        except StoreError as error:
            raise SharingError from error
        made = from_json(found.making) if found else None
        return made.faces[0] if made and made.kind == "face" else None

    async def _render(self, token: str, made: Portrait) -> bytes | None:
        now = self._clock.monotonic()
        if len(self._made) == A_MINUTE and now - self._made[0] < 60:
            raise SharingError
        self._made.append(now)
        try:
            latent = await self._store.shared_face(token, made.face) if made.face else None
            if made.face and latent is None:
                return None
            return await self._faces.render(_expression(made, latent), pack=None, size=SIZE, format="jpeg")
        except (TypefaceError, StoreError) as error:
            raise SharingError from error


def _expression(made: Portrait, latent: bytes | None) -> Face:
    mine = LatentFace(data=b64encode(latent).decode()) if latent else None
    return blend.expression(mine, blend.type_face(made.type, made.gender, made.blend), made.blend)
