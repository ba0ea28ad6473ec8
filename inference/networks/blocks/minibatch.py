"""Minibatch standard deviation: lets D see a lack of variety (arXiv 1710.10196, section 3)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MinibatchStd(nn.Module):
    """Append maps of the mean deviation within groups of samples: `[N, C, H, W] -> [N, C + F, H, W]`.

    Sample n belongs to group n mod (N / G); N must be a multiple of G = min(group_size, N).
    A `group_size` of none takes the whole batch.
    """

    def __init__(self, group_size: int | None = 4, channels: int = 1) -> None:
        super().__init__()
        self.group_size = group_size
        self.channels = channels

    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        group = n if self.group_size is None else min(self.group_size, n)
        y = x.reshape(group, -1, self.channels, c // self.channels, h, w)  # [G, M, F, C/F, H, W]
        y = (y - y.mean(dim=0)).square().mean(dim=0)
        y = (y + 1e-8).sqrt().mean(dim=(2, 3, 4))  # [M, F]
        y = y.reshape(-1, self.channels, 1, 1).repeat(group, 1, h, w)
        return torch.cat([x, y], dim=1)
