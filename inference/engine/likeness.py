"""How unlike a photo a picture is: what projections make small.

Pixels on several scales, and features of the discriminator's first blocks, normalised over channels as in
LPIPS (arXiv 1801.03924); no weights beyond the pack's own. They come before minibatch-std: no layer looks
across the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from inference.networks.stylegan2.discriminator import DiscriminatorFeatures


@dataclass(frozen=True)
class Weights:
    """Of the loss's terms.

    Attributes:
        pixels: of the finest scale and of each that is half as large.
        features: of each block's features.
        middle: how much more a pixel of the face counts than one of the corners.
    """

    pixels: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    features: tuple[float, ...] = (0.2, 0.2, 0.2)
    middle: float = 8.0


@dataclass(frozen=True)
class Goal:
    """A photo, as the loss sees it: [C, r, r] for each scale of pixels, then for each block of features."""

    scales: list[Tensor]
    features: list[Tensor]


class Likeness:
    """The loss over one pack's feature network. All tensors are [N, C, r, r]."""

    def __init__(self, network: DiscriminatorFeatures, weights: Weights, device: torch.device) -> None:
        self._network = network
        self._weights = weights
        self._mask = _face_mask(network.config.resolution, weights.middle).to(device)

    @torch.no_grad()
    def goal(self, image: Tensor) -> Goal:
        """`image [3, R, R]` in [-1, 1]."""
        scales, features = self._look(image[None])
        return Goal([scale[0] for scale in scales], [level[0] for level in features])

    def __call__(self, images: Tensor, goals: list[Goal]) -> Tensor:
        """`images [N, 3, R, R]` against one goal each: [N]."""
        scales, features = self._look(images)
        total = images.new_zeros(len(images))
        for index, (weight, scale) in enumerate(zip(self._weights.pixels, scales, strict=False)):
            total = total + weight * self._apart(scale, torch.stack([goal.scales[index] for goal in goals]))
        for index, (weight, level) in enumerate(zip(self._weights.features, features, strict=False)):
            wanted = torch.stack([goal.features[index] for goal in goals])
            total = total + weight * self._apart(level, wanted) * level.shape[1]
        return total

    @torch.no_grad()
    def rough(self, images: Tensor, goal: Goal) -> Tensor:
        """Distance of the coarsest pixels alone: [N] for `images [N, 3, R, R]`."""
        coarse = images
        for _ in self._weights.pixels[1:]:
            coarse = F.avg_pool2d(coarse, 2)
        return self._apart(coarse, goal.scales[-1][None])

    def _look(self, images: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        scales = [images]
        for _ in self._weights.pixels[1:]:
            scales.append(F.avg_pool2d(scales[-1], 2))
        # Unit length over channels at each place: brightness of the photo counts in the pixels alone.
        return scales, [F.normalize(level, dim=1) for level in self._network(images)]

    def _apart(self, a: Tensor, b: Tensor) -> Tensor:
        """Mean squared difference, the middle counting more: [N]."""
        mask = F.adaptive_avg_pool2d(self._mask, (a.shape[2], a.shape[3]))
        return ((a - b).square() * mask).mean(dim=(1, 2, 3)) / mask.mean()


def _face_mask(resolution: int, middle: float) -> Tensor:
    """[1, 1, R, R]: `middle` on the face of dlib's framing (padding 0.25), falling to 1 in the corners."""
    line = torch.linspace(-1, 1, resolution)
    y, x = torch.meshgrid(line, line, indexing="ij")
    distance = ((x / 0.72).square() + ((y - 0.12) / 0.9).square()).sqrt()
    return (1 + (middle - 1) * (1 - (distance - 0.7).clamp(0, 0.6) / 0.6))[None, None]
