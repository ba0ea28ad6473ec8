"""The engine: expressions to latents, latents to pixels, photos to latents. It keeps nothing of a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.engine import latents
from inference.engine.faces import Faces
from inference.engine.precision import Computed, Precision
from inference.engine.projection import Projection
from inference.engine.projector import ProjectionSettings, Projector
from inference.engine.renderer import Renderer
from inference.images import Pixels
from inference.packs.loader import LoadedPack
from inference.wire import DrawnPicture, Face, FacePicture, LatentFace


class Engine:
    """One pack at work. Call it from one thread.

    Every pass runs at one fixed width, empty places filled up: a result never depends on who shares it.
    """

    def __init__(
        self,
        pack: LoadedPack,
        *,
        width: int | None = None,
        projection: ProjectionSettings | None = None,
        precision: Precision = "auto",
    ) -> None:
        self.pack = pack
        self._faces = Faces(pack)
        self._renderer = Renderer(pack, width or (1 if pack.device.type == "cpu" else 8), precision)
        self._projector = Projector(pack, self._renderer, projection or ProjectionSettings())

    @property
    def width(self) -> int:
        """How many go through one pass."""
        return self._renderer.width

    @property
    def precision(self) -> Computed:
        """In which synthesis computes."""
        return self._renderer.precision

    def narrow(self) -> int:
        """Half as many from now on, since the device had no memory for more; the new width, at least 1."""
        self._projector.narrow()
        return self._renderer.narrow()

    @property
    def steps(self) -> int:
        """The steps of a projection whose request names none."""
        return self._projector.steps

    def latent(self, face: Face) -> Tensor:
        """[num_ws, w_dim] of an expression; see `Faces.latent` for what it raises."""
        return self._faces.latent(face)

    def encode_latent(self, latent: Tensor) -> LatentFace:
        return latents.encode(latent)

    def render(self, codes: Tensor) -> NDArray[np.uint8]:
        """`codes [N, num_ws, w_dim]` as [N, R, R, 3] uint8, the same every time."""
        return self._renderer.pixels(codes)

    def picture(self, picture: DrawnPicture) -> Pixels:
        """[R, R, 3] uint8 of a face, or larger; what is done to its picture afterwards needs no device."""
        pixels: Pixels = self.pictures([picture])[0]
        return pixels

    def pictures(self, pictures: Sequence[DrawnPicture]) -> Pixels:
        """[N, R, R, 3] uint8 of `pictures`, one at least and all of one kind; each as it is alone."""
        faces = [one if isinstance(one, FacePicture) else one.picture for one in pictures]
        codes = torch.stack([self.latent(one.face) for one in faces])
        return self.render(codes) if faces == list(pictures) else self._renderer.upscaled(codes)

    def start(self, photos: Sequence[Pixels], steps: int | None = None) -> Projection:
        """Begin to look for the latent of a person, from one to five `photos [R, R, 3]`.

        `steps` None stands for the engine's own number; 0 is done at once, where the search would begin.
        """
        return self._projector.start(photos, steps)

    def advance(self, projections: Sequence[Projection]) -> None:
        """One optimisation step of each; whoever is done stays as he is."""
        self._projector.advance(projections)
