"""Filtering, noise and cutout: the groups that rarely help (ADA, figure 4), kept for parity."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from training.augment.draws import Draws

# The low-pass filter of the wavelet sym2.
SYM2 = (-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025)
_BAND_POWER = (10 / 13, 1 / 13, 1 / 13, 1 / 13)  # expected power of natural images in each band


def filter_bank() -> Tensor:
    """`[4, 43]`: one zero-phase kernel a frequency band, lowest first; their sum is the identity."""
    low = torch.tensor(SYM2, dtype=torch.float64)
    high = low * (-1.0) ** torch.arange(len(low))
    low2 = _convolve(low, low.flip(0)) / 2
    high2 = _convolve(high, high.flip(0)) / 2
    bank = torch.eye(4, 1, dtype=torch.float64)
    for i in range(1, 4):
        spread = torch.zeros(4, bank.shape[1] * 2 - 1, dtype=torch.float64)
        spread[:, ::2] = bank
        bank = torch.stack([_convolve(row, low2) for row in spread])
        start = (bank.shape[1] - len(high2)) // 2
        bank[i, start : start + len(high2)] += high2
    return bank.float()


def _convolve(a: Tensor, b: Tensor) -> Tensor:
    return F.conv1d(a[None, None], b.flip(0)[None, None], padding=len(b) - 1)[0, 0]


def filter_bands(images: Tensor, bank: Tensor, draws: Draws, p: float) -> Tensor:
    """Amplify or damp each frequency band of `images [N, C, H, W]` (22 px or more)."""
    n, c, h, w = images.shape
    gains = torch.ones(n, len(bank))
    power = torch.tensor(_BAND_POWER)
    for band in range(len(bank)):
        t = torch.exp2(draws.normal((n,)))
        t = torch.where(draws.gate(p, (n,)), t, 1.0)
        row = torch.ones(n, len(bank))
        row[:, band] = t
        gains = gains * row / (power * row.square()).sum(dim=1, keepdim=True).sqrt()
    kernels = (gains.to(bank.device) @ bank).repeat_interleave(c, dim=0)  # [N * C, 43]
    pad = bank.shape[1] // 2
    x = F.pad(images.reshape(1, n * c, h, w), (pad, pad, pad, pad), mode="reflect")
    x = F.conv2d(x, kernels[:, None, None, :], groups=n * c)
    x = F.conv2d(x, kernels[:, None, :, None], groups=n * c)
    return x.reshape(n, c, h, w)


def add_noise(images: Tensor, draws: Draws, p: float) -> Tensor:
    """White noise of a random strength."""
    n = len(images)
    sigma = draws.half_normal((n, 1, 1, 1)) * 0.1
    sigma = sigma * draws.gate(p, (n, 1, 1, 1))
    return images + torch.randn(images.shape, device=images.device) * sigma.to(images.device)


def cut_out(images: Tensor, draws: Draws, p: float) -> Tensor:
    """Black out a rectangle of half the picture's width and height."""
    n, _, h, w = images.shape
    size = draws.gate(p, (n, 1, 1, 1, 1)).float() * 0.5
    centre = draws.uniform((n, 2, 1, 1, 1))
    x = (torch.arange(w) + 0.5).reshape(1, 1, 1, -1) / w
    y = (torch.arange(h) + 0.5).reshape(1, 1, -1, 1) / h
    keep_x = (x - centre[:, 0]).abs() >= size[:, 0] / 2
    keep_y = (y - centre[:, 1]).abs() >= size[:, 0] / 2
    return images * (keep_x | keep_y).to(images.device)
