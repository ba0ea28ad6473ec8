"""Contrast between pairs: NT-Xent of SimCLR (arXiv 2002.05709, equation 1)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def nt_xent(first: Tensor, second: Tensor, people: Tensor, temperature: float) -> Tensor:
    """How hard it is to tell, of each picture, which other one is its own person's.

    Other pictures of the same person count neither for nor against.

    Args:
        first: `[N, D]` of unit length, one view of each of N pictures.
        second: `[N, D]`, the other views.
        people: `[N]` whole numbers: equal for one person's pictures.
        temperature: of the softmax.
    """
    n = len(first)
    views = torch.cat([first, second])
    likeness = views @ views.T / temperature  # [2N, 2N]
    partner = (torch.arange(2 * n, device=views.device) + n) % (2 * n)
    same = people.repeat(2)[:, None] == people.repeat(2)[None]
    same[torch.arange(2 * n), partner] = False  # the partner alone, of one's own, may be chosen
    return F.cross_entropy(likeness.masked_fill(same, -torch.inf), partner)
