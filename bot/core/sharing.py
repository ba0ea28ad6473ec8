"""What a link shows to whoever has it: the picture, made again on request, and nothing about its owner.

Every look asks the store anew, so that an ended link shows nothing from then on, whatever is still in memory.
"""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from hashlib import blake2s

from bot.core import blend, captions
from bot.core.effects import Line
from bot.core.events import NOBODY
from bot.core.making import Made, from_json
from bot.core.packs import PackView
from bot.core.phrasing import Phrasing
from bot.core.portrait import Portrait
from bot.core.ports import Clock, Ports, Shared, SharingError
from bot.core.stills import Stills, Words
from db.errors import StoreError
from inference.errors import TypefaceError
from inference.wire import Face, ImageFormat, LatentFace

KEPT, KEPT_SECONDS = 32, 600.0
"""So many pictures are kept in memory, and for so long."""
AT_ONCE, A_MINUTE = 2, 120
"""Pictures that are made at the same time, and faces in a minute, for all links together."""


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

    def __init__(self, ports: Ports, packs: PackView) -> None:
        self._packs = packs
        self._faces, self._store, self._clock = ports.faces, ports.store, ports.clock
        self._stills = Stills(ports.drawing)
        self._cache = _Cache(ports.clock)
        self._making = asyncio.Semaphore(AT_ONCE)
        self._begun: deque[float] = deque()

    async def look(self, token: str) -> Shared | None:
        """What the link shows; None when it has ended, or never was one."""
        if (made := await self._made(token)) is None:
            return None
        title = f"shared-title-{made.kind}" if made.kind in ("face", "card", "all") else "shared-title-sheet"
        mine = any(face.face for face in made.faces)
        alt = Line(f"shared-alt-{made.kind}") if mine else captions.picture(made)
        return Shared(title, alt.key, {"type": made.faces[0].type, "match": made.faces[-1].type})

    async def picture(self, token: str, locale: str) -> bytes | None:
        """The picture as JPEG, in the language of who looks; None as in `look`."""
        if (made := await self._made(token)) is None:
            return None
        key = blake2s(f"{token} {locale if made.kind == 'card' else ''}".encode()).digest()
        if picture := self._cache.get(key):
            return picture
        async with self._making:
            picture = self._cache.get(key) or await self._render(token, made, locale)
        if picture is None or await self._made(token) is None:  # ended while it was made
            return None
        self._cache.put(key, picture)
        return picture

    async def _made(self, token: str) -> Made | None:
        try:
            found = await self._store.shared(token)
        except StoreError as error:
            raise SharingError from error
        made = from_json(found.making) if found else None
        return made if made and made.kind != "film" else None

    async def _render(self, token: str, made: Made, locale: str) -> bytes | None:
        self._count(len(made.faces))
        first, made = made.pack, (await self._packs.look()).fitted(made, None)
        pack = made.pack or None
        left = first not in ("", pack)  # and a person's face with it: another pack cannot draw that

        async def draw(face: Portrait, *, size: int, format: ImageFormat) -> bytes | None:
            latent = await self._store.shared_face(token, face.face) if face.face and not left else None
            if face.face and latent is None:
                return None
            return await self._faces.render(_expression(face, latent), pack=pack, size=size, format=format)

        try:
            return await self._stills.still(made, draw, Words(Phrasing(NOBODY, locale).line))
        except (TypefaceError, StoreError) as error:
            raise SharingError from error

    def _count(self, faces: int) -> None:
        """Raises SharingError where this minute has no room for so many."""
        now = self._clock.monotonic()
        while self._begun and now - self._begun[0] >= 60:
            self._begun.popleft()
        if len(self._begun) + faces > A_MINUTE:
            raise SharingError
        self._begun.extend([now] * faces)


def _expression(made: Portrait, latent: bytes | None) -> Face:
    mine = LatentFace(data=b64encode(latent).decode()) if latent else None
    return blend.expression(mine, blend.type_face(made.type, made.gender, made.blend), made.blend)
