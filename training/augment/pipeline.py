"""The augmentations of ADA (arXiv 2006.06676): the same for reals and fakes, differentiable.

The order of the random draws is the reference's, so seeded runs agree with it. `sparse` spares the pictures
that no transform moves from being resampled through the identity: the same numbers up to rounding, for a
fraction of the work.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.augment.colour import colour_map, recolour
from training.augment.corruption import add_noise, cut_out, filter_bands, filter_bank
from training.augment.draws import Draws, RandomDraws
from training.augment.families import OneOf, named
from training.augment.geometry import SYM6, inverse_map, warp
from training.augment.specs import multipliers

_CPU = torch.device("cpu")

FAMILIES = "one:"
"""How the description of families begins, as in `one:flip+blur`; all others are ADA's."""


class AugmentPipe(nn.Module):
    """`images [N, C, H, W]`, augmented; each transform with probability `p` times its own."""

    p: Tensor
    sym6: Tensor
    bank: Tensor

    def __init__(self, spec: str = "bgc", p: float = 0.0, *, sparse: bool = True) -> None:
        super().__init__()
        self.sparse = sparse
        self.multipliers = multipliers(spec)
        self.register_buffer("p", torch.tensor(p))
        self.register_buffer("sym6", torch.tensor(SYM6) / sum(SYM6), persistent=False)
        self.register_buffer("bank", filter_bank(), persistent=False)

    def forward(self, images: Tensor, draws: Draws | None = None) -> Tensor:
        p = float(self.p)
        if p <= 0:
            return images
        draws = draws or RandomDraws(_CPU)  # matrices of a few numbers: a GPU would wait for each
        n, channels, height, width = images.shape
        strength = {name: p * factor for name, factor in self.multipliers.items()}
        inverse = inverse_map(n, (height, width), draws, strength)
        if inverse is not None:
            images = self._warp(images, inverse)
        colours = colour_map(n, draws, strength, gray=channels == 1)
        if colours is not None:
            images = recolour(images, colours.to(images.device))
        if strength.get("imgfilter", 0) > 0:
            images = filter_bands(images, self.bank, draws, strength["imgfilter"])
        if strength.get("noise", 0) > 0:
            images = add_noise(images, draws, strength["noise"])
        if strength.get("cutout", 0) > 0:
            images = cut_out(images, draws, strength["cutout"])
        return images

    def _warp(self, images: Tensor, inverse: Tensor) -> Tensor:
        moved = (inverse != torch.eye(3)).any(dim=2).any(dim=1)
        if not self.sparse or bool(moved.all()):
            return warp(images, inverse, self.sym6)
        if not moved.any():
            return images
        chosen = moved.nonzero().flatten()
        there = chosen.to(images.device)
        return images.index_copy(0, there, warp(images[there], inverse[chosen], self.sym6))


Pipe = AugmentPipe | OneOf


def pipe(spec: str, p: float) -> Pipe:
    """What a description stands for: ADA's transforms (`training.augment.specs`), or `one:` and families.

    Raises:
        ValueError: a name that is neither.
    """
    if spec.startswith(FAMILIES):
        return OneOf(spec.removeprefix(FAMILIES), p)
    return AugmentPipe(spec, p)


def transforms(spec: str) -> list[str]:
    """The names of what a description holds."""
    if spec.startswith(FAMILIES):
        return [family.__name__ for family in named(spec.removeprefix(FAMILIES))]
    return list(multipliers(spec))
