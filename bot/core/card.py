"""The card to share: what is on it, in words and pictures that are there already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Shape = Literal["wide", "tall"]
"""`wide` is 1,200 x 630 px, the 1.91:1 that Discord and previews of links show whole and wide; `tall` is 1,080 x 1,350
px, the 4:5 that fills a phone's width in Telegram without being cut."""


@dataclass(frozen=True)
class Card:
    """All texts are in the reader's language but `name`, which is as the person wrote it.

    Attributes:
        title: of the type, without its letters.
        line: one sentence.
        type_label: under the type's face, as `match_label` is under that of the best match.
        note: that a computer made this, for fun.
        type_face: picture files of square faces, as are the following; the type's average.
        mine: the person in the type; without it the type's face is the large one.
        match_face: without it there is no match on the card.
    """

    kind: str
    title: str
    line: str
    name: str
    type_label: str
    match_label: str
    note: str
    type_face: bytes
    mine: bytes | None = None
    match_face: bytes | None = None
    shape: Shape = "wide"
