"""Latents to pictures, always at one fixed width: a picture never depends on who shares the pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.engine.graphs import Graphs
from inference.engine.precision import DTYPES, Computed, Precision, chosen
from inference.engine.synthesis import FrozenSynthesis, freezes
from inference.packs.loader import LoadedPack


class Renderer:
    """One pack's synthesis. `width` codes go through it at once; empty places are filled up.

    Attributes:
        width: how many; `narrow` halves it.
        precision: in which the network computes.
        path: `frozen`, or `network` where the pack's architecture is drawn by the training network itself.
    """

    def __init__(self, pack: LoadedPack, width: int, precision: Precision = "auto") -> None:
        self.width = width
        network = pack.generator.synthesis
        self.path: Literal["frozen", "network"] = "frozen" if freezes(network) else "network"
        self.precision: Computed = "fp32"
        self._synthesis: Callable[[Tensor], Tensor]
        if self.path == "frozen":
            self.precision = chosen(precision, pack.device, network.config)
            self._synthesis = FrozenSynthesis(network, DTYPES[self.precision])
        else:
            self._synthesis = partial(network, noise="const", force_fp32=True)
        self._upscaler = pack.upscaler
        synthesis = self._synthesis  # a cycle through `self` would keep an unloaded pack in memory
        self._graphs = Graphs(lambda codes: (synthesis(codes),))
        # There samples go through one by one, so that no width needs filling up.
        self._alone = self.path == "frozen" and pack.device.type == "cpu"

    def images(self, codes: Tensor) -> Tensor:
        """`codes [width, num_ws, w_dim]` to [width, 3, R, R], about [-1, 1]; differentiable."""
        return self._synthesis(codes)

    def narrow(self) -> int:
        """Half as many from now on; the new width, at least 1."""
        self._graphs.clear()
        self.width = max(1, self.width // 2)
        return self.width

    @torch.inference_mode()
    def pixels(self, codes: Tensor) -> NDArray[np.uint8]:
        """`codes [N, num_ws, w_dim]` as [N, R, R, 3] uint8."""
        return to_pixels(self.pictures(codes))

    @torch.inference_mode()
    def upscaled(self, codes: Tensor) -> NDArray[np.uint8]:
        """As `pixels`, by the pack's upscaler, if there is one: [N, S, S, 3], S >= R."""
        images = self.pictures(codes)
        if self._upscaler is None:
            return to_pixels(images)
        return to_pixels(
            torch.cat([self._upscaler(image[None].float()) for image in images])
        )  # one by one: alike

    @torch.no_grad()
    def pictures(self, codes: Tensor) -> Tensor:
        """`codes [N, num_ws, w_dim]` as [N, 3, R, R], about [-1, 1]."""
        if self._alone:
            return self.images(codes)
        return torch.cat([self._padded(codes[i : i + self.width]) for i in range(0, len(codes), self.width)])

    def _padded(self, codes: Tensor) -> Tensor:
        missing = self.width - len(codes)
        filled = torch.cat([codes, codes[:1].expand(missing, -1, -1)]) if missing else codes
        (images,) = self._graphs(filled)
        return images[: len(codes)]


def to_pixels(images: Tensor) -> NDArray[np.uint8]:
    """`images [N, 3, R, R]`, about [-1, 1], as [N, R, R, 3] uint8, by the official tools' rounding."""
    bounded = torch.nan_to_num(images.detach() * 127.5 + 128).clamp(0, 255)
    pixels: NDArray[np.uint8] = bounded.to(torch.uint8).permute(0, 2, 3, 1).cpu().numpy()
    return pixels


def to_image(pixels: NDArray[np.uint8]) -> Tensor:
    """`pixels [R, R, 3]` uint8 as [3, R, R] float32 in [-1, 1]."""
    return torch.from_numpy(np.array(pixels)).permute(2, 0, 1).float() / 127.5 - 1
