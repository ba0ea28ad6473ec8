"""Sliced Wasserstein distance between pictures, level by level of a pyramid (arXiv 1710.10196, section 5).

A distance between distributions of small patches that needs no network whose weights would have to be
downloaded. Good for comparing checkpoints; not comparable with FID. Deviation: patches are normalised by the
real ones' statistics alone, so that a wrong contrast or tint counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.ops.resample import downsample2d, make_filter, upsample2d

_TAPS = (1.0, 4.0, 6.0, 4.0, 1.0)
_PATCH = 7
_TOGETHER = 16
"""Pictures that are cut at once: all patches of one of 256 px are 37 MB."""


@dataclass(frozen=True, slots=True)
class Slices:
    """How much to draw: patches a picture, directions, down to which side in pixels."""

    patches: int = 64
    directions: int = 256
    smallest: int = 16
    seed: int = 0


def laplacian_pyramid(images: Tensor, smallest: int) -> list[Tensor]:
    """`[N, C, R, R]`, `[N, C, R/2, R/2]`, ...: what each level adds to the next; last, the small picture."""
    taps = make_filter(_TAPS)
    levels = []
    while images.shape[-1] > smallest:
        small = downsample2d(images, taps)
        levels.append(images - upsample2d(small, make_filter()))
        images = small
    return [*levels, images]


def distances(reals: Tensor, fakes: Tensor, slices: Slices | None = None) -> list[float]:
    """The distance at each level, largest pictures first, times 1000.

    Args:
        reals: `[N, C, R, R]`.
        fakes: `[N, C, R, R]`, as many.
        slices: How much to draw; seeded, so that two calls compare.
    """
    assert reals.shape == fakes.shape, "as many fakes as reals"
    slices = slices or Slices()
    dice = torch.Generator().manual_seed(slices.seed)
    pyramids = zip(
        laplacian_pyramid(reals, slices.smallest), laplacian_pyramid(fakes, slices.smallest), strict=True
    )
    return [_distance(real, fake, slices, dice) * 1000 for real, fake in pyramids]


def _distance(reals: Tensor, fakes: Tensor, slices: Slices, dice: torch.Generator) -> float:
    n, channels, side, _ = reals.shape
    places = torch.randint((side - _PATCH + 1) ** 2, (n, 1, slices.patches), generator=dice)
    real, fake = (_patches(images, places) for images in (reals, fakes))  # [M, C, P]
    mean, std = real.mean(dim=(0, 2), keepdim=True), real.std(dim=(0, 2), keepdim=True)
    real, fake = ((x - mean) / std for x in (real, fake))
    ways = torch.randn(channels * _PATCH**2, slices.directions, generator=dice)
    ways = ways / ways.norm(dim=0)
    lines = [(x.flatten(1) @ ways).sort(dim=0).values for x in (real, fake)]
    return float((lines[0] - lines[1]).abs().mean())


def _patches(images: Tensor, places: Tensor) -> Tensor:
    """`[N * k, C, 49]`: the patches of `images [N, C, H, W]` at `places [N, 1, k]`."""
    parts = zip(torch.split(images, _TOGETHER), torch.split(places, _TOGETHER), strict=True)
    return torch.cat([_cut(*part) for part in parts])


def _cut(images: Tensor, places: Tensor) -> Tensor:
    n, channels = images.shape[:2]
    windows = F.unfold(images, _PATCH)  # [N, C * 49, L]
    chosen = windows.gather(2, places.expand(-1, windows.shape[1], -1))
    return chosen.permute(0, 2, 1).reshape(n * places.shape[2], channels, _PATCH**2)
