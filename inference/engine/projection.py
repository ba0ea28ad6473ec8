"""One projection as plain data: all that decides its result lies here, so it may share a pass."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.engine.likeness import Goal
from inference.engine.renderer import to_pixels
from inference.engine.space import Space

_TEMPERATURE = 0.25  # a photo whose loss is so much higher than the best one's counts 1/e as much


@dataclass(frozen=True)
class Schedule:
    """How a projection walks: Adam in whitened coordinates.

    Attributes:
        rate: the highest learning rate, in standard deviations of the latents.
        full: from so many steps on; fewer walk more carefully, by the root of their share, since what they
            overshoot they have no time to mend.
        warm: share of the steps over which the rate rises from 0.
        cool: share of the steps, at the end, over which it falls to 0 as a half cosine.
        betas: Adam's.
        pull: weight of the squared distance from the mean, in standard deviations.
        window: steps over which the loss is averaged to see whether it stands still.
        still: by less than this share it then falls from one window to the next.
    """

    rate: float = 0.3
    full: int = 60
    warm: float = 0.05
    cool: float = 0.5
    betas: tuple[float, float] = (0.9, 0.95)
    pull: float = 0.02
    window: int = 12
    still: float = 0.01

    def at(self, step: int, steps: int) -> float:
        """Learning rate of the step with this number, from 0."""
        done = (step + 1) / steps
        rise = min(1.0, done / self.warm) if self.warm else 1.0
        fall = min(1.0, (1 - step / steps) / self.cool) if self.cool else 1.0
        return self.rate * rise * (0.5 - 0.5 * math.cos(math.pi * fall))

    def pace(self, planned: int) -> float:
        """The share of the rate at which a search walks that has so many steps."""
        return min(1.0, math.sqrt(planned / self.full))

    def cut(self, step: int, steps: int) -> int:
        """Steps in all, when the loss stands still at this one.

        As many as let the rate fall from now on; where it falls already, none more once it is low. In between
        the loss moves by chance.
        """
        left = (steps - step) / steps
        if left > self.cool:
            return math.ceil(step / (1 - self.cool))
        return step if left < self.cool / 3 else steps  # a quarter of the highest rate


@dataclass
class Search:
    """The state of one search for the latent of one photo.

    Attributes:
        goal: what the photo looks like to the loss.
        steps: how many will be made; fewer than were planned when the loss stands still.
        place: [num_ws, w_dim], where it stands in whitened coordinates.
        loss: of the last step; before the first, of where it begins.
        seen: [3, R, R], the picture that the loss is of, about [-1, 1].
        planned: how many steps there were to be at first.
        first, second: Adam's moments.
        step: how many are made.
        trail: the loss of each.
    """

    goal: Goal
    steps: int
    place: Tensor
    loss: float
    seen: Tensor
    planned: int = field(init=False)
    first: Tensor = field(init=False)
    second: Tensor = field(init=False)
    step: int = 0
    trail: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.planned = self.steps
        self.first = self.second = torch.zeros_like(self.place)

    @property
    def done(self) -> bool:
        return self.step >= self.steps


@dataclass
class Projection:
    """The search for the latent of one person: one for each photo, in turns; what they find is averaged.

    Attributes:
        space: of the pack's latents.
        searches: one for each photo.
        seen: [3, R, R], the last picture of the person, about [-1, 1].
    """

    space: Space
    searches: Sequence[Search]
    seen: Tensor

    @property
    def steps(self) -> int:
        """How many will be made, of all searches together."""
        return sum(search.steps for search in self.searches)

    @property
    def step(self) -> int:
        """How many are made."""
        return sum(search.step for search in self.searches)

    @property
    def done(self) -> bool:
        return all(search.done for search in self.searches)

    @property
    def loss(self) -> float:
        """Of the searches, weighted as their latents are."""
        return float(self._weights() @ torch.tensor([search.loss for search in self.searches]))

    @property
    def turn(self) -> Search:
        """Whose step is next, while the projection is not done: of those that go on, the one with fewest steps."""
        going = [search for search in self.searches if not search.done]
        return min(going, key=lambda search: search.step)

    def place(self) -> Tensor:
        """[num_ws, w_dim]: the mean of where the searches stand, those that fit better counting more."""
        places = torch.stack([search.place for search in self.searches])
        return (self._weights().to(places)[:, None, None] * places).sum(dim=0)

    def latent(self) -> Tensor:
        """[num_ws, w_dim] float32: where it stands."""
        return self.space.latents(self.place())

    def preview(self) -> NDArray[np.uint8]:
        """[R, R, 3]: the last picture, already rendered."""
        pixels: NDArray[np.uint8] = to_pixels(self.seen[None])[0]
        return pixels

    def _weights(self) -> Tensor:
        """[photos], sum 1: softmax of minus the loss, in units of the least one, over the temperature."""
        losses = torch.tensor([search.loss for search in self.searches])
        return torch.softmax(-losses / (_TEMPERATURE * losses.min().clamp_min(1e-8)), dim=0)


def settle(search: Search, loss: float, schedule: Schedule) -> None:
    """Count a step and note its loss; where it stands still, end the search, or let its rate fall from now on."""
    search.step += 1
    search.loss = loss
    search.trail.append(loss)
    window = schedule.window
    if search.done or len(search.trail) < 2 * window:
        return
    before, now = sum(search.trail[-2 * window : -window]), sum(search.trail[-window:])
    if before - now < schedule.still * before:
        search.steps = schedule.cut(search.step, search.steps)
