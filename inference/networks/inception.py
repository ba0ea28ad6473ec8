"""Inception v3 up to its last pooling (Szegedy et al., arXiv 1512.00567), as FID and KID see pictures.

The weights are a file that the user gives, with torchvision's names (`Conv2d_1a_3x3.conv.weight`, `Mixed_5b...`).
For numbers that compare with published ones it must hold the 2015 network, which is usually passed on as
`pt_inception-2015-12-05-6726825d.pth`. Two details are that network's and not torchvision's: averages leave the border
out, and the last block takes a maximum.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.networks.given import fill, tensors

SIDE: Final = 299
NUMBERS: Final = 2048

Shape = tuple[int, int, tuple[int, int]]
"""Channels in, out, and the kernel."""


class Unit(nn.Module):
    """Convolution, normalisation, ReLU. Padded to keep the side, unless the stride is 2 or `padded` is off."""

    def __init__(self, shape: Shape, stride: int = 1, *, padded: bool = True) -> None:
        super().__init__()
        inside, out, kernel = shape
        edges = (kernel[0] // 2, kernel[1] // 2) if padded and stride == 1 else (0, 0)
        self.conv = nn.Conv2d(inside, out, kernel, stride, edges, bias=False)
        self.bn = nn.BatchNorm2d(out, eps=0.001)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.bn(self.conv(x)))


class Mixed(nn.Module):
    """Branches side by side, put together channel by channel. A branch that ends in `a` and `b` forks there."""

    def __init__(self, branches: dict[str, list[Unit]], pool: str, pooled: Unit | None = None) -> None:
        super().__init__()
        self._pool, self._branches = pool, {name: len(units) for name, units in branches.items()}
        for name, units in branches.items():
            for place, unit in enumerate(units, 1):
                self.add_module(_unit_name(name, place, len(units)), unit)
        self.branch_pool = pooled

    def forward(self, x: Tensor) -> Tensor:
        outs = [self._branch(x, name, length) for name, length in self._branches.items()]
        small = _pooled(x, self._pool)
        return torch.cat([*outs, small if self.branch_pool is None else self.branch_pool(small)], dim=1)

    def _branch(self, x: Tensor, name: str, length: int) -> Tensor:
        forked = name in _FORKED
        for place in range(1, length + 1 - 2 * forked):
            x = self.get_submodule(_unit_name(name, place, length))(x)
        if forked:
            ends = (length - 1, length)
            x = torch.cat([self.get_submodule(_unit_name(name, end, length))(x) for end in ends], dim=1)
        return x


_FORKED: Final = {"fork", "forkdbl"}  # both are branch3x3 and branch3x3dbl in the file


def _unit_name(branch: str, place: int, length: int) -> str:
    """The file's: `branch1x1`, `branch5x5_2`, `branch3x3_2a`."""
    if branch not in _FORKED:
        return f"branch{branch}" if length == 1 else f"branch{branch}_{place}"
    last = length - 1
    number = str(place) if place < last else f"{last}{'ab'[place - last]}"
    return f"branch{branch.replace('fork', '3x3')}_{number}"


def _pooled(x: Tensor, kind: str) -> Tensor:
    if kind == "halved":
        return F.max_pool2d(x, 3, 2)
    if kind == "largest":
        return F.max_pool2d(x, 3, 1, 1)
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)


def _chain(inside: int, *steps: tuple[int, int, int], stride: int = 1) -> list[Unit]:
    """Units of (out, height, width of the kernel); `stride` is the last one's."""
    units = []
    for place, (out, height, width) in enumerate(steps, 1):
        units.append(Unit((inside, out, (height, width)), stride if place == len(steps) else 1))
        inside = out
    return units


def _fork(inside: int, *steps: tuple[int, int, int]) -> list[Unit]:
    """A chain, then two units side by side with kernels of a row and of a column."""
    out = 384
    chain = _chain(inside, *steps)
    return [*chain, Unit((out, out, (1, 3))), Unit((out, out, (3, 1)))]


