import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from inference.alignment import Framing, align, find
from tests.training.preparing.people import as_bytes, astronaut, photo
from training.preparing.errors import Refused
from training.preparing.measures import why_not
from training.preparing.photo import Verdict, examine, load
from training.preparing.plan import Limits, Look

LOOK = Look(64, identity=False)


def seen(picture: Image.Image, look: Look = LOOK, **options: object) -> Verdict:
    return examine(as_bytes(picture, **options), look, find)[0]


def fault(picture: Image.Image, limits: Limits | None = None) -> str | None:
    verdict = seen(picture)
    return verdict.reason or why_not(verdict.measures, limits or Limits())


def test_a_good_photo_is_framed_as_a_selfie_is() -> None:
    verdict, png = examine(as_bytes(astronaut(), "PNG"), LOOK, find)
    assert verdict.reason is None and why_not(verdict.measures, Limits()) is None
    assert len(png) == verdict.chip_bytes
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(png))), align(astronaut(), Framing(64)))


def test_identity_survives_its_line() -> None:
    verdict = examine(as_bytes(astronaut()), Look(64), find)[0]
    again = Verdict.from_json(verdict.to_json())
    assert again == verdict and again.numbers.shape == (128,)
    other = examine(as_bytes(photo(0)), Look(64), find)[0]
    same = examine(as_bytes(astronaut().rotate(8)), Look(64), find)[0]
    assert (
        np.linalg.norm(same.numbers - verdict.numbers) < 0.4 < np.linalg.norm(other.numbers - verdict.numbers)
    )


@pytest.mark.parametrize("angle", [-20, 15])
def test_a_tilted_head_is_set_upright(angle: int) -> None:
    assert fault(astronaut().crop((50, 0, 400, 350)).rotate(angle, Image.Resampling.BICUBIC)) is None


def test_a_photo_turned_by_exif_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = as_bytes(astronaut().rotate(90, expand=True), exif=exif)
    verdict, png = examine(turned, LOOK, find)
    plain = Image.open(io.BytesIO(examine(as_bytes(astronaut()), LOOK, find)[1]))
    assert verdict.reason is None
    assert np.abs(np.asarray(Image.open(io.BytesIO(png))).astype(int) - plain).mean() < 6


def test_no_face_and_two_faces() -> None:
    assert fault(Image.new("RGB", (300, 300), "teal")) == "no_face"
    pair = Image.new("RGB", (840, 360))
    pair.paste(photo(0), (0, 0))
    pair.paste(photo(1), (420, 0))
    assert fault(pair) == "many_faces"
    assert fault(pair, Limits(many="best")) is None


def test_somebody_small_at_the_back_does_not_count() -> None:
    group = Image.new("RGB", (600, 360), "grey")
    group.paste(photo(0), (0, 0))
    group.paste(photo(1).resize((140, 120)), (440, 20))
    assert len(find(group)) == 2
    assert fault(group) is None


def test_small_blurred_and_cut_faces() -> None:
    assert fault(photo(0).resize((80, 69))) in {"too_small", "no_face"}
    assert fault(astronaut().resize((200, 200))) == "too_small"
    assert fault(photo(0).filter(ImageFilter.GaussianBlur(7)), Limits(sharp=0.2)) == "blurred"
    assert fault(photo(0), Limits(sharp=0.2)) is None
    assert fault(photo(0).crop((150, 0, 420, 360))) == "cut"


def test_a_face_turned_away() -> None:
    """One half of it is narrower, as from the side; no photo of a real profile is free to lie here."""
    face = astronaut().crop((140, 20, 310, 190))
    page = Image.new("RGB", (400, 400), "grey")
    page.paste(face.crop((0, 0, 85, 170)).resize((40, 170)), (100, 100))
    page.paste(face.crop((85, 0, 170, 170)).resize((110, 170)), (140, 100))
    firm = Limits(turned=0.12)
    assert fault(page, firm) == "turned"
    assert fault(astronaut(), firm) is None


def test_a_score_that_is_low_is_told() -> None:
    assert fault(photo(0), Limits(sure=5.0)) == "unsure"


def test_a_large_face_is_cut_from_the_whole_file() -> None:
    """At 1024 px the copy that is searched has too few pixels; the file has them."""
    large = astronaut().crop((120, 0, 340, 220)).resize((3000, 3000), Image.Resampling.BICUBIC)
    verdict = seen(large, Look(1024, identity=False))
    assert verdict.measures.enlarged < 0.7
    assert verdict.measures.width > 1000


@pytest.mark.parametrize("detector", [find, None])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html><body>404</body></html>",
        as_bytes(Image.new("RGB", (90, 90)))[:300],
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
    ],
)
def test_what_is_no_image_is_a_reason(data: bytes, detector) -> None:
    assert examine(data, LOOK, detector) == (Verdict("bad_image"), b"")


def test_a_bomb_is_too_large() -> None:
    bomb = as_bytes(Image.new("1", (9000, 9000)), "PNG")
    assert examine(bomb, LOOK, find)[0].reason == "too_large"


def test_framed_pictures_keep_their_proportions() -> None:
    drawing = Image.new("RGB", (300, 200), "white")
    drawing.paste("black", (50, 0, 150, 200))
    verdict, png = examine(as_bytes(drawing, "PNG"), LOOK, None)
    chip = np.asarray(Image.open(io.BytesIO(png)))
    assert chip.shape == (64, 64, 3) and verdict.measures.enlarged == 0.32
    assert chip[:, :31].max() < 40 and chip[:, 33:].min() > 215
    small = examine(as_bytes(drawing.resize((30, 20))), LOOK, None)[0]
    assert why_not(small.measures, Limits(sharp=0)) == "too_small"


def test_files_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (tmp_path, tmp_path / "gone.jpg"):
        with pytest.raises(Refused, match="cannot be opened"):
            load(path)
    (tmp_path / "big.jpg").write_bytes(b"12345")
    monkeypatch.setattr("training.preparing.photo.MAX_BYTES", 4)
    with pytest.raises(Refused, match="too many bytes"):
        load(tmp_path / "big.jpg")
