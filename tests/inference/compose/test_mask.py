import numpy as np
import pytest
from PIL import Image
from skimage import data

from inference.alignment import Framing, align
from inference.compose import mask

SKIN = {"pale": (228, 186, 165), "dark": (92, 58, 44), "grey": (150, 150, 150)}


def face(skin: tuple[int, int, int], hair: tuple[int, int, int], down_to: float = 0) -> np.ndarray:
    """[3, 128, 128]: skin on a ground of hair, which also covers the forehead from above."""
    y, x = (np.mgrid[0:128, 0:128] + 0.5) / 128
    oval = (((x - 0.49) / 0.36) ** 2 + ((y - 0.52) / 0.46) ** 2 < 1) & (y > down_to)
    noise = np.random.default_rng(2).normal(0, 3, (128, 128, 3))
    return (np.where(oval[..., None], skin, hair) + noise).clip(0, 255).transpose(2, 0, 1).astype(np.float32)


@pytest.mark.parametrize("skin", SKIN.values(), ids=SKIN)
def test_the_face_is_taken_and_the_border_left(skin: tuple[int, int, int]) -> None:
    weight = mask.face(face(skin, (40, 30, 26) if skin[0] > 100 else (225, 225, 230)), 0.25)
    assert (weight.min(), weight.max()) == (0, pytest.approx(1, abs=0.02))
    assert weight[48:96, 45:80].min() > 0.9, "nose, cheeks, mouth"
    edge = np.concatenate(
        [weight[:6].ravel(), weight[-6:].ravel(), weight[:, :6].ravel(), weight[:, -6:].ravel()]
    )
    assert edge.max() == 0


def test_a_fringe_stays_the_persons_own() -> None:
    free, covered = (mask.face(face(SKIN["pale"], (40, 30, 26), down), 0.25) for down in (0, 0.24))
    assert free[18:25, 50:76].mean() > 0.3
    assert covered[18:25, 50:76].mean() < 0.2 * free[18:25, 50:76].mean()


def test_the_edge_is_soft() -> None:
    weight = mask.face(face(SKIN["pale"], SKIN["pale"]), 0.25)
    assert np.abs(np.diff(weight, axis=0)).max() < 0.15
    assert np.abs(np.diff(weight, axis=1)).max() < 0.15


def test_padding_moves_the_mask_with_the_face() -> None:
    """The same share of the photo is masked, however wide the pack cuts."""
    photo = Image.fromarray(data.astronaut())
    areas = []
    for padding in (0.25, 0.6):
        chip = align(photo, Framing(256, padding)).transpose(2, 0, 1).astype(np.float32)
        areas.append(mask.face(chip, padding).mean() * (1 + 2 * padding) ** 2)
    assert areas[1] == pytest.approx(areas[0], rel=0.1)
