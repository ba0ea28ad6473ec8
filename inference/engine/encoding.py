"""Where the search for a photo's latent begins."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from inference.engine.faces import Faces
from inference.engine.likeness import Goal, Likeness
from inference.engine.renderer import Renderer
from inference.packs.loader import LoadedPack
from inference.wire import SeedFace


class Beginnings:
    """The encoder's answer; for a pack without an encoder, the nearest of the means and of some people by seed."""

    def __init__(self, pack: LoadedPack, renderer: Renderer, likeness: Likeness, people: int) -> None:
        self._pack = pack
        self._renderer = renderer
        self._likeness = likeness
        self._people = people

    @torch.no_grad()
    def of(self, image: Tensor, goal: Goal) -> tuple[Tensor, Tensor]:
        """For a photo `image [3, R, R]` in [-1, 1]: a latent [num_ws, w_dim], and its picture [3, R, R]."""
        encoder = self._pack.encoder
        if encoder is None:
            codes, images = self._bank
            nearest = int(self._likeness.rough(images, goal).argmin())
            return codes[nearest], images[nearest]
        code = encoder(image[None])
        return code[0], self._renderer.pictures(code)[0]

    @cached_property
    def _bank(self) -> tuple[Tensor, Tensor]:
        """Latents and pictures."""
        faces = Faces(self._pack)
        people = [SeedFace(seed=seed, psi=0.7) for seed in range(self._people)]
        codes = torch.stack([*self._pack.means.values(), *[faces.latent(person) for person in people]])
        return codes, self._renderer.pictures(codes)
