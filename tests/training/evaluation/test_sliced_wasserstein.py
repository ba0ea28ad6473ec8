"""Distances that rank pictures as eyes do."""

import pytest
import torch

from training.config import GanConfig
from training.datasets.faces import FaceSet
from training.evaluation import sliced_wasserstein
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


def test_patches_are_cut_from_a_few_pictures_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All windows of 512 pictures of 256 px would be 17 GiB."""
    torch.manual_seed(0)
    images, places = torch.rand(37, 3, 16, 16), torch.randint(100, (37, 1, 5))
    sizes = []
    unfold = torch.nn.functional.unfold

    def counted(part: torch.Tensor, size: int) -> torch.Tensor:
        sizes.append(len(part))
        return unfold(part, size)

    monkeypatch.setattr(torch.nn.functional, "unfold", counted)
    found = sliced_wasserstein._patches(images, places)
    assert sizes == [16, 16, 5]
    assert torch.equal(found, sliced_wasserstein._cut(images, places))
