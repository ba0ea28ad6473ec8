"""Augmentation in families of which a picture gets one at a time, or none.

The transforms of ADA pile up: at a high p every picture is turned, stretched and recoloured at once. Here a picture is
changed in one way only, so that it stays a plausible photo. Any p below 1 can be undone by the generator's learning, as
with ADA's, since a share of the pictures stays as it was (arXiv 2006.06676, section 2). All pass gradients on to the
generator, twice where R1 asks for it; of CLAHE its module tells how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.augment.clahe import equalised
from training.augment.draws import Draws, RandomDraws

Family = Callable[[Tensor, Draws], Tensor]
"""`[N, 3, R, R]`, about [-1, 1], to as many changed pictures."""

_BRIGHTNESS = 0.2  # standard deviation
_BLUE = 0.3  # at most, either way
_WIDEST = 1 / 40  # of the side: the widest blur's standard deviation
_HOLE = 0.5  # of the side


def flip(images: Tensor, _draws: Draws) -> Tensor:
    """Left becomes right."""
    return images.flip(3)


def cutout(images: Tensor, draws: Draws) -> Tensor:
    """A grey square of half the side, its centre anywhere (arXiv 1708.04552)."""
    n, _, h, w = images.shape
    centre = draws.uniform((n, 2, 1, 1))
    x = (torch.arange(w, device=images.device) + 0.5) / w
    y = (torch.arange(h, device=images.device)[:, None] + 0.5) / h
    inside = ((x - centre[:, 0]).abs() < _HOLE / 2) & ((y - centre[:, 1]).abs() < _HOLE / 2)
    return images * ~inside[:, None]


def blur(images: Tensor, draws: Draws) -> Tensor:
    """A Gaussian, from hardly any to one fortieth of the side; borders reflected."""
    n, c, h, w = images.shape
    width = (draws.uniform((n, 1)) * w * _WIDEST).clamp_min(0.1)  # [N, 1] standard deviation in px
    reach = max(round(3 * w * _WIDEST), 1)
    steps = torch.arange(-reach, reach + 1, device=images.device)
    kernel = torch.softmax(-0.5 * (steps / width).square(), dim=1).repeat_interleave(c, dim=0)  # [N * C, k]
    x = F.pad(images.reshape(1, n * c, h, w), (reach,) * 4, mode="reflect")
    x = F.conv2d(x, kernel[:, None, None, :], groups=n * c)
    x = F.conv2d(x, kernel[:, None, :, None], groups=n * c)
    return x.reshape(n, c, h, w)


def brightness(images: Tensor, draws: Draws) -> Tensor:
    """Lighter or darker as a whole."""
    return images + draws.normal((len(images), 1, 1, 1)) * _BRIGHTNESS


def blue(images: Tensor, draws: Draws) -> Tensor:
    """The blue channel alone shifted: colder or warmer light."""
    shift = (draws.uniform((len(images), 1, 1, 1)) * 2 - 1) * _BLUE
    return images + shift * images.new_tensor((0.0, 0.0, 1.0))[:, None, None]


def clahe(images: Tensor, draws: Draws) -> Tensor:
    """Local contrast evened out, with a limit of 1 to 4."""
    return equalised(images, 1 + 3 * draws.uniform((len(images),)))


FAMILIES: Final[dict[str, Family]] = {
    "flip": flip,
    "cutout": cutout,
    "blur": blur,
    "brightness": brightness,
    "blue": blue,
    "clahe": clahe,
}


def named(names: str) -> list[Family]:
    """The families of a list such as `flip+blur`; `all` are all.

    Raises:
        ValueError: no such family.
    """
    wanted = list(FAMILIES) if names == "all" else names.split("+")
    if unknown := [name for name in wanted if name not in FAMILIES]:
        raise ValueError(f"no family of augmentation {unknown[0]!r}; there are: {', '.join(FAMILIES)}")
    return [FAMILIES[name] for name in dict.fromkeys(wanted)]


class OneOf(nn.Module):
    """`images [N, 3, R, R]`: with probability `p` each gets one of the families, each as likely."""

    p: Tensor

    def __init__(self, names: str = "all", p: float = 0.0) -> None:
        super().__init__()
        self.families = named(names)
        self.register_buffer("p", torch.tensor(p))

    def forward(self, images: Tensor, draws: Draws | None = None) -> Tensor:
        p, n = float(self.p), len(images)
        if p <= 0:
            return images
        draws = draws or RandomDraws(images.device)
        drawn = (draws.uniform((n,)) * len(self.families)).long().clamp_max(len(self.families) - 1)
        changed = draws.gate(p, (n,))
        for number, family in enumerate(self.families):
            chosen = (changed & (drawn == number)).nonzero().flatten()
            if len(chosen):
                images = images.index_copy(0, chosen, family(images[chosen], draws))
        return images
