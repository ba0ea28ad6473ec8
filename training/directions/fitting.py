"""Named directions: how codes differ where one label differs and the others do not.

The codes of labelled photos are regressed on all their labels together, so that what goes along with a label in
the data (men are older there) is not taken for it. What is left is taken out by what the pictures show: each
direction's effect on every reading is measured, and the directions are mixed so that each moves its own reading
by one and no other (the inverse of the matrix of effects). InterFaceGAN (arXiv 1907.10786) projects normals of
classifiers instead; effects need no classifier to be a good one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from training.directions.reading import Reader
from training.export.latents import render

_STEP = 1.5  # standard deviations of the label, before unmixing
_CHECKED = 0.75  # and after it
_PULL = 1e-3


@dataclass(frozen=True)
class Fitted:
    """Directions and how well they do what they say.

    Attributes:
        vectors: `[names, num_ws, w_dim]`: each moves its own reading by about one.
        shown: `[names]`: what a fitted direction moved its own reading by, before scaling, where one was asked for.
        effects: `[names, readings]`: what each moves now; ones on the diagonal at best, zeros elsewhere.
    """

    vectors: Tensor
    shown: Tensor
    effects: Tensor


def fit(generator: Generator, reader: Reader, codes: Tensor, values: Tensor, people: Tensor) -> Fitted:
    """Directions for all readings.

    Args:
        generator: draws.
        reader: reads what was drawn.
        codes: `[N, num_ws, w_dim]` of photos or of drawn people.
        values: `[N, readings]`, what they are.
        people: `[M, num_ws, w_dim]`, on whom effects are measured.
    """
    x, a = (codes - codes.mean(dim=0)).flatten(1), values - values.mean(dim=0)
    pull = _PULL * len(a) * torch.eye(a.shape[1])
    mixed = torch.linalg.solve(a.t() @ a + pull, a.t() @ x).reshape(-1, *codes.shape[1:])

    def read(ws: Tensor) -> Tensor:
        return reader(render(generator, ws))

    first = effects(read, mixed, people, _STEP)
    clean = (torch.linalg.pinv(first, rtol=1e-2) @ mixed.flatten(1)).reshape_as(mixed)
    return Fitted(clean, first.diagonal(), effects(read, clean, people, _CHECKED))


def effects(read: Callable[[Tensor], Tensor], vectors: Tensor, people: Tensor, step: float) -> Tensor:
    """`[names, readings]`: how much a reading moves for each unit along each vector, on average over people."""
    rows = [(read(people + step * vector) - read(people - step * vector)).mean(dim=0) for vector in vectors]
    return torch.stack(rows) / (2 * step)
