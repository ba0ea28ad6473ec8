"""How pictures were made: read back from the store, and made again."""

from __future__ import annotations

from bot.core.effects import Failed, Outcome
from bot.core.features.made import (
    DropMaking,
    GalleryRead,
    MakingDropped,
    MakingRead,
    Original,
    OriginalMade,
    ReadGallery,
    ReadMaking,
)
from bot.core.hand import Hand
from bot.core.making import from_json
from bot.core.ports import Store
from bot.core.run import Run
from bot.core.work import Work
from inference.errors import TypefaceError

PAGE = 6
"""Pictures on a page of the gallery."""
ORIGINAL = 1024
"""Pixels of the uncompressed picture."""


def hand(store: Store, work: Work) -> Hand:
    async def read(run: Run, effect: ReadMaking) -> Outcome:
        kept = await store.making(run.ref, effect.code)
        made = from_json(kept.making) if kept else None
        return MakingRead(effect.code, made, kept.created if kept else None)

    async def gallery(run: Run, effect: ReadGallery) -> Outcome:
        kept, total = await store.makings(run.ref, effect.page * PAGE, PAGE)
        pages = max(1, -(-total // PAGE))
        if not kept and effect.page:
            return await gallery(run, ReadGallery(pages - 1))
        readable = [(one.code, made) for one in kept if (made := from_json(one.making))]
        try:
            drawn = await work.sheet(run, [made for _, made in readable], [code for code, _ in readable])
        except TypefaceError as error:
            return Failed(effect, error.code)
        return GalleryRead(tuple(code for code, _ in readable), effect.page, pages, total, drawn)

    async def toss(run: Run, effect: DropMaking) -> Outcome:
        async with run.writing():
            return MakingDropped(effect.code, await store.drop_making(run.ref, effect.code))

    async def original(run: Run, effect: Original) -> Outcome:
        kept = await store.making(run.ref, effect.code)
        made = from_json(kept.making) if kept else None
        if made is None:
            return MakingRead(effect.code, None, None)
        try:
            picture = await work.drawn(run, made, size=ORIGINAL, format="png")
        except TypefaceError as error:
            return Failed(effect, error.code)
        if picture is None:
            return Failed(effect, "face_gone")
        run.picture, run.media_type = picture, "image/png"
        return OriginalMade(effect.code, made)

    return Hand(asks={ReadMaking: read, ReadGallery: gallery, DropMaking: toss, Original: original})
