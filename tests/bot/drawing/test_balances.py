"""The chart of the quiz: as long as it says, on the side that it says, and readable."""

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bot.core.balances import PAIRS, Balance, BalanceChart, Bar
from bot.drawing.balances import _COLOURS, _PAPER, _ROW, _TOP, _TRACK, HEIGHT, WIDTH, draw

CENTRE = WIDTH // 2


def drawn(*leans: int, title: str = "ENFP", word: str = "quiet") -> NDArray[np.int16]:
    bars = tuple(Bar(Balance(pair, lean), word, word) for pair, lean in zip(PAIRS, leans, strict=True))
    picture = Image.open(io.BytesIO(draw(BalanceChart(title, bars, "Just for fun"))))
    assert picture.format == "JPEG"
    assert picture.size == (WIDTH, HEIGHT)
    return np.asarray(picture).astype(np.int16)


def rgb(colour: str) -> NDArray[np.int16]:
    return np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)], np.int16)


def coloured(picture: NDArray[np.int16], row: int) -> tuple[int, int]:
    """How many pixels of the bar are in its colour, left and right of the middle."""
    line = picture[_TOP + row * _ROW + 40]
    hit = np.abs(line - rgb(_COLOURS[PAIRS[row]])).max(axis=1) < 40
    return int(hit[CENTRE - _TRACK // 2 : CENTRE - 3].sum()), int(
        hit[CENTRE + 3 : CENTRE + _TRACK // 2].sum()
    )


@pytest.mark.parametrize("lean", [-10, -3, 0, 1, 6, 10])
def test_a_bar_is_as_long_as_its_balance(lean: int) -> None:
    picture = drawn(lean, -lean, lean, -lean)
    length = abs(lean) * _TRACK / 20
    for row in range(4):
        left, right = coloured(picture, row)
        towards, away = (left, right) if (lean < 0) == (row % 2 == 0) else (right, left)
        assert away == 0
        assert towards == pytest.approx(length, abs=8 if lean else 0)


def test_long_words_stay_on_the_picture() -> None:
    picture = drawn(3, 3, 3, 3, title="W" * 60, word="やわらかなにぎやかさ" * 5)
    for edge in (picture[:, :40], picture[:, -40:]):
        assert np.abs(edge - rgb(_PAPER)).max() < 12


def luminance(colour: str) -> float:
    parts = rgb(colour) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("colour", _COLOURS.values())
def test_letters_have_contrast(colour: str) -> None:
    assert (luminance(_PAPER) + 0.05) / (luminance(colour) + 0.05) > 4.5
