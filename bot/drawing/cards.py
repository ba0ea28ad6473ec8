"""The card to share: the person in the type, large; the type and the best match, round and small; few words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from bot.core.card import Card
from bot.drawing import faces
from bot.drawing.faces import Square
from bot.drawing.lettering import fit, legible, wrap
from inference import images
from inference.fonts.letters import Weight, font
from inference.images import Format

WIDE, TALL = (1200, 630), (1080, 1350)
_INK, _SOFT, _WHITE = "#2a1a1f", "#5c474b", "#fffdf9"
_GROUPS = {
    "NF": ("#ffdccf", "#a92d14"),
    "NT": ("#e4dcff", "#4b3aa0"),
    "SJ": ("#cdece7", "#17594f"),
    "SP": ("#fdebc3", "#7a5200"),
}
"""Ground and accent of each group of types, as on the web page."""
_RING = 8
_ROW = 866
"""Where the name stands on a tall card, between the labels of the small faces."""


@dataclass(frozen=True)
class _Column:
    """Where words go, one under the other. `middle`: they are centred on `x`, else they begin there."""

    pen: ImageDraw.ImageDraw
    x: int
    width: int
    middle: bool = False

    def line(self, text: str, top: float, sizes: tuple[int, int], ink: str, weight: Weight = "bold") -> float:
        """One line, in the largest of the sizes that fits; where the next one may begin."""
        words, chosen = fit(text, weight, self.width, *sizes)
        self.pen.text((self.x, top + chosen.size), words, ink, chosen, anchor="ms" if self.middle else "ls")
        return top + chosen.size

    def paragraph(self, text: str, top: float, size: int, ink: str, room: float) -> float:
        """Lines as far as `room` goes; where the next may begin."""
        step = size * 1.32
        chosen = font("regular", size, text)
        for words in wrap(text, chosen, self.width, max(1, int(room // step))):
            top += step
            place = (self.x, top - 0.32 * size)
            self.pen.text(place, words, ink, chosen, anchor="ms" if self.middle else "ls")
        return top


def draw(card: Card, format: Format) -> bytes:
    """A picture file that says it is synthetic, 1,200 x 630 px or 1,080 x 1,350 px.

    Raises:
        inference.errors.BadImage: a face is no picture.
    """
    ground, accent = _GROUPS[_group(card.kind)]
    canvas = Image.new("RGB", WIDE if card.shape == "wide" else TALL, ground)
    (_wide if card.shape == "wide" else _tall)(canvas, card, accent)
    return images.encode(np.asarray(canvas), size=max(canvas.size), format=format)


def _group(kind: str) -> str:
    """Intuitive types by how they decide, others by how they live."""
    return kind[1] + (kind[2] if kind[1] == "N" else kind[3])


def _small(card: Card) -> list[tuple[bytes, str]]:
    """The small faces and their labels; the type's own is one where the large one is the person's."""
    found = [(card.type_face, card.type_label)] if card.mine else []
    return found + ([(card.match_face, card.match_label)] if card.match_face else [])


def _wide(canvas: Image.Image, card: Card, accent: str) -> None:
    """The large face fills the left half, the words the right one, over the small faces."""
    side = canvas.height
    faces.put(canvas, card.mine or card.type_face, Square(0, 0, side), 0)
    left, width = side + 46, canvas.width - side - 46 - 36
    words = _Column(ImageDraw.Draw(canvas), left, width)
    small = _small(card)
    bottom = canvas.height - (190 if small else 80)
    top = _heading(words, card, 28, accent, _Sizes((44, 24), 150, (36, 22)))
    words.paragraph(legible(card.line), top + 16, 27 if small else 32, _INK, bottom - top - 16)
    for number, (face, label) in enumerate(small):
        place = Square(left + _RING + number * width // 2, canvas.height - 172, 96)
        _beside(canvas, face, place, label, width // 2 - place.side - 2 * _RING - 20)
    words.line(legible(card.note), canvas.height - 46, (18, 12), _SOFT, "regular")


@dataclass(frozen=True)
class _Sizes:
    """Of a heading, in pixels; the first is the largest, the second the smallest."""

    name: tuple[int, int]
    letters: int
    title: tuple[int, int]


def _heading(words: _Column, card: Card, top: float, accent: str, sizes: _Sizes) -> float:
    """What the person is called, the four letters, and what the type is called; where the next line may begin."""
    if name := legible(card.name, most=60):
        top = words.line(name, top, sizes.name, _INK)
    top = words.line(card.kind, top + 2, (sizes.letters, sizes.letters), accent)
    return words.line(legible(card.title), top + sizes.title[0] * 0.6, sizes.title, _INK)


def _beside(canvas: Image.Image, face: bytes, place: Square, label: str, width: int) -> None:
    """A round face with its label to the right."""
    _round(canvas, face, place)
    size, text = 21, legible(label)
    chosen = font("regular", size, text)
    lines = wrap(text, chosen, width, 3)
    top = place.top + place.side / 2 - 0.63 * size * (len(lines) - 1)
    for number, words in enumerate(lines):
        at = (place.left + place.side + _RING + 14, top + 1.26 * size * number)
        ImageDraw.Draw(canvas).text(at, words, _INK, chosen, anchor="lm")


def _round(canvas: Image.Image, face: bytes, place: Square) -> None:
    faces.ring(canvas, place, _RING, _WHITE)
    faces.put(canvas, face, place, place.side / 2)


def _tall(canvas: Image.Image, card: Card, accent: str) -> None:
    """The large face above, the small ones at its lower corners, the words below; the name stands between the two."""
    side, middle, edge, small = 752, canvas.width // 2, 56, 220
    faces.put(canvas, card.mine or card.type_face, Square(middle - side // 2, 48, side), 48)
    pen = ImageDraw.Draw(canvas)
    for left, (face, label) in zip((edge, canvas.width - edge - small), _small(card), strict=False):
        place = Square(left, 604, small)
        _round(canvas, face, place)
        text, chosen = fit(legible(label), "regular", small + 32, 28, 16)
        pen.text((left + small / 2, _ROW), text, _INK, chosen, anchor="ms")
    name, chosen = fit(legible(card.name, most=60), "bold", canvas.width - 2 * (edge + small + 40), 56, 28)
    pen.text((middle, _ROW), name, _INK, chosen, anchor="ms")
    words = _Column(pen, middle, canvas.width - 140, middle=True)
    top = words.line(card.kind, _ROW + 4, (190, 190), accent)
    top = words.line(legible(card.title), top + 30, (48, 28), _INK)
    words.paragraph(legible(card.line), top + 20, 34, _INK, canvas.height - 110 - top)
    words.line(legible(card.note), canvas.height - 58, (24, 14), _SOFT, "regular")
