import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from inference.alignment import Framing, align, chip_to_photo, cut
from inference.compose import flow, mask, subject
from inference.compose.filters import blur, resample
from inference.compose.paste import put
from inference.compose.subject import Subject
from inference.errors import NoFace
from inference.images import Pixels

FRAMING = Framing(64)
_LARGE = 10**9


def png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def someone() -> Subject:
    """The astronaut, cut so that the face is a fifth of the picture, and twice as large."""
    image = (
        Image.fromarray(data.astronaut()).crop((60, 0, 400, 300)).resize((680, 600), Image.Resampling.LANCZOS)
    )
    return subject.read(png(image), FRAMING, None, size=2048, max_bytes=_LARGE)


@pytest.fixture(scope="module")
def own(someone: Subject) -> Pixels:
    """What a perfect generator of 64 px would draw of the astronaut."""
    return cut(someone.photo, someone.landmarks, FRAMING)


@pytest.fixture(scope="module")
def stranger(own: Pixels) -> Pixels:
    """Another face: mirrored, with wider mouth and nose, darker and redder."""
    image = Image.fromarray(np.ascontiguousarray(own[:, ::-1])).transform(
        (64, 64), Image.Transform.AFFINE, (0.9, 0, 3.2, 0, 1, 1.5), Image.Resampling.BICUBIC
    )
    return (np.asarray(image) * (0.8, 0.62, 0.55)).astype(np.uint8)


def weight(someone: Subject) -> NDArray[np.float32]:
    """[256, 256]: the mask on its own grid."""
    chip = cut(someone.photo, someone.landmarks, Framing(256))
    return mask.face(chip.transpose(2, 0, 1).astype(np.float32), 0.25)


def chips(someone: Subject, *pictures: Pixels) -> list[NDArray[np.float64]]:
    """Aligned faces of 256 px, in grey."""
    return [cut(Image.fromarray(one), someone.landmarks, Framing(256)).mean(axis=2) for one in pictures]


def detail(chip: NDArray[np.float64]) -> NDArray[np.float32]:
    plane = chip.astype(np.float32)
    return plane - blur(plane, 1.5)


