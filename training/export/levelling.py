"""Types that leave alone what they should: skin colour and apparent age stay those of the mean face.

The axes leave the probes alone to first order only, and four steps at once are far for a first order. So each
type is stepped back along the moves that the probes follow, by Newton's method: among all moves that undo the
error the most likely one, by the model's own spread. (The backdrop stays only to first order: to hold it, too, faces
had to go where they are not natural.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.evaluation.probes import Probe
from training.export.axes import Moves, on_layers
from training.export.latents import render

ROUNDS = 6
DAMPED = 0.6


@dataclass(frozen=True, slots=True)
class Scene:
    """The average face of a gender, `[w_dim]`, and what is to stay."""

    generator: Generator
    mean: Tensor
    probes: Mapping[str, Probe]

    def read(self, shifts: Tensor) -> Tensor:
        """`[N, k]`: the probes' numbers of the mean face moved by `shifts [N, w_dim]`."""
        images = render(self.generator, self.mean + on_layers(shifts, self.generator.num_ws))
        return torch.cat([probe(images) for probe in self.probes.values()], dim=1)


@torch.no_grad()
def levelled(shifts: Tensor, scene: Scene, moves: Moves) -> Tensor:
    """`[N, w_dim]`: each of `shifts`, corrected; of all rounds the one that errs least."""
    wanted = scene.read(torch.zeros_like(shifts[:1]))
    unit = torch.cat([moves.read[probe].std(dim=0) for probe in scene.probes])
    back = _way_back(moves, moves.gradient(scene.probes))
    best, least = shifts, torch.full((len(shifts),), torch.inf)
    for _ in range(ROUNDS + 1):
        error = scene.read(shifts) - wanted
        size = (error / unit).norm(dim=1)
        best = torch.where((size < least)[:, None], shifts, best)
        least = torch.minimum(size, least)
        shifts = shifts - DAMPED * error @ back
    return best


def _way_back(moves: Moves, gradient: Tensor) -> Tensor:
    """`[k, w_dim]`: the most likely move for one unit of each probe's number, and none of the others."""
    spread = moves.x.t() @ moves.x / len(moves.x)
    towards = gradient.t() @ spread
    back: Tensor = torch.linalg.solve(towards @ gradient, towards)
    return back
