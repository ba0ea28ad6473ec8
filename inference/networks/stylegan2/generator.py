"""The StyleGAN2 generator: mapping and synthesis (arXiv 1912.04958; conditions: 2006.06676)."""

from __future__ import annotations

from torch import Tensor, nn

from inference.networks.stylegan2.config import GeneratorConfig
from inference.networks.stylegan2.mapping import Mapping, MappingShape
from inference.networks.stylegan2.synthesis import Noise, Synthesis


class Generator(nn.Module):
    """`z [N, z_dim]`, `c [N, c_dim]` to a picture `[N, 3, R, R]` of float32, about [-1, 1]."""

    def __init__(self, config: GeneratorConfig) -> None:
        super().__init__()
        self.config = config
        self.synthesis = Synthesis(config)
        shape = MappingShape(
            z_dim=config.z_dim,
            c_dim=config.c_dim,
            w_dim=config.w_dim,
            num_ws=config.num_ws,
            layers=config.mapping_layers,
            lr_multiplier=config.lr_multiplier,
            w_avg_beta=config.w_avg_beta,
        )
        self.mapping = Mapping(shape)

    @property
    def num_ws(self) -> int:
        return self.config.num_ws

    @property
    def w_dim(self) -> int:
        return self.config.w_dim

    def forward(
        self, z: Tensor, c: Tensor | None = None, *, psi: float = 1.0, noise: Noise = "random"
    ) -> Tensor:
        """Mapping and synthesis in one call; see both for the arguments."""
        picture: Tensor = self.synthesis(self.mapping(z, c, psi=psi), noise=noise)
        return picture
