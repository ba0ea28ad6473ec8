"""How pictures were made: read back from the store, and made again."""

from __future__ import annotations

from dataclasses import replace

from bot.core.effects import Failed, Outcome
from bot.core.features.made import (
    DropMaking,
    EntryRead,
    GalleryRead,
    MakingDropped,
    MakingRead,
    Original,
    OriginalMade,
    ReadEntry,
    ReadGallery,
    ReadMaking,
)
from bot.core.hand import Hand
from bot.core.making import from_json
from bot.core.ports import Store
from bot.core.rendering import Rendering, failed
from bot.core.run import Run
from inference.errors import TypefaceError

PAGE = 6
"""Pictures on a page of the gallery."""
ORIGINAL = 2
"""How much larger the uncompressed picture is than the one that was shown."""


class Makings:
    """Reads, draws again, deletes."""

    def __init__(self, store: Store, rendering: Rendering) -> None:
        self._store, self._rendering = store, rendering

    def hand(self) -> Hand:
        return Hand(
            asks={
                ReadMaking: self._read,
                ReadGallery: self._gallery,
                ReadEntry: self._entry,
                DropMaking: self._drop,
                Original: self._original,
            }
        )

    async def _read(self, run: Run, effect: ReadMaking) -> Outcome:
        kept = await self._store.making(run.ref, effect.code)
        made = from_json(kept.making) if kept else None
        return MakingRead(effect.code, made, kept.created if kept else None, effect.public)

    async def _gallery(self, run: Run, effect: ReadGallery) -> Outcome:
        kept, total = await self._store.makings(run.ref, effect.page * PAGE, PAGE)
        pages = max(1, -(-total // PAGE))
        if not kept and effect.page:
            return await self._gallery(run, replace(effect, page=pages - 1))
        readable = [(one.code, made) for one in kept if (made := from_json(one.making))]
        try:
            drawn = await self._rendering.overview(run, dict(readable))
        except TypefaceError as error:
            return failed(effect, error)
        codes = tuple(code for code, _ in readable)
        return GalleryRead(codes, effect.page, pages, total, drawn, effect.instead)

    async def _entry(self, run: Run, effect: ReadEntry) -> Outcome:
        kept = await self._store.making(run.ref, effect.code)
        made = from_json(kept.making) if kept else None
        if kept is None or made is None:
            return EntryRead(effect.code)
        links = await self._store.links(run.ref, effect.code)
        return EntryRead(effect.code, made, kept.created, links)

    async def _drop(self, run: Run, effect: DropMaking) -> Outcome:
        async with run.writing():
            return MakingDropped(effect.code, await self._store.drop_making(run.ref, effect.code))

    async def _original(self, run: Run, effect: Original) -> Outcome:
        kept = await self._store.making(run.ref, effect.code)
        made = from_json(kept.making) if kept else None
        if made is None:
            return MakingRead(effect.code, None, None)
        try:
            picture = await self._rendering.still(run, made, scale=ORIGINAL, format="png")
        except TypefaceError as error:
            return failed(effect, error)
        if picture is None:
            return Failed(effect, "face_gone")
        run.show(picture, "image/png")
        return OriginalMade(effect.code, made)
