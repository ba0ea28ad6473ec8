"""The numbers that define an encoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from inference.networks.config import Config

_FINEST = 32  # px: the side at which the trunk begins; finer detail enters as more channels of the picture
GROUPS = {"coarse": (0, 3), "middle": (3, 7), "fine": (7, 64)}
"""Of w layers: from which to which."""


@dataclass(frozen=True, slots=True)
class EncoderConfig(Config):
    """From a picture's side to the codes of a generator.

    Attributes:
        resolution: of the picture, in pixels.
        num_ws, w_dim: of the generator's codes.
        widths: channels of the trunk at its sides, from the finest down to 4 px, each half as large.
        blocks: residual blocks at each side.
        pyramid: channels of the feature pyramid's maps.
        summary: channels of the 4x4 map that the heads of one group read.
    """

    resolution: int
    num_ws: int
    w_dim: int
    widths: tuple[int, ...] = (32, 64, 128, 192)
    blocks: tuple[int, ...] = (1, 1, 2, 1)
    pyramid: int = 96
    summary: int = 32

    def __post_init__(self) -> None:
        if len(self.widths) != len(self.blocks) or len(self.widths) < 3:
            raise ValueError("an encoder has three sides or more, each with its width and its blocks")
        if self.resolution % self.finest:
            raise ValueError(f"an encoder of {self.finest} px and more cannot read {self.resolution} px")

    @property
    def between(self) -> tuple[int, int, int]:
        """The sizes of what comes in and goes out."""
        return self.resolution, self.num_ws, self.w_dim

    @property
    def finest(self) -> int:
        """The trunk's largest side in pixels."""
        side: int = 4 * 2 ** (len(self.widths) - 1)
        return side

    @property
    def groups(self) -> tuple[int, ...]:
        """How many w layers are coarse, middle, fine."""
        return tuple(max(0, min(end, self.num_ws) - first) for first, end in GROUPS.values())

    @classmethod
    def of(cls, resolution: int, num_ws: int, w_dim: int, widest: int) -> Self:
        """As large as a generator deserves whose widest layer has `widest` channels.

        In float16 5 MB at 64 px with w 128, 11 MB at 256 px with w 512.
        """
        sides = min(_FINEST, resolution).bit_length() - 2
        widths = (32, 64, 128, 192) if widest <= 64 else (40, 80, 160, 240)
        return cls(
            resolution,
            num_ws,
            w_dim,
            widths=widths[-sides:],
            blocks=(1, 1, 2, 1)[-sides:],
            summary=32 if w_dim <= 256 else 20,
        )
