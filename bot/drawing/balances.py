"""The four balances of the quiz as one small chart."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from bot.core.balances import Balance, BalanceChart, Bar
from bot.drawing.lettering import fit
from inference.fonts.letters import Font

WIDTH, HEIGHT = 1200, 1000
_EDGE, _TOP, _ROW, _THICK = 72, 210, 148, 30
_LETTER, _TRACK = 96, 720
"""The width of a letter's place, and of the bar between the two letters."""
_PAPER, _INK, _SOFT, _FAINT, _RAIL = "#fbf3e7", "#2a1a1f", "#6a5457", "#a89a92", "#eadfce"
_COLOURS = {"IE": "#b8341a", "NS": "#19695f", "TF": "#94670a", "JP": "#6a4c93"}
Point = tuple[float, float]


def draw(chart: BalanceChart) -> bytes:
    """A JPEG of 1,200 x 1,000 px: each bar runs from the middle to the letter that its pair leans to.

    The lower right corner stays empty: the web page has a button there.
    """
    picture = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    inside = WIDTH - 2 * _EDGE
    _text(pen, (WIDTH / 2, 104), "mm", _INK, fit(chart.title, "bold", inside, 112, 48))
    for number, bar in enumerate(chart.bars):
        _row(pen, bar, _TOP + number * _ROW)
    _text(pen, (_EDGE, HEIGHT - 74), "lm", _SOFT, fit(chart.note, "regular", inside * 3 / 4, 32, 16))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=92)
    return out.getvalue()


def _row(pen: ImageDraw.ImageDraw, bar: Bar, top: float) -> None:
    """Two letters, the bar between them, and under it what they are called and their shares."""
    balance, colour = bar.balance, _COLOURS[bar.balance.pair]
    left, right = (WIDTH - _TRACK) / 2, (WIDTH + _TRACK) / 2
    middle, below, half = top + 40, top + 92, _TRACK / 2 - 8
    for letter, at in zip(balance.pair, (left - _LETTER, right + _LETTER), strict=True):
        ink = colour if letter in balance.letters else _FAINT
        _text(pen, (at, middle), "mm", ink, fit(letter, "bold", _LETTER, 84, 84))
    _bar(pen, balance, (left, middle), colour)
    first, second = balance.percents
    _text(pen, (left, below), "lm", _INK, fit(f"{bar.first} · {first}%", "regular", half, 34, 17))
    _text(pen, (right, below), "rm", _INK, fit(f"{second}% · {bar.second}", "regular", half, 34, 17))


def _bar(pen: ImageDraw.ImageDraw, balance: Balance, start: Point, colour: str) -> None:
    """From the middle of a rail that begins at `start`, to where the second letter's share ends."""
    (left, middle), radius = start, _THICK / 3
    top, bottom, centre = middle - _THICK / 2, middle + _THICK / 2, left + _TRACK / 2
    pen.rounded_rectangle((left, top, left + _TRACK, bottom), radius=radius, fill=_RAIL)
    tip = left + _TRACK * balance.percents[1] / 100
    if balance.lean:
        rounded = (balance.lean < 0, balance.lean > 0, balance.lean > 0, balance.lean < 0)
        box = (min(centre, tip), top, max(centre, tip), bottom)
        pen.rounded_rectangle(box, radius=radius, fill=colour, corners=rounded)
    pen.line((centre, top - 10, centre, bottom + 10), fill=_INK, width=4)


def _text(pen: ImageDraw.ImageDraw, at: Point, anchor: str, ink: str, fitted: tuple[str, Font]) -> None:
    line, chosen = fitted
    pen.text(at, line, fill=ink, font=chosen, anchor=anchor)
