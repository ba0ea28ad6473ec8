"""Closed-form directions (SeFa, arXiv 2007.06600): what the weights of the styles react to most.

A style layer answers `A (w + t n) = A w + t A n`: the unit vectors n for which `A n` is longest, over all layers
stacked, are the eigenvectors of `A^T A`. Each row of A, a channel, counts alike. As in the paper's code the layers
are those of the convolutions, without the ones that make colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor

from inference.networks.stylegan2.generator import Generator
from inference.networks.stylegan2.synthesis import SynthesisBlock

GROUPS: Final[Mapping[str, tuple[int, int]]] = {
    "all": (0, 64),
    "coarse": (0, 3),
    "middle": (3, 7),
    "fine": (7, 64),
}
"""First style code of a group, and the first that is beyond it: the words of `inference.engine.latents`."""


def factorise(generator: Generator, group: str, count: int) -> Tensor:
    """`[count, num_ws, w_dim]`: unit vectors on the group's codes, zeros on others; the strongest first.

    An eigenvector has no sign: here its largest number is positive.
    """
    first, end = GROUPS[group]
    rows = [
        weight / weight.norm(dim=1, keepdim=True).clamp_min(1e-12)
        for index, weight in style_weights(generator)
        if first <= index < end
    ]
    if not rows:
        return torch.empty(0, generator.num_ws, generator.w_dim)
    stacked = torch.cat(rows)  # [channels, w_dim]
    _, vectors = torch.linalg.eigh(stacked.t() @ stacked)  # weakest first
    found = vectors.t().flip(0)[:count]
    largest = found.gather(1, found.abs().argmax(dim=1, keepdim=True))
    wide = torch.zeros(len(found), generator.num_ws, generator.w_dim)
    wide[:, first:end] = (found * largest.sign())[:, None]
    return wide


def style_weights(generator: Generator) -> list[tuple[int, Tensor]]:
    """Of each styled convolution: which style code it reads, and by which weight `[channels, w_dim]`, on the CPU."""
    found: list[tuple[int, Tensor]] = []
    for i, side in enumerate(generator.config.resolutions):
        block = generator.synthesis.get_submodule(f"b{side}")
        assert isinstance(block, SynthesisBlock)
        if i:
            found.append((2 * i - 1, block.conv0.affine.weight.detach().cpu()))
        found.append((2 * i, block.conv1.affine.weight.detach().cpu()))
    return found