def _a(inside: int, pool: int) -> Mixed:
    branches = {
        "1x1": _chain(inside, (64, 1, 1)),
        "5x5": _chain(inside, (48, 1, 1), (64, 5, 5)),
        "3x3dbl": _chain(inside, (64, 1, 1), (96, 3, 3), (96, 3, 3)),
    }
    return Mixed(branches, "mean", Unit((inside, pool, (1, 1))))


def _b(inside: int) -> Mixed:
    branches = {
        "3x3": _chain(inside, (384, 3, 3), stride=2),
        "3x3dbl": _chain(inside, (64, 1, 1), (96, 3, 3), (96, 3, 3), stride=2),
    }
    return Mixed(branches, "halved")


def _c(inside: int, c: int) -> Mixed:
    branches = {
        "1x1": _chain(inside, (192, 1, 1)),
        "7x7": _chain(inside, (c, 1, 1), (c, 1, 7), (192, 7, 1)),
        "7x7dbl": _chain(inside, (c, 1, 1), (c, 7, 1), (c, 1, 7), (c, 7, 1), (192, 1, 7)),
    }
    return Mixed(branches, "mean", Unit((inside, 192, (1, 1))))


def _d(inside: int) -> Mixed:
    branches = {
        "3x3": _chain(inside, (192, 1, 1), (320, 3, 3), stride=2),
        "7x7x3": _chain(inside, (192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3), stride=2),
    }
    return Mixed(branches, "halved")


def _e(inside: int, pool: str) -> Mixed:
    branches = {
        "1x1": _chain(inside, (320, 1, 1)),
        "fork": _fork(inside, (384, 1, 1)),
        "forkdbl": _fork(inside, (448, 1, 1), (384, 3, 3)),
    }
    return Mixed(branches, pool, Unit((inside, 192, (1, 1))))


class Inception(nn.Module):
    """`[N, 3, H, W]` in [-1, 1], of any side, to `[N, 2048]`."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Unit((3, 32, (3, 3)), 2)
        self.Conv2d_2a_3x3 = Unit((32, 32, (3, 3)), padded=False)
        self.Conv2d_2b_3x3 = Unit((32, 64, (3, 3)))
        self.Conv2d_3b_1x1 = Unit((64, 80, (1, 1)))
        self.Conv2d_4a_3x3 = Unit((80, 192, (3, 3)), padded=False)
        mixed = {"5b": _a(192, 32), "5c": _a(256, 64), "5d": _a(288, 64), "6a": _b(288)}
        mixed |= {"6b": _c(768, 128), "6c": _c(768, 160), "6d": _c(768, 160), "6e": _c(768, 192)}
        mixed |= {"7a": _d(768), "7b": _e(1280, "mean"), "7c": _e(2048, "largest")}
        self._mixed = [f"Mixed_{name}" for name in mixed]
        for name, block in mixed.items():
            self.add_module(f"Mixed_{name}", block)

    def forward(self, images: Tensor) -> Tensor:
        assert images.dim() == 4 and images.shape[1] == 3, "[N, 3, H, W]"
        x = F.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
        x = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(x)))
        x = F.max_pool2d(x, 3, 2)
        x = F.max_pool2d(self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(x)), 3, 2)
        for name in self._mixed:
            x = self.get_submodule(name)(x)
        return x.mean(dim=(2, 3))


def read_inception(path: Path) -> Inception:
    """The network of a weights file; nothing in it is run, and its classifier is passed over.

    Raises:
        BadRequest: the sentence says what is wrong.
    """
    network = Inception()
    fill(network, {**_counters(network), **tensors(path)}, (path, "Inception v3"))
    return network


def _counters(network: Inception) -> dict[str, Tensor]:
    """How many batches each normalisation has seen: nothing depends on it, and old files lack it."""
    return {name: value for name, value in network.state_dict().items() if name.endswith("tracked")}
