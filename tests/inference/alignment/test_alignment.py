from concurrent.futures import ThreadPoolExecutor

import dlib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from inference import alignment, images
from inference.alignment import Framing
from inference.errors import FaceCut, FaceTooSmall, ManyFaces, NoFace

FRAMING = Framing(size=128, padding=0.25)


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    """The astronaut: one face, and a helmet's badge that the detector takes for another."""
    return Image.fromarray(data.astronaut())


def _two(photo: Image.Image) -> Image.Image:
    half = photo.crop((100, 0, 356, 300))
    both = Image.new("RGB", (512, 300))
    both.paste(half, (0, 0))
    both.paste(half, (256, 0))
    return both


def _apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    return float(np.abs(a.astype(float) - b).mean())


def test_the_face_is_found_and_the_badge_is_less_sure(photo: Image.Image) -> None:
    face, *others = alignment.find(photo)
    assert face.turned == 0
    assert alignment.overlap(face.box, (179, 83, 267, 171)) > 0.7
    assert all(other.score < face.score / 4 for other in others)


@pytest.mark.parametrize("edge", [(0, 256), (512, 256), (256, 0), (256, 512)])
def test_a_chip_that_leaves_the_photo_on_any_side_is_told(photo: Image.Image, edge: tuple[int, int]) -> None:
    points = alignment.find(photo)[0].landmarks
    assert alignment.outside(points, FRAMING, photo.size) == 0
    assert alignment.outside(points - points.mean(axis=0) + edge, FRAMING, photo.size) > 0.2


def test_the_chip_is_dlibs_own(photo: Image.Image) -> None:
    face = alignment.find(photo)[0]
    points = dlib.points([dlib.point(int(x), int(y)) for x, y in face.landmarks])
    shape = dlib.full_object_detection(dlib.rectangle(*face.box), points)
    pixels = np.asarray(photo)
    chip = dlib.get_face_chip(pixels, shape, size=128, padding=0.25)
    assert _apart(alignment.align(photo, FRAMING), chip) < 2.5
    shifted = np.roll(chip, 1, axis=1)
    assert _apart(chip, shifted) > 5  # so a pixel's shift would be seen


def test_eyes_are_level_and_where_training_has_them(photo: Image.Image) -> None:
    for angle in (0, 12, -20):
        turned = photo.rotate(angle, Image.Resampling.BICUBIC)
        face = alignment.find(turned)[0]
        matrix = alignment.chip_to_photo(face.landmarks, FRAMING)
        inverse = np.linalg.inv(np.vstack([matrix, [0, 0, 1]]))
        points = np.column_stack([face.landmarks, np.ones(5)]) @ inverse.T
        right, left = points[2:4, :2].mean(axis=0), points[0:2, :2].mean(axis=0)
        assert np.abs(right - [40, 39]).max() < 4
        assert np.abs(left - [86, 39]).max() < 4


def test_shrinking_does_not_alias(photo: Image.Image) -> None:
    large = photo.resize((2048, 2048), Image.Resampling.BICUBIC)
    stripes = np.asarray(large).copy()
    stripes[:, ::2] = np.clip(stripes[:, ::2].astype(int) + 50, 0, 255)
    stripes[:, 1::2] = np.clip(stripes[:, 1::2].astype(int) - 50, 0, 255)
    face = alignment.find(photo)[0]
    small = Framing(size=64)
    plain = alignment.cut(large, face.landmarks * 4 + 1.5, small)
    striped = alignment.cut(Image.fromarray(stripes), face.landmarks * 4 + 1.5, small)
    assert _apart(plain, striped) < 5
    assert _apart(alignment.cut(photo, face.landmarks, small), plain) < 3


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_a_turned_photo_is_found_and_cut_upright(photo: Image.Image, quarter: int) -> None:
    turned = photo.crop((0, 0, 512, 400)).rotate(90 * quarter, expand=True)
    face = alignment.find(turned)[0]
    assert face.turned == 4 - quarter
    assert all(0 <= a <= b for a, b in zip(face.box, (*turned.size, *turned.size), strict=True))
    upright = alignment.align(photo, FRAMING)
    assert _apart(alignment.align(turned, FRAMING), upright) < 8
    assert _apart(alignment.align(turned, FRAMING, face.box), upright) < 8


def test_two_faces_are_asked_about_from_left_to_right(photo: Image.Image) -> None:
    both = _two(photo)
    with pytest.raises(ManyFaces) as caught:
        alignment.align(both, FRAMING)
    left, right = caught.value.boxes
    assert left[0] < right[0]
    chosen = [alignment.align(both, FRAMING, box) for box in (left, right)]
    assert all(_apart(chip, alignment.align(photo, FRAMING)) < 12 for chip in chosen)
    with pytest.raises(NoFace):
        alignment.align(both, FRAMING, (0, 250, 40, 290))


