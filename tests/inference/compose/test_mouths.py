"""A smile meets a closed mouth, and the other way round."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage import data

from inference.alignment import Framing, chip_to_photo, cut, locate
from inference.compose import mask, mouths
from inference.compose.filters import Planes, blur, blur_within, resample, smoothstep
from inference.compose.paste import put
from inference.compose.subject import Subject
from inference.images import Pixels

FRAMING = Framing(64)
GRID = Framing(256)
MOUTH = mask.mouth(256, 0.25)


@pytest.fixture(scope="module")
def smiling() -> Subject:
    """The astronaut's aligned face, 512 px, as a photo."""
    photo, large = Image.fromarray(data.astronaut()), Framing(512)
    landmarks = locate(photo, large)
    back = np.linalg.inv(np.vstack([chip_to_photo(landmarks, large), [0, 0, 1]]))
    places = np.column_stack([landmarks, np.ones(5)]) @ back[:2].T
    return Subject(Image.fromarray(cut(photo, landmarks, large)), places, FRAMING)


@pytest.fixture(scope="module")
def closed(smiling: Subject) -> Subject:
    """The same face with skin painted over its mouth, and closed lips on that."""
    return Subject(Image.fromarray(_close(np.asarray(smiling.photo))), smiling.landmarks, FRAMING)


def _close(face: Pixels) -> Pixels:
    side = face.shape[0]
    y, x = (np.mgrid[0:side, 0:side] + 0.5) / side

    def oval(a: float, b: float, soft: float) -> Planes:
        return smoothstep((1 - np.hypot((x - 0.49) / a, (y - 0.675) / b)).astype(np.float32), 0, soft)

    planes, hidden = face.transpose(2, 0, 1).astype(np.float32), oval(0.26, 0.12, 0.3)
    around = oval(0.34, 0.2, 0.3) * (1 - oval(0.26, 0.12, 0.2))
    planes += (blur_within(planes, around, 0.05 * side) - planes) * hidden
    lips = np.array([150, 80, 75], np.float32)[:, None, None]
    planes += (lips - planes) * 0.8 * oval(0.15, 0.045, 0.5)
    planes += (40 - planes) * 0.8 * oval(0.16, 0.012, 0.6)
    return planes.clip(0, 255).transpose(1, 2, 0).astype(np.uint8)


def drawn(subject: Subject) -> Pixels:
    return cut(subject.photo, subject.landmarks, FRAMING)


def mouth(subject: Subject, pixels: Pixels) -> NDArray[np.float32]:
    """The brightness of the aligned face where the mouth is."""
    return cut(Image.fromarray(pixels), subject.landmarks, GRID).mean(axis=2)[MOUTH > 0.5].astype(np.float32)


def edges(subject: Subject, pixels: Pixels) -> NDArray[np.float32]:
    light = cut(Image.fromarray(pixels), subject.landmarks, GRID).mean(axis=2).astype(np.float32)
    return (light - blur(light, 12))[MOUTH > 0.5]


def test_teeth_do_not_turn_grey(smiling: Subject, closed: Subject) -> None:
    photo, result = np.asarray(smiling.photo), put(smiling, drawn(closed))
    before, after = mouth(smiling, photo), mouth(smiling, result)
    teeth = before > np.quantile(before, 0.9)
    assert after[teeth].mean() > 0.93 * before[teeth].mean()


@pytest.mark.parametrize("opens", [False, True], ids=["smile meets closed", "closed meets smile"])
def test_no_second_mouth_shines_through(smiling: Subject, closed: Subject, *, opens: bool) -> None:
    """The lines of the mouth stay those of the photo: no other mouth's lie among them."""
    subject, render = (closed, drawn(smiling)) if opens else (smiling, drawn(closed))
    before, after = edges(subject, np.asarray(subject.photo)), edges(subject, put(subject, render))
    assert np.corrcoef(before, after)[0, 1] > (0.92 if opens else 0.75)
    assert 0.85 < after.std() / before.std() < 1.1, "and are as strong"


def test_a_mouth_of_the_same_state_is_not_doubted(smiling: Subject, closed: Subject) -> None:
    small = resample(MOUTH, 64)
    smile, line = (drawn(one).mean(axis=2).astype(np.float32) for one in (smiling, closed))
    assert mouths.doubt(smile, 0.6 * smile + 20, small).max() == 0, "in another light"
    assert mouths.doubt(smile, line, small).max() > 0.9
    assert mouths.doubt(smile, line, small)[:30].max() < 0.01, "the eyes' business is another"


def test_a_mouth_moves_as_one_piece() -> None:
    small = resample(MOUTH, 64)
    shift = np.stack([np.tile(np.linspace(-4, 4, 64, dtype=np.float32), (64, 1)), np.full((64, 64), 2)])
    stiff = mouths.stiffened(shift.astype(np.float32), small)
    inside = small > 0.9
    assert np.ptp(stiff[0][inside]) < 0.6 * np.ptp(shift[0][inside])
    assert stiff[1][inside] == pytest.approx(2, abs=0.05)
    assert stiff[:, :20] == pytest.approx(shift[:, :20], abs=0.01)


def test_teeth_are_found_and_lips_are_not(smiling: Subject, closed: Subject) -> None:
    found = []
    for subject in (smiling, closed):
        chip = cut(subject.photo, subject.landmarks, GRID).transpose(2, 0, 1).astype(np.float32)
        found.append(mouths.teeth(chip, mask.face(chip, 0.25), MOUTH)[165:180, 115:135].mean())
    assert found[0] > 0.6
    assert found[1] < 0.1
