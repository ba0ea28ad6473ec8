"""How unlike a photo a picture is: what projections make small.

Pixels on several scales; their structure (SSIM, as in `measures`, which pixels alone leave blurred); features
of the discriminator's first blocks, normalised over channels as in LPIPS (arXiv 1801.03924); and, where a pack
or an administrator has them, whose face it is to the pack's own identity network, and LPIPS-VGG. No layer
looks across the batch: the discriminator's features come before minibatch-std.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

import torch
from torch import Tensor
from torch.nn import functional as F

from inference.engine.measures import luma, scales, ssim_map
from inference.networks.identity import Identity
from inference.networks.stylegan2.discriminator import DiscriminatorFeatures
from inference.networks.vgg import Lpips

_STRUCTURES = 3  # scales at most


@dataclass(frozen=True)
class Weights:
    """Of the loss's terms.

    Attributes:
        pixels: of the finest scale and of each that is half as large.
        structure: of 1 - SSIM of the luma, the mean over scales.
        features: of each block's features.
        identity: of 1 - cosine to the photo's own face, where the pack has an identity network.
        lpips: of LPIPS-VGG, where its weights are given.
        middle: how much more a pixel of the face counts than one of the corners.
    """

    pixels: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
    structure: float = 0.8
    features: tuple[float, ...] = (0.2, 0.2, 0.2)
    identity: float = 0.2
    lpips: float = 0.5
    middle: float = 8.0


@dataclass(frozen=True)
class Goal:
    """A photo as the loss sees it: `[C, r, r]` for each scale of pixels and each block of features.

    `person [dim]` and `levels` are there if their networks are.
    """

    scales: list[Tensor]
    features: list[Tensor]
    person: Tensor | None
    levels: list[Tensor]

    def tensors(self) -> list[Tensor]:
        """All that is in it."""
        return [*self.scales, *self.features, *([] if self.person is None else [self.person]), *self.levels]


def stacked(goals: Sequence[Goal]) -> list[Tensor]:
    """`tensors` of goals of one pack, each as `[N, ...]`."""
    return [torch.stack(tensors) for tensors in zip(*(goal.tensors() for goal in goals), strict=True)]


class Likeness:
    """The loss over one pack's networks. All pictures are [N, 3, R, R]."""

    def __init__(
        self,
        network: DiscriminatorFeatures,
        weights: Weights,
        device: torch.device,
        *,
        identity: Identity | None = None,
        lpips: Lpips | None = None,
    ) -> None:
        self._network, self._identity = network, identity
        self._lpips = None if lpips is None else lpips.to(device)
        side = network.config.resolution
        # The coarsest scale is 4 px: a 16 px pack has three.
        self._weights = replace(weights, pixels=weights.pixels[: side.bit_length() - 2])
        self._structures = min(_STRUCTURES, scales(side))
        mask = _face_mask(side, weights.middle).to(device)
        self._masks = {
            side >> halved: F.avg_pool2d(mask, 1 << halved) for halved in range(side.bit_length() - 2)
        }

    @torch.no_grad()
    def goal(self, image: Tensor) -> Goal:
        """`image [3, R, R]` in [-1, 1]."""
        return self._goal([tensor[0] for tensor in self._look(image[None]).tensors()])

    def __call__(self, images: Tensor, goals: Sequence[Goal]) -> Tensor:
        """`images [N, 3, R, R]` against one goal each: [N]."""
        return self.against(images, *stacked(goals))

    def against(self, images: Tensor, *goals: Tensor) -> Tensor:
        """The same with the goals `stacked`: nothing but tensors."""
        seen, wanted, weights = self._look(images), self._goal(goals), self._weights
        total = weights.structure * self._structure(seen.scales, wanted.scales)
        for weight, a, b in zip(weights.pixels, seen.scales, wanted.scales, strict=True):
            total = total + weight * self._apart(a, b)
        for weight, a, b in zip(weights.features, seen.features, wanted.features, strict=False):
            total = total + weight * self._apart(a, b) * a.shape[1]
        if seen.person is not None and wanted.person is not None:
            total = total + weights.identity * (1 - (seen.person * wanted.person).sum(dim=1))
        if self._lpips is not None:
            total = total + weights.lpips * self._lpips.apart(seen.levels, wanted.levels)
        return total

    @torch.no_grad()
    def rough(self, images: Tensor, goal: Goal) -> Tensor:
        """Distance of the coarsest pixels alone: [N] for `images [N, 3, R, R]`."""
        return self._apart(self._scales(images)[-1], goal.scales[-1][None])

    def _look(self, images: Tensor) -> Goal:
        """The same as a goal, of N pictures: every tensor with one more dimension, the first."""
        # Unit length over channels at each place: brightness of the photo counts in the pixels alone.
        features = [F.normalize(level, dim=1) for level in self._network(images)]
        person = None if self._identity is None else self._identity(images)
        levels = [] if self._lpips is None else self._lpips.levels(images)
        return Goal(self._scales(images), features, person, levels)

    def _goal(self, tensors: Sequence[Tensor]) -> Goal:
        """The goal, or the goals, whose `tensors` these are."""
        rest = iter(tensors)
        sizes = list(islice(rest, len(self._weights.pixels)))
        features = list(islice(rest, len(self._network.block_sides)))
        person = None if self._identity is None else next(rest)
        return Goal(sizes, features, person, list(rest))

    def _scales(self, images: Tensor) -> list[Tensor]:
        sizes = [images]
        for _ in self._weights.pixels[1:]:
            sizes.append(F.avg_pool2d(sizes[-1], 2))
        return sizes

    def _structure(self, a: list[Tensor], b: list[Tensor]) -> Tensor:
        """1 - SSIM, the mean over scales, the middle counting more: [N]."""
        terms = []
        for x, y in zip(a[: self._structures], b[: self._structures], strict=True):
            alike = ssim_map(luma(x) / 2 + 0.5, luma(y) / 2 + 0.5)  # [N, 1, r - 10, r - 10]
            edge = (x.shape[2] - alike.shape[2]) // 2
            mask = self._masks[x.shape[2]][:, :, edge:-edge, edge:-edge]
            terms.append(((1 - alike) * mask).mean(dim=(1, 2, 3)) / mask.mean())
        return torch.stack(terms).mean(dim=0)

    def _apart(self, a: Tensor, b: Tensor) -> Tensor:
        """Mean squared difference, the middle counting more: [N]."""
        mask = self._masks[a.shape[2]]
        return ((a - b).square() * mask).mean(dim=(1, 2, 3)) / mask.mean()


def _face_mask(resolution: int, middle: float) -> Tensor:
    """[1, 1, R, R]: `middle` on the face of dlib's framing (padding 0.25), falling to 1 in the corners."""
    line = torch.linspace(-1, 1, resolution)
    y, x = torch.meshgrid(line, line, indexing="ij")
    distance = ((x / 0.72).square() + ((y - 0.12) / 0.9).square()).sqrt()
    return (1 + (middle - 1) * (1 - (distance - 0.7).clamp(0, 0.6) / 0.6))[None, None]
