"""Latents as data, and which of a latent's layers a word stands for."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from inference.errors import BadLatent, BadRequest
from inference.networks.encoder.config import GROUPS
from inference.wire import LatentFace

_GROUPS = {**GROUPS, "all": (0, 64)}
_FAR = 1000.0  # beyond this a latent is noise, and float32 overflows inside the network


def encode(latent: Tensor) -> LatentFace:
    """`latent [num_ws, w_dim]` as base64 of little-endian float16.

    Raises:
        BadLatent: a number is not finite, or far too large.
    """
    values = latent.detach().cpu().numpy()
    if not (np.abs(values) < _FAR).all():  # false for NaN too
        raise BadLatent("the latent holds numbers that are not finite, or far too large")
    return LatentFace(data=base64.b64encode(values.astype("<f2").tobytes()).decode("ascii"))


def decode(face: LatentFace, shape: tuple[int, int]) -> Tensor:
    """`[num_ws, w_dim]` float32 of a latent as data.

    Raises:
        BadLatent: not base64, another number of bytes than `shape` needs, or not finite.
    """
    try:
        raw = base64.b64decode(face.data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadLatent("the latent is not base64") from error
    if len(raw) != 2 * shape[0] * shape[1]:
        raise BadLatent(f"the latent has {len(raw)} bytes, not {2 * shape[0] * shape[1]}")
    values = np.frombuffer(raw, dtype="<f2").astype(np.float32).reshape(shape)
    if not (np.abs(values) < _FAR).all():  # false for NaN too
        raise BadLatent("the latent holds numbers that are not finite, or far too large")
    return torch.from_numpy(values)


def chosen(layers: str | Sequence[int], num_ws: int) -> list[int]:
    """The w indices of a layer group or of a list. Raises `BadRequest` on an index that the pack has not."""
    if isinstance(layers, str):
        first, end = _GROUPS[layers]
        return list(range(first, min(end, num_ws)))
    if any(index >= num_ws for index in layers):
        raise BadRequest(f"the pack's latents have {num_ws} layers, 0 to {num_ws - 1}")
    return sorted(set(layers))
