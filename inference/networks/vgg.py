"""LPIPS by VGG16 (Zhang et al., arXiv 1801.03924, equation 1), from weights that an administrator gives.

VGG16 (arXiv 1409.1556, configuration D) without its classifier; names as in torchvision and in the authors'
`lpips`. `torch.save(lpips.LPIPS(net="vgg").state_dict(), "lpips-vgg.pt")` writes a file that fits; so does one
with torchvision's `features.*` beside `lin0.model.1.weight` to `lin4.model.1.weight`.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from inference.networks.given import fill, tensors

_BLOCKS: Final = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
# ImageNet's mean and deviation, for pictures in [-1, 1].
_MEAN: Final = (-0.030, -0.088, -0.188)
_DEVIATION: Final = (0.458, 0.448, 0.450)
_SMALLEST = 16  # px: four halvings
_OWN_NAMES = re.compile(r"^net\.slice\d+\.")


class Lpips(nn.Module):
    """`a`, `b` [N, 3, H, W] in [-1, 1] to [N]: 0 for equal pictures, about 1 for unrelated ones."""

    mean: Tensor
    deviation: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(_DEVIATION)[:, None, None], persistent=False)
        widths = [3, *(width for block in _BLOCKS for width in block)]
        convs = [nn.Conv2d(narrow, wide, 3, padding=1) for narrow, wide in pairwise(widths)]
        self.features = nn.ModuleDict(dict(zip(_places(), convs, strict=True)))
        self.lins = nn.ParameterList([nn.Parameter(torch.ones(1, block[-1], 1, 1)) for block in _BLOCKS])

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.apart(self.levels(a), self.levels(b))

    def levels(self, images: Tensor) -> list[Tensor]:
        """What each of the five blocks makes of `images`, of unit length over channels at each place."""
        assert images.shape[1] == 3 and min(images.shape[2:]) >= _SMALLEST, "[N, 3, H, W], 16 px or more"
        x = (images - self.mean) / self.deviation
        convs = iter(self.features.values())
        found: list[Tensor] = []
        for block in _BLOCKS:
            x = F.max_pool2d(x, 2) if found else x
            for _ in block:
                x = F.relu(next(convs)(x))
            found.append(x / (x.square().sum(dim=1, keepdim=True) + 1e-20).sqrt())
        return found

    def apart(self, a: list[Tensor], b: list[Tensor]) -> Tensor:
        """[N] from the levels of both."""
        squares = [(x - y).square() * weight for x, y, weight in zip(a, b, self.lins, strict=True)]
        return torch.stack([square.sum(dim=1).mean(dim=(1, 2)) for square in squares]).sum(dim=0)


def _places() -> list[str]:
    """Where the convolutions stand in torchvision's `features`: each is followed by a ReLU, each block by a pool."""
    places, place = [], 0
    for block in _BLOCKS:
        for _ in block:
            places.append(str(place))
            place += 2
        place += 1
    return places


def read_lpips(path: Path) -> Lpips:
    """The network of a weights file: safetensors, or what `torch.save` wrote of a state dict.

    Nothing in the file is executed. Names that are not needed, such as VGG's classifier, are passed over.

    Raises:
        BadRequest: the sentence says what is wrong: the file, a name, a shape, a number.
    """
    state = {_OWN_NAMES.sub("features.", name): value for name, value in tensors(path).items()}
    network = Lpips()
    fill(network, state, (path, "LPIPS-VGG"), _file_name)
    return network


def _file_name(name: str) -> str:
    return re.sub(r"^lins\.(\d)$", r"lin\1.model.1.weight", name)