def test_somebody_far_behind_is_not_asked_about(photo: Image.Image) -> None:
    behind = photo.resize((1536, 1536), Image.Resampling.BICUBIC)
    behind.paste(photo.crop((150, 50, 300, 200)), (1200, 200))
    assert len([f for f in alignment.find(behind) if f.score > 0.5]) >= 1
    assert _apart(alignment.align(behind, FRAMING), alignment.align(photo, FRAMING)) < 8


def test_boxes_are_in_pixels_of_the_full_photo(photo: Image.Image) -> None:
    large = photo.resize((4096, 4096), Image.Resampling.BICUBIC)
    read = images.read(images.encode(np.asarray(large), size=4096, format="jpeg"))
    assert read.size != large.size
    face = alignment.find(read)[0]
    assert alignment.overlap(face.box, (179 * 8, 83 * 8, 267 * 8, 171 * 8)) > 0.7
    assert alignment.align(read, FRAMING, face.box).shape == (128, 128, 3)


def test_a_small_face_is_found_by_upsampling_or_refused_as_too_small(photo: Image.Image) -> None:
    assert alignment.align(photo.resize((330, 330)), FRAMING).shape == (128, 128, 3)
    with pytest.raises(FaceTooSmall) as caught:
        alignment.align(photo.resize((256, 256)), FRAMING)
    assert caught.value.extra["smallest"] == alignment.SMALLEST


def test_a_face_that_leaves_the_photo_is_refused(photo: Image.Image) -> None:
    with pytest.raises(FaceCut) as caught:
        alignment.align(photo.crop((205, 0, 512, 300)), FRAMING)
    assert caught.value.extra["reason"] == "cut"


def test_an_edge_that_goes_on_fills_a_narrow_gap(photo: Image.Image) -> None:
    light = photo.point(lambda value: 20 + value * 0.9)
    tight = alignment.align(light.crop((170, 0, 512, 300)), FRAMING)
    assert np.median(tight[:, 0], axis=1).min() >= 10  # black would stand where nothing was put


@pytest.mark.parametrize("picture", [data.coffee(), data.cat(), np.zeros((5, 3, 3), np.uint8)])
def test_where_no_face_is_none_is_found(picture: NDArray[np.uint8]) -> None:
    with pytest.raises(NoFace):
        alignment.align(Image.fromarray(picture), FRAMING)


def test_identity_knows_a_person_again(photo: Image.Image) -> None:
    chip = alignment.align(photo, Framing(size=150))
    same = alignment.align(photo.rotate(8, Image.Resampling.BICUBIC), Framing(size=150))
    numbers = alignment.identity(chip)
    assert numbers.shape == (128,)
    assert np.linalg.norm(numbers - alignment.identity(same)) < 0.3
    assert np.linalg.norm(numbers - alignment.identity(chip[::-1].copy())) > 0.4


def test_threads_find_the_same(photo: Image.Image) -> None:
    with ThreadPoolExecutor(4) as threads:
        boxes = list(threads.map(lambda _: alignment.find(photo)[0].box, range(8)))
    assert len(set(boxes)) == 1


@pytest.mark.parametrize("size", [64, 320])
def test_a_chip_is_as_one_that_is_sampled_finely(size: int, photo: Image.Image) -> None:
    """The reference is sampled eight times as finely, where nothing is shrunk before it is turned."""
    tilted = photo.rotate(12, Image.Resampling.BICUBIC).resize((1024, 1024), Image.Resampling.LANCZOS)
    points = alignment.find(tilted)[0].landmarks
    matrix, side = alignment.chip_to_photo(points, Framing(size)), size * 8
    matrix = np.column_stack([matrix[:, :2] / 8, matrix @ [1 / 16 - 0.5, 1 / 16 - 0.5, 1]])
    way = alignment.pillow(matrix)
    finely = tilted.transform((side, side), Image.Transform.AFFINE, way, Image.Resampling.BICUBIC)
    wanted = np.asarray(finely.resize((size, size), Image.Resampling.LANCZOS), dtype=float)
    found = alignment.cut(tilted, points, Framing(size))
    assert np.sqrt(((found - wanted) ** 2).mean()) < 2
    shifted = np.roll(found, 1, axis=1)
    assert np.sqrt(((shifted - wanted) ** 2).mean()) > 4


def test_a_chip_beside_the_photo_is_its_edge_alone(photo: Image.Image) -> None:
    points = alignment.find(photo)[0].landmarks + 5000.0
    assert len(np.unique(alignment.cut(photo, points, FRAMING).reshape(-1, 3), axis=0)) == 1
