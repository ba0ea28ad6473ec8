"""One projection as plain data: all that decides its result lies here, so it may share a pass."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.engine.likeness import Goal


@dataclass(frozen=True)
class Schedule:
    """How a projection walks: Adam in whitened coordinates.

    Attributes:
        rate: the highest learning rate, in standard deviations of the latents.
        warm: share of the steps over which the rate rises from 0.
        cool: share of the steps, at the end, over which it falls to 0 as a half cosine.
        betas: Adam's.
        pull: weight of the squared distance from the mean, in standard deviations.
    """

    rate: float = 0.3
    warm: float = 0.05
    cool: float = 0.5
    betas: tuple[float, float] = (0.9, 0.99)
    pull: float = 0.03

    def at(self, step: int, steps: int) -> float:
        """Learning rate of the step with this number, from 0."""
        done = (step + 1) / steps
        rise = min(1.0, done / self.warm) if self.warm else 1.0
        fall = min(1.0, (1 - step / steps) / self.cool) if self.cool else 1.0
        return self.rate * rise * (0.5 - 0.5 * math.cos(math.pi * fall))


@dataclass(frozen=True)
class Space:
    """Latents in whitened coordinates, where a typical one lies a standard deviation off along each axis.

    Attributes:
        mean: [w_dim].
        basis: [w_dim, w_dim]: row i is the i-th principal axis, one standard deviation long.
    """

    mean: Tensor
    basis: Tensor

    def latents(self, places: Tensor) -> Tensor:
        """[..., w_dim] of coordinates."""
        return self.mean + places @ self.basis

    def places(self, latents: Tensor) -> Tensor:
        """[..., w_dim] coordinates of latents."""
        places: Tensor = torch.linalg.solve(self.basis, latents - self.mean, left=False)
        return places


@dataclass
class Projection:
    """The state of one search for the latent of a photo.

    Attributes:
        goal: what the photo looks like to the loss.
        space: of the pack's latents.
        steps: how many will be made.
        place: [num_ws, w_dim], where it stands in that space.
        first, second: Adam's moments.
        step: how many are made.
        loss: of the last step; infinite before the first.
        seen: [3, R, R], the last picture, about [-1, 1].
    """

    goal: Goal
    space: Space
    steps: int
    place: Tensor
    first: Tensor
    second: Tensor
    seen: Tensor
    step: int = 0
    loss: float = math.inf

    @property
    def done(self) -> bool:
        return self.step >= self.steps

    def latent(self) -> Tensor:
        """[num_ws, w_dim] float32: where it stands."""
        return self.space.latents(self.place)

    def preview(self) -> NDArray[np.uint8]:
        """[R, R, 3]: the picture of the last step, already rendered."""
        pixels: NDArray[np.uint8] = to_pixels(self.seen[None])[0]
        return pixels


def update(slot: Projection, gradient: Tensor, schedule: Schedule) -> None:
    """One step of Adam (arXiv 1412.6980, algorithm 1) on this slot alone."""
    slow, slower = schedule.betas
    count = slot.step + 1
    slot.first = slot.first * slow + gradient * (1 - slow)
    slot.second = slot.second * slower + gradient.square() * (1 - slower)
    mean = slot.first / (1 - slow**count)
    spread = (slot.second / (1 - slower**count)).sqrt() + 1e-8
    slot.place = slot.place - schedule.at(slot.step, slot.steps) * mean / spread
    slot.step = count


def to_pixels(images: Tensor) -> NDArray[np.uint8]:
    """`images [N, 3, R, R]`, about [-1, 1], as [N, R, R, 3] uint8, by the official tools' rounding."""
    bounded = torch.nan_to_num(images.detach() * 127.5 + 128).clamp(0, 255)
    pixels: NDArray[np.uint8] = bounded.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return pixels


def to_image(pixels: NDArray[np.uint8]) -> Tensor:
    """`pixels [R, R, 3]` uint8 as [3, R, R] float32 in [-1, 1]."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 127.5 - 1
