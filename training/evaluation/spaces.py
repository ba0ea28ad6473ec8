"""Networks that turn pictures into numbers in which distances mean something."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from inference.alignment import identities
from inference.errors import BadRequest
from inference.networks.inception import read_inception
from training.errors import DataError

Bytes = NDArray[np.uint8]
"""`[N, R, R, 3]`, of any side."""
Floats = NDArray[np.float32]


class Space(Protocol):
    """A network, and the scale of `distances.kernel_distance` that suits the size of its numbers."""

    @property
    def name(self) -> str: ...

    @property
    def scale(self) -> float: ...

    def __call__(self, pictures: Bytes) -> Floats:
        """`[N, D]`."""
        ...


class IdentitySpace:
    """dlib's 128 numbers: who somebody is. Backdrop and clothes hardly count; sharpness counts a little."""

    name: Final = "identity"
    scale: Final = 1.0  # rows have a length of about 1.4, so that the cube counts

    def __call__(self, pictures: Bytes) -> Floats:
        return identities(pictures)


class InceptionSpace:
    """Inception's 2048 numbers, from a file of weights: the space of FID and KID.

    Raises:
        DataError: the file is not what it should be.
    """

    name: Final = "inception"
    scale: Final = 1 / 2048

    def __init__(self, path: Path, device: str = "cpu") -> None:
        try:
            self._network = read_inception(path).to(device)
        except BadRequest as error:
            raise DataError(str(error)) from error
        self._device = device

    @torch.no_grad()
    def __call__(self, pictures: Bytes) -> Floats:
        images = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2)
        found: Floats = self._network(images.to(self._device).float() / 127.5 - 1).cpu().numpy()
        return found
