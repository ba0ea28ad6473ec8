"""Distances that rank pictures as eyes do."""

import torch

from training.config import GanConfig
from training.datasets.faces import FaceSet
from training.evaluation.judge import judge
from training.evaluation.sliced_wasserstein import Slices, distances, laplacian_pyramid
from training.loops.gan import GanTrainer


def test_the_same_pictures_are_at_distance_zero_and_blur_noise_and_tint_are_not(faces: FaceSet) -> None:
    images = faces.images.float() / 127.5 - 1
    torch.manual_seed(0)
    blurred = torch.nn.functional.avg_pool2d(images, 5, 1, 2)
    assert distances(images, images) == [0.0, 0.0]
    assert distances(images, blurred)[0] > distances(images, images.flip(3))[0]
    noisy = images + 0.2 * torch.randn_like(images)
    assert distances(images, noisy)[0] > 3 * distances(images, images.flip(3))[0]
    assert distances(images, images + 0.3)[-1] > 100


def test_pyramid_levels_halve_and_add_up(faces: FaceSet) -> None:
    images = faces.images.float() / 127.5 - 1
    levels = laplacian_pyramid(images, Slices().smallest)
    assert [level.shape[-1] for level in levels] == [32, 16]
    assert float(levels[0].abs().mean()) < float(images.abs().mean())


def test_an_untrained_generator_is_further_than_the_floor(config: GanConfig, faces: FaceSet) -> None:
    verdict = judge(GanTrainer(config, faces).average, faces, count=12)
    assert len(verdict.fakes) == len(verdict.reals) == 2
    assert verdict.fakes[0] > verdict.reals[0]
    assert "real against real" in str(verdict)
