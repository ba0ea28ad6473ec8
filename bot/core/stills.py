"""What was made, drawn as one still picture: a face alone, faces on a sheet, a card; of a film, its faces in a row."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.card import Card, Shape
from bot.core.effects import Line
from bot.core.making import Made
from bot.core.portrait import Portrait
from bot.core.ports import Drawing
from inference.wire import ImageFormat

SIZE, TILE = 512, 192
"""Pixels of a face, alone and on a sheet."""
_ON_A_TILE = 4
"""So many faces of a sheet are seen on its tile in the gallery."""
_COLUMNS = {"all": 4, "looks": 4, "surprise": 3}


class Draw(Protocol):
    """One face's pixels; None when the person's latent is no longer kept. Raises TypefaceError."""

    def __call__(self, face: Portrait, *, size: int, format: ImageFormat) -> Awaitable[bytes | None]: ...


@dataclass(frozen=True)
class Words:
    """What stands on a drawing: in whose language, whose name, and in which shape a card is."""

    say: Callable[[Line], str]
    name: str = ""
    shape: Shape = "wide"


@dataclass(frozen=True)
class Stills:
    """Puts faces together."""

    drawing: Drawing

    async def still(
        self, made: Made, draw: Draw, words: Words, *, scale: int = 1, format: ImageFormat = "jpeg"
    ) -> bytes | None:
        """The picture, `scale` times as large as it is shown; None when a face on it is no longer kept.

        Raises:
            inference.errors.TypefaceError: the server could not make a face.
        """
        if made.kind == "face":
            return await draw(made.faces[0], size=scale * SIZE, format=format)
        size = SIZE if made.kind == "card" else scale * TILE
        faces = await _all(made.faces, draw, size)
        if faces is None:
            return None
        if made.kind == "card":
            return await asyncio.to_thread(self.drawing.card, card(made, faces, words), format)
        columns = min(_COLUMNS.get(made.kind, len(faces)), len(faces))
        return await asyncio.to_thread(self.drawing.sheet, faces, captions(made), columns, format)

    async def tile(self, made: Made, draw: Draw) -> bytes | None:
        """A small square that tells what it is: the face, or some of its faces; None as in `still`."""
        step = max(1, len(made.faces) // _ON_A_TILE)
        faces = await _all(made.faces[::step][:_ON_A_TILE], draw, TILE)
        if not faces or len(faces) == 1:
            return faces[0] if faces else None
        return await asyncio.to_thread(self.drawing.mosaic, faces)

    async def overview(self, tiles: Mapping[str, bytes]) -> bytes:
        """Tiles over their names, as JPEG."""
        columns = min(3, len(tiles))
        return await asyncio.to_thread(self.drawing.sheet, [*tiles.values()], [*tiles], columns, "jpeg")


async def _all(faces: Sequence[Portrait], draw: Draw, size: int) -> list[bytes] | None:
    drawn = [await draw(face, size=size, format="png") for face in faces]
    there = [picture for picture in drawn if picture is not None]
    return there if len(there) == len(drawn) else None


def captions(made: Made) -> list[str]:
    """What stands under each face: the type where types are compared, else its number."""
    if made.kind in ("looks", "surprise"):
        return [str(number + 1) for number in range(len(made.faces))]
    return [face.type for face in made.faces]


def card(made: Made, faces: Sequence[bytes], words: Words) -> Card:
    """`made.faces` are the type's own, the person's if there is one, and the match's."""
    plain, match = made.faces[0], made.faces[-1]
    mine = faces[1] if len(faces) > 2 else None
    args = {"type": plain.type, "match": match.type}
    return Card(
        kind=plain.type,
        title=words.say(Line(f"title-{plain.type}")).partition("·")[2].strip(),
        line=made.line or words.say(Line("card-line-mine" if mine else "card-line", args)),
        name=words.name,
        type_label=words.say(Line("card-type", args)),
        match_label=words.say(Line("card-match", args)),
        note=words.say(Line("card-note")),
        type_face=faces[0],
        mine=mine,
        match_face=faces[-1],
        shape=words.shape,
    )
