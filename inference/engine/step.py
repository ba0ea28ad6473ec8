"""One step of several searches at once: forward, loss, backward, Adam (arXiv 1412.6980, algorithm 1).

It takes and returns tensors alone, so a GPU can capture all of it as one graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from inference.engine.projection import Schedule, Search

Step = Callable[..., tuple[Tensor, ...]]


def step_of(
    draw: Callable[[Tensor], Tensor], loss: Callable[..., Tensor], betas: tuple[float, float]
) -> Step:
    """The step of one pack's networks.

    Args:
        draw: `places [N, num_ws, w_dim]` to `images [N, 3, R, R]`.
        loss: `(places, images, *goals)` to [N].
        betas: Adam's.

    Returns:
        From `(places, first, second, pace, *goals)`, with Adam's moments and `pace` of the searches, to the new
        `(places, first, second)` and the `(images [N, 3, R, R], losses [N])` of the old places.
    """
    slow, slower = betas

    def step(
        places: Tensor, first: Tensor, second: Tensor, pace: Tensor, *goals: Tensor
    ) -> tuple[Tensor, ...]:
        with torch.enable_grad():
            leaves = places.detach().requires_grad_()
            images = draw(leaves)
            losses = loss(leaves, images, *goals)
            (gradients,) = torch.autograd.grad(losses.sum(), leaves)
        rate, short, shorter = pace[:, :, None, None].unbind(dim=1)  # [N, 1, 1] each
        first = first * slow + gradients * (1 - slow)
        second = second * slower + gradients.square() * (1 - slower)
        places = places - rate * (first / short) / ((second / shorter).sqrt() + 1e-8)
        return places, first, second, images.detach(), losses.detach()

    return step


def pace(searches: Sequence[Search], schedule: Schedule) -> Tensor:
    """[N, 3] on the CPU: the rate of each next step, and how short Adam's two moments still fall of their means."""
    slow, slower = schedule.betas
    return torch.tensor(
        [
            (
                schedule.at(search.step, search.steps) * schedule.pace(search.planned),
                1 - slow ** (search.step + 1),
                1 - slower ** (search.step + 1),
            )
            for search in searches
        ]
    )
