"""Numbered boxes on real pictures, some of them turned, huge or broken."""

import io

import numpy as np
import pytest
from PIL import Image

from bot.drawing.boxes import LONGEST, Boxes
from inference.errors import BadImage, Box, TooLarge

GREY = (90, 90, 90)


def photo(width: int, height: int, *, orientation: int = 1, form: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    Image.new("RGB", (width, height), GREY).save(out, form, exif=exif)
    return out.getvalue()


def drawn(data: bytes, *boxes: Box) -> Image.Image:
    picture = Image.open(io.BytesIO(Boxes().number_boxes(data, boxes)))
    assert picture.format == "JPEG"
    assert not picture.getexif()
    return picture.convert("RGB")


def coloured(picture: Image.Image, area: Box) -> bool:
    """Whether anything but the grey photo is seen in this area."""
    part = np.asarray(picture.crop(area)).astype(int)
    return bool(np.ptp(part, axis=(0, 1)).max() > 60)


def test_boxes_lie_where_the_faces_are() -> None:
    picture = drawn(photo(800, 600), (100, 100, 300, 300), (500, 200, 700, 400))
    assert picture.size == (800, 600)
    for left, top, right, bottom in ((100, 100, 300, 300), (500, 200, 700, 400)):
        assert coloured(picture, (left - 4, top + 90, left + 6, top + 110))
        assert coloured(picture, (right - 6, top + 90, right + 4, top + 110))
        assert coloured(picture, (left + 90, bottom - 6, left + 110, bottom + 4))
        assert not coloured(picture, (left + 90, top + 90, right - 30, bottom - 30))
    assert not coloured(picture, (350, 450, 480, 590))


def test_a_large_photo_is_shrunk_and_its_boxes_with_it() -> None:
    picture = drawn(photo(4096, 3072), (2048, 1536, 3072, 2560))
    assert picture.size == (LONGEST, 768)
    assert coloured(picture, (505, 450, 520, 500))
    assert coloured(picture, (760, 450, 775, 500))
    assert not coloured(picture, (0, 0, 455, 325))


def test_a_turned_photo_comes_upright() -> None:
    # As seen upright it is 600 wide and 800 high; boxes are given as seen.
    picture = drawn(photo(800, 600, orientation=6), (300, 500, 500, 700))
    assert picture.size == (600, 800)
    assert coloured(picture, (296, 590, 306, 610))
    assert not coloured(picture, (0, 0, 250, 450))


def test_every_number_looks_different() -> None:
    box = (200, 200, 500, 500)
    far = (700, 700, 701, 701)
    badges = [drawn(photo(800, 800), *[far] * n, box).crop((190, 190, 250, 250)).tobytes() for n in range(6)]
    assert len(set(badges)) == 6


def yellow(picture: Image.Image, area: Box) -> float:
    """The share of an area in the colour of the first number."""
    part = np.asarray(picture.crop(area)).astype(int)
    return float((np.abs(part - (0xFF, 0xD6, 0x0A)).max(axis=2) < 60).mean())


@pytest.mark.parametrize(("width", "face"), [(320, 40), (1000, 90), (1000, 400), (4000, 120)])
def test_a_number_can_be_read_at_a_chats_size(width: int, face: int) -> None:
    """It takes a sixteenth of the picture, or a quarter of a large face, and leaves the face free."""
    at = width // 3
    picture = drawn(photo(width, width), (at, at, at + face, at + face))
    scale = picture.width / width
    tall = max(picture.width / 16, face * scale / 4)
    right = round(at * scale + tall / 4)
    assert yellow(picture, (round(right - tall), round(right - tall), right, right)) > 0.5
    middle = round((at + face / 2) * scale)
    assert not coloured(picture, (middle - 2, middle - 2, middle + 3, middle + 3))


@pytest.mark.parametrize(
    "box", [(0, 0, 100, 100), (900, 0, 999, 100), (0, 900, 100, 999), (500, 0, 700, 200)]
)
def test_a_number_at_the_edge_is_whole(box: Box) -> None:
    picture = drawn(photo(1000, 1000), box)
    middle = drawn(photo(1000, 1000), (500, 500, 500 + box[2] - box[0], 500 + box[3] - box[1]))
    whole = (0, 0, 1000, 1000)
    assert yellow(picture, whole) > 0.85 * yellow(middle, whole)


def test_a_number_keeps_off_the_neighbours_face() -> None:
    """The second face's upper left corner touches the first face; its number goes above, not onto that."""
    first, second = (400, 400, 500, 500), (502, 490, 602, 590)
    alone, both = drawn(photo(1000, 1000), first), drawn(photo(1000, 1000), first, second)
    inner = (410, 420, 490, 480)
    assert not coloured(alone, inner)
    assert not coloured(both, inner)
    assert coloured(drawn(photo(1000, 1000), (900, 900, 950, 950), second), (470, 450, 500, 480)), (
        "else it does"
    )


@pytest.mark.parametrize(
    "box",
    [(-50, -50, 40, 40), (780, 580, 900, 900), (0, 0, 800, 600), (10, 10, 10, 10), (2000, 2000, 2100, 2100)],
)
def test_boxes_at_and_beyond_the_edge(box: Box) -> None:
    assert coloured(drawn(photo(800, 600, form="PNG"), box), (0, 0, 800, 600))


def test_tiny_and_narrow_photos() -> None:
    assert drawn(photo(20, 20), (2, 2, 18, 18)).size == (20, 20)
    assert drawn(photo(3000, 30), (0, 0, 30, 30)).size == (1024, 10)


def test_a_file_that_is_no_photo() -> None:
    with pytest.raises(BadImage):
        Boxes().number_boxes(b"no photo", [(0, 0, 1, 1)])


@pytest.mark.parametrize(
    ("size", "orientation", "held"),
    [((4000, 3000), 1, (2000, 1500)), ((4096, 1024), 6, (512, 2048)), ((300, 200), 1, (300, 200))],
)
def test_what_is_held_is_small_upright_and_bare(
    size: tuple[int, int], orientation: int, held: tuple[int, int]
) -> None:
    small = Image.open(io.BytesIO(Boxes().shrink(photo(*size, orientation=orientation))))
    assert (small.format, small.mode, small.size) == ("JPEG", "RGB", held)
    assert not small.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment"} & small.info.keys()


def test_what_is_held_looks_like_the_photo() -> None:
    gradient = np.linspace(0, 255, 1200, dtype=np.uint8)
    pixels = np.stack([np.tile(gradient, (900, 1)), np.full((900, 1200), 90, np.uint8)] * 2, axis=2)[..., :3]
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(out, "PNG")
    small = np.asarray(Image.open(io.BytesIO(Boxes().shrink(out.getvalue())))).astype(int)
    assert np.abs(small - pixels).mean() < 2


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", BadImage), (b"\xff\xd8" + b"junk" * 999, BadImage), (b"x" * (20 * 2**20 + 1), TooLarge)],
)
def test_what_is_no_photo_is_not_held(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        Boxes().shrink(data)


def test_boxes_of_what_is_held_are_drawn_where_they_are() -> None:
    picture = drawn(Boxes().shrink(photo(4000, 3000)), (1000, 750, 1500, 1250))
    assert picture.size == (LONGEST, 768)
    assert coloured(picture, (505, 450, 520, 500))
    assert not coloured(picture, (0, 0, 455, 325))
