"""The mapping network: from a random z (and a condition) to the style code w (arXiv 1912.04958)."""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor, nn

from inference.networks.blocks.dense import Dense
from inference.networks.blocks.normalise import normalise_second_moment


@dataclasses.dataclass(frozen=True, slots=True)
class MappingShape:
    """Sizes of a mapping network. `num_ws` of 0: no w_avg, no broadcast (the discriminator's condition)."""

    z_dim: int
    c_dim: int
    w_dim: int
    num_ws: int
    layers: int
    lr_multiplier: float = 0.01
    w_avg_beta: float = 0.995


class Mapping(nn.Module):
    """`z [N, z_dim]`, `c [N, c_dim]` to `ws [N, num_ws, w_dim]` (or `[N, w_dim]` where `num_ws` is 0).

    In training mode `w_avg` follows the batch mean. It is one vector for all classes, also in a
    conditional net: the average face of a class is the mean of w over z for that class, not `w_avg`.
    """

    w_avg: Tensor

    def __init__(self, shape: MappingShape) -> None:
        super().__init__()
        self.shape = shape
        width = shape.z_dim
        if shape.c_dim:
            self.embed = Dense(shape.c_dim, shape.w_dim)
            width += shape.w_dim
        self.layers = shape.layers
        for i in range(shape.layers):
            layer = Dense(width, shape.w_dim, activation="lrelu", lr_multiplier=shape.lr_multiplier)
            self.add_module(f"fc{i}", layer)
            width = shape.w_dim
        if shape.num_ws:
            self.register_buffer("w_avg", torch.zeros(shape.w_dim))

    def forward(
        self,
        z: Tensor | None,
        c: Tensor | None = None,
        *,
        psi: float = 1.0,
        track: bool = True,
    ) -> Tensor:
        """Map codes, and pull them towards the mean.

        Args:
            z: `[N, z_dim]`, any float type; none where the network has no z.
            c: `[N, c_dim]`; needed exactly where the network is conditional.
            psi: Truncation: `w_avg + psi * (w - w_avg)`.
            track: Let `w_avg` follow in training mode.
        """
        w = self.codes(z, c)
        if not self.shape.num_ws:
            return w
        if self.training and track:
            with torch.no_grad():
                mean = w.detach().to(self.w_avg.dtype).mean(dim=0)
                self.w_avg.copy_(mean.lerp(self.w_avg, self.shape.w_avg_beta))
        ws = w.unsqueeze(1).repeat(1, self.shape.num_ws, 1)  # [N, num_ws, w_dim]
        return ws if psi == 1.0 else self.w_avg.lerp(ws, psi)

    def codes(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        """`[N, w_dim]`, before broadcast and truncation."""
        parts: list[Tensor] = []
        if self.shape.z_dim:
            assert z is not None and z.shape[1:] == (self.shape.z_dim,), "z is [N, z_dim]"
            parts.append(normalise_second_moment(z.float()))
        if self.shape.c_dim:
            assert c is not None and c.shape[1:] == (self.shape.c_dim,), "c is [N, c_dim]"
            parts.append(normalise_second_moment(self.embed(c.float())))
        x = torch.cat(parts, dim=1)
        for i in range(self.layers):
            x = self.get_submodule(f"fc{i}")(x)
        return x
