"""Distances and neighbours against what is known of them by hand."""

import numpy as np
import pytest

from training.evaluation import neighbours
from training.evaluation.distances import frechet, kernel, kernel_distance
from training.evaluation.neighbours import by_heart, nearest, precision_recall, spread


def cloud(n: int, seed: int, *, scale: float = 1.0, shift: float = 0.0, wide: int = 6) -> np.ndarray:
    return (np.random.RandomState(seed).randn(n, wide) * scale + shift).astype(np.float32)


def test_frechet_of_clouds_with_known_moments() -> None:
    """|m - n|^2 + sum (s - t)^2 for independent coordinates."""
    a = cloud(4000, 0)
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet(a, a + 2) == pytest.approx(6 * 4, rel=1e-4)
    assert frechet(a, a * 3) == pytest.approx(6 * 4, rel=0.1)
    few = a[:4]  # fewer pictures than numbers: the covariance has no full rank
    assert np.isfinite(frechet(few, few + 1)) and frechet(few, few + 1) == pytest.approx(6, rel=1e-3)


def test_the_kernel_distance_is_unbiased_and_by_the_formula() -> None:
    x, y = cloud(5, 1, wide=2), cloud(4, 2, wide=2)
    k = lambda a, b: (0.5 * float(a @ b) + 1) ** 3  # noqa: E731
    wanted = sum(k(a, b) for i, a in enumerate(x) for j, b in enumerate(x) if i != j) / 20
    wanted += sum(k(a, b) for i, a in enumerate(y) for j, b in enumerate(y) if i != j) / 12
    wanted -= 2 * np.mean([[k(a, b) for b in y] for a in x])
    assert kernel_distance(x, y, 0.5) == pytest.approx(wanted, rel=1e-6)
    found = [kernel_distance(cloud(40, s), cloud(40, 1000 + s), 1 / 6) for s in range(200)]
    assert abs(np.mean(found)) < 3 * np.std(found) / 200**0.5 and min(found) < 0
    assert (
        kernel(cloud(200, 0), cloud(200, 1, shift=1.0), 1 / 6).value
        > 10 * kernel(cloud(200, 0), cloud(200, 1), 1 / 6).spread
    )


def test_precision_falls_with_strangers_and_recall_with_sameness() -> None:
    reals = cloud(300, 0)
    assert min(precision_recall(reals, cloud(300, 1))) > 0.7
    precision, recall = precision_recall(reals, cloud(300, 1, scale=0.05))
    assert precision > 0.9 and recall < 0.1
    precision, recall = precision_recall(reals, cloud(300, 1, shift=9.0))
    assert precision == recall == 0


def test_average_faces_are_near_to_everybody_and_repeat_nobody() -> None:
    clouds = (cloud(200, seed, wide=64) for seed in range(3))
    photos, strangers, others = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in clouds)
    average = by_heart(photos, strangers, 0.3 * others)
    assert (average.distances < average.limit).all() and average.share < 0.05
    assert by_heart(photos, strangers, 0.9 * photos[:50]).share == 1


def test_photos_that_are_repeated_are_found() -> None:
    photos, strangers = cloud(200, 0), cloud(60, 1)
    fresh = by_heart(photos, strangers, cloud(100, 2))
    assert fresh.share < 0.15
    learnt = by_heart(photos, strangers, photos[:100] + 0.01 * cloud(100, 3))
    assert learnt.share == 1 and learnt.places.tolist() == list(range(100))
    places, distances = nearest(photos[5:6], photos)
    assert places.tolist() == [5] and distances[0] < 1e-2
    assert spread(np.array([[0.0], [2.0], [4.0]], dtype=np.float32)) == pytest.approx(
        (2 + 4 + 2) / 3, rel=1e-5
    )


def test_of_many_pictures_the_first_tell_how_far_they_are_apart() -> None:
    """50,000 against one another would be 10 GB."""
    numbers = cloud(neighbours._SPREAD + 9, 0)
    assert spread(numbers) == spread(numbers[: neighbours._SPREAD])


def test_regions_are_the_same_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = cloud(40, 0), cloud(40, 1, shift=0.5)
    whole = precision_recall(a, b)
    monkeypatch.setattr(neighbours, "_BLOCK", 7)
    assert precision_recall(a, b) == whole
