"""Sheets of faces, told by their colours."""

import io

import numpy as np
import pytest
from PIL import Image

from bot.core.mbti import TYPES
from bot.drawing.pen import Pen
from inference import images
from inference.errors import BadImage

SIDE = 96


def colour(number: int) -> tuple[int, int, int]:
    return 90 + 10 * number, 250 - 14 * number, 120


def face(number: int, side: int = SIDE) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), colour(number)).save(out, "PNG")
    return out.getvalue()


def drawn(count: int, columns: int, captions: tuple[str, ...] | None = None) -> np.ndarray:
    data = Pen().sheet([face(number) for number in range(count)], captions or TYPES[:count], columns, "jpeg")
    assert images.synthetic(data)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)


def where(picture: np.ndarray, number: int) -> tuple[float, float, int]:
    """The middle of a face, as row and column, and its pixels."""
    found = np.argwhere(np.abs(picture - colour(number)).max(axis=2) < 5)
    middle = found.mean(axis=0)
    return float(middle[0]), float(middle[1]), len(found)


@pytest.mark.parametrize(("count", "columns"), [(16, 4), (9, 3), (5, 4), (1, 4), (3, 3)])
def test_all_faces_are_whole_and_in_reading_order(count: int, columns: int) -> None:
    picture = drawn(count, columns)
    places = [where(picture, number) for number in range(count)]
    assert all(pixels > 0.93 * SIDE**2 for *_, pixels in places)
    rows = [round(row / SIDE) for row, _, _ in places]
    assert rows == sorted(rows)
    assert len(set(rows)) == -(-count // columns)
    for first in range(0, count, columns):
        across = [column for _, column, _ in places[first : first + columns]]
        assert across == sorted(across)
        assert abs(np.mean(across) - picture.shape[1] / 2) < 2, "each row stands in the middle"


def test_all_sixteen_types_fit_a_chat() -> None:
    height, width, _ = drawn(16, 4).shape
    assert 0.7 < width / height < 1.4
    large = Pen().sheet([face(0, 192)] * 16, TYPES, 4, "jpeg")
    assert max(Image.open(io.BytesIO(large)).size) <= 1280
    assert len(large) < 1_000_000


@pytest.mark.parametrize("captions", [("A", "B"), ("최고", "颯凛"), ("W" * 99, "ENFP " * 20), ("", "👻")])
def test_captions_stand_below_their_faces_and_nowhere_else(captions: tuple[str, str]) -> None:
    picture = drawn(2, 2, captions)
    ink = picture.sum(axis=2) < 200
    assert not ink[: SIDE + 12].any(), "not on the faces"
    assert not ink[-3:].any() and not ink[:, :3].any() and not ink[:, -3:].any()
    for number, caption in enumerate(captions):
        _, middle, _ = where(picture, number)
        columns = ink[:, round(middle - SIDE / 2) : round(middle + SIDE / 2)]
        assert columns.any() == bool((caption.isascii() and caption) or caption in ("최고", "颯凛"))
        assert columns.sum() == ink[:, round(middle - SIDE / 2 - 4) : round(middle + SIDE / 2 + 4)].sum()


def test_every_caption_is_its_own() -> None:
    assert not np.array_equal(drawn(2, 2, ("ENFP", "INTJ")), drawn(2, 2, ("ENFP", "INTP")))


def test_pictures_of_other_sizes_become_alike() -> None:
    data = Pen().sheet([face(0), face(1, 200)], ["a", "b"], 2, "jpeg")
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert abs(where(picture, 0)[2] - where(picture, 1)[2]) < 0.02 * SIDE**2


def test_what_is_no_picture_is_told() -> None:
    with pytest.raises(BadImage):
        Pen().sheet([face(0), b"no picture"], ["a", "b"], 2, "jpeg")


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_mosaic_shows_the_same_much_of_each(count: int) -> None:
    data = Pen().mosaic([face(number) for number in range(count)])
    assert images.synthetic(data)
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    assert picture.shape == (SIDE, SIDE, 3)
    assert [where(picture, number)[2] for number in range(count)] == [
        SIDE**2 // (2 if count == 2 else 4)
    ] * count
