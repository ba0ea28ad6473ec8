import numpy as np
import pytest

from inference.compose import flow
from inference.compose.filters import blur, blur_within, resample, smoothstep


@pytest.mark.parametrize("side", [16, 64, 150])
def test_an_even_plane_stays_even_to_its_border(side: int) -> None:
    even = np.full((3, 64, 64), 93, np.float32)
    assert np.allclose(resample(even, side), 93, atol=1e-3)
    assert np.allclose(blur(even, 7), 93, atol=1e-3)


def test_resampling_keeps_places_and_drops_what_does_not_fit() -> None:
    ramp = np.tile(np.arange(128, dtype=np.float32), (128, 1))
    small = resample(ramp, 32)
    assert np.allclose(small[:, 4:-4], np.tile(np.arange(32) * 4 + 1.5, (32, 1))[:, 4:-4], atol=0.05)
    stripes = np.tile(np.array([0, 255], np.float32), (128, 64))
    assert np.abs(resample(stripes, 32)[:, 2:-2] - 127.5).max() < 1


def test_blur_within_does_not_see_what_lies_outside() -> None:
    plane, weight = np.full((64, 64), 200, np.float32), np.zeros((64, 64), np.float32)
    plane[:, :40], weight[:, :40] = 50, 1
    assert np.allclose(blur_within(plane, weight, 5)[:, :40], 50, atol=0.5)
    assert blur(plane, 5)[32, 39] > 100


def test_smoothstep_has_level_ends() -> None:
    value = smoothstep(np.array([-1, 0.2, 0.5, 0.8, 2], np.float32), 0.2, 0.8)
    assert value.tolist() == pytest.approx([0, 0, 0.5, 1, 1])


def blobs(*places: tuple[float, float]) -> np.ndarray:
    y, x = np.mgrid[0:64, 0:64].astype(np.float32)
    picture = np.full((64, 64), 150, np.float32)
    for at, (cx, cy) in enumerate(places):
        picture += (-90 if at % 2 else 60) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 18)
    return picture


def test_flow_finds_how_far_a_feature_has_moved() -> None:
    weight = np.ones((64, 64), np.float32)
    before, after = blobs((20, 30), (44, 30), (32, 48)), blobs((22, 28), (44, 30), (32, 51))
    shift = flow.find(before, after, weight)
    assert shift[:, 28, 22] == pytest.approx([-2, 2], abs=0.7), "where the photo has what is now here"
    assert shift[:, 30, 44] == pytest.approx([0, 0], abs=0.5)
    assert shift[:, 51, 32] == pytest.approx([0, -3], abs=1)
    missed, left = np.abs(after - before).mean(), np.abs(after - flow.sample(before, shift)).mean()
    assert left < 0.5 * missed


def test_flow_sees_no_motion_in_another_light() -> None:
    face = blobs((20, 30), (44, 30), (32, 48))
    light = np.tile(np.linspace(0.5, 1.2, 64, dtype=np.float32), (64, 1))
    shift = flow.find(face, face * light + 20, np.ones((64, 64), np.float32))
    for x, y in ((20, 30), (44, 30), (32, 48)):
        assert np.abs(shift[:, y - 2 : y + 3, x - 2 : x + 3]).max() < 0.8


def test_flow_stays_within_its_weight_and_its_reach() -> None:
    generator = np.random.default_rng(3)
    a, b = blur(generator.uniform(0, 255, (2, 64, 64)).astype(np.float32), 2)
    weight = np.zeros((64, 64), np.float32)
    weight[16:48, 16:48] = 1
    shift = flow.find(a, b, weight)
    assert (shift[:, weight == 0] == 0).all()
    assert 0 < np.hypot(*shift).max() <= 0.07 * 64 + 1e-4


def test_sampling_without_a_shift_changes_nothing() -> None:
    planes = np.random.default_rng(1).uniform(0, 255, (3, 32, 32)).astype(np.float32)
    still = flow.sample(planes, np.zeros((2, 32, 32), np.float32))
    assert (still == planes).all()