def slope(chip: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hypot(*np.gradient(chip))


def test_outside_of_the_face_not_a_byte_differs(someone: Subject, stranger: Pixels) -> None:
    photo, result = np.asarray(someone.photo), put(someone, stranger)
    assert (result.shape, result.dtype) == (photo.shape, np.uint8)
    changed = (result != photo).any(axis=2)
    corners = chip_to_photo(someone.landmarks, FRAMING) @ np.array(
        [[0, 63, 0, 63], [0, 0, 63, 63], [1, 1, 1, 1]]
    )
    rows, columns = np.nonzero(changed)
    assert changed.mean() > 0.05
    assert corners[0].min() + 10 < columns.min() < columns.max() < corners[0].max() - 10
    assert corners[1].min() + 10 < rows.min() < rows.max() < corners[1].max() - 10
    spread = cut(
        Image.fromarray(np.repeat(changed[..., None] * np.uint8(255), 3, axis=2)),
        someone.landmarks,
        Framing(256),
    )
    assert spread[..., 0][blur(weight(someone), 2) < 0.001].max() < 30, "the photo's own, hair included"


def test_the_face_that_it_was_made_from_changes_nothing(
    someone: Subject, own: Pixels, stranger: Pixels
) -> None:
    photo = np.asarray(someone.photo).astype(int)
    assert np.abs(put(someone, own, [own]) - photo).max() <= 1
    assert np.abs(put(someone, stranger, [stranger, own]) - photo).max() > 20


def test_of_several_origins_the_photos_person_counts(someone: Subject, own: Pixels, stranger: Pixels) -> None:
    blend = (own // 2 + stranger // 2).astype(np.uint8)
    alone = put(someone, blend, [own])
    assert (put(someone, blend, [stranger, own]) == alone).all()
    assert (put(someone, blend, [own, stranger]) == alone).all()
    assert (put(someone, blend, [stranger]) == put(someone, blend)).all(), "a photo of neither"


def test_the_rendered_face_is_what_is_seen(someone: Subject, stranger: Pixels) -> None:
    small = resample(weight(someone), 64)
    goal = flow.levelled(stranger.mean(axis=2).astype(np.float32), small)

    def likeness(chip: NDArray[np.float64]) -> float:
        level = flow.levelled(resample(chip.astype(np.float32), 64), small)
        return float((level * goal).sum() / np.sqrt((level**2).sum() * (goal**2).sum()))

    before, after = (likeness(c) for c in chips(someone, np.asarray(someone.photo), put(someone, stranger)))
    assert after > before + 0.15
    assert after > 0.75


def test_there_is_no_seam(someone: Subject, stranger: Pixels) -> None:
    mask_, (before, after) = (
        weight(someone),
        chips(someone, np.asarray(someone.photo), put(someone, stranger)),
    )
    seam = (mask_ > 0.01) & (mask_ < 0.3)
    assert slope(after)[seam].mean() < 1.1 * slope(before)[seam].mean()
    assert slope(after - before)[seam].mean() < 0.35 * slope(before)[seam].mean()
    pasted = np.where(mask_ > 0.15, resample(stranger.mean(axis=2).astype(np.float32), 256), before)
    assert slope(pasted)[seam].mean() > 1.25 * slope(before)[seam].mean(), (
        "the measure sees a seam where there is one"
    )


def test_skin_stays_as_sharp_as_it_was(someone: Subject, stranger: Pixels) -> None:
    inside, (before, after) = (
        weight(someone) > 0.7,
        chips(someone, np.asarray(someone.photo), put(someone, stranger)),
    )
    ratio = detail(after)[inside].std() / detail(before)[inside].std()
    soft = detail(resample(stranger.mean(axis=2).astype(np.float32), 256))[inside].std()
    assert 0.75 < ratio < 1.25
    assert soft < 0.6 * detail(before)[inside].std(), "which a render of 64 px is not"


def test_skin_keeps_its_colour_and_light(someone: Subject, stranger: Pixels) -> None:
    inside = weight(someone) > 0.5
    before, after = (
        cut(Image.fromarray(one), someone.landmarks, Framing(256))[inside].mean(axis=0)
        for one in (np.asarray(someone.photo), put(someone, stranger))
    )
    assert np.abs(after - before).max() < 6
    assert np.abs(stranger.mean(axis=(0, 1)) - before).max() > 40


def test_a_grey_photo_stays_grey(someone: Subject, stranger: Pixels) -> None:
    grey = Subject(someone.photo.convert("L").convert("RGB"), someone.landmarks, FRAMING)
    result = put(grey, stranger).astype(int)
    assert (result != np.asarray(grey.photo)).any()
    assert np.ptp(result, axis=2).max() <= 1


def test_the_same_again(someone: Subject, stranger: Pixels, own: Pixels) -> None:
    assert (put(someone, stranger, [own]) == put(someone, stranger, [own])).all()


def test_a_turned_head_is_met_turned(someone: Subject, stranger: Pixels) -> None:
    on_side = Subject(
        someone.photo.transpose(Image.Transpose.ROTATE_90),
        np.column_stack([someone.landmarks[:, 1], someone.photo.width - 1 - someone.landmarks[:, 0]]),
        FRAMING,
    )
    upright, turned = put(someone, stranger), np.rot90(put(on_side, stranger), -1)
    photo = np.asarray(someone.photo).astype(int)
    assert np.abs(turned.astype(int) - upright).mean() < 0.1 * np.abs(upright - photo).mean()


def test_at_the_photos_edge_the_change_fades(someone: Subject, stranger: Pixels) -> None:
    left = int(someone.landmarks[:, 0].min()) - 14
    edge = Subject(someone.photo.crop((left, 0, *someone.photo.size)), someone.landmarks - (left, 0), FRAMING)
    photo, result = np.asarray(edge.photo).astype(int), put(edge, stranger)
    moved = np.abs(result - photo)
    assert moved.max() > 20
    assert moved[:, :2].max() == 0


@pytest.mark.parametrize("side", [16, 128, 300, 1024])
def test_renders_of_any_size_go_in(someone: Subject, stranger: Pixels, side: int) -> None:
    render = np.asarray(Image.fromarray(stranger).resize((side, side), Image.Resampling.BICUBIC))
    result = put(someone, render).astype(int)
    assert np.abs(result - np.asarray(someone.photo)).max() > 20


def test_a_photo_of_noise_and_a_black_render_do_no_harm(someone: Subject) -> None:
    noise = np.random.default_rng(5).integers(0, 256, (600, 680, 3), dtype=np.uint8)
    result = put(Subject(Image.fromarray(noise), someone.landmarks, FRAMING), np.zeros((64, 64, 3), np.uint8))
    assert result.shape == noise.shape


def test_a_large_photo_is_shrunk_and_its_face_still_met() -> None:
    large = Image.fromarray(data.astronaut()).resize((1200, 1200))
    found = subject.read(png(large), FRAMING, None, size=700, max_bytes=_LARGE)
    assert found.photo.size == (700, 700)
    again = align(found.photo, FRAMING).astype(int)
    assert np.abs(cut(found.photo, found.landmarks, FRAMING) - again).mean() < 6
    small = subject.read(png(large), FRAMING, None, size=2048, max_bytes=_LARGE)
    assert small.photo.size == (1200, 1200), "never enlarged"


def test_a_photo_without_a_face_is_refused() -> None:
    with pytest.raises(NoFace):
        subject.read(png(Image.new("RGB", (300, 300), "grey")), FRAMING, None, size=512, max_bytes=_LARGE)
