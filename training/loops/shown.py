"""What the checks see of a StyleGAN2: samples of fixed seeds, logits, tables. Random states stay as they are."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from inference.networks.stylegan2.synthesis import NoiseMode
from training.loops.samples import seeded_codes
from training.watching.tables import network_table

_PART, _PIXELS = 32, 2**20  # pictures and pixels that are drawn at once
_SEED = 1000  # none of the sheets'


def device_of(network: nn.Module) -> torch.device:
    return next(network.parameters()).device


@torch.no_grad()
def pictures(generator: Generator, n: int, noise: NoiseMode) -> tuple[Tensor, Tensor]:
    """`[n, 3, R, R]` without truncation, classes in turn, and their conditions `[n, c_dim]`, on the CPU."""
    config, device = generator.config, device_of(generator)
    z = seeded_codes(_SEED, n, config.z_dim).to(device)
    c = torch.zeros(n, 0, device=device)
    if config.c_dim:
        c = torch.eye(config.c_dim, device=device)[torch.arange(n, device=device) % config.c_dim]
    part = max(1, min(_PART, _PIXELS // config.resolution**2))
    parts = zip(torch.split(z, part), torch.split(c, part), strict=True)
    images = [
        generator.synthesis(generator.mapping(zs, cs, track=False), noise=noise).cpu() for zs, cs in parts
    ]
    return torch.cat(images), c.cpu()


@torch.no_grad()
def judged(discriminator: Discriminator, images: Tensor, c: Tensor, batch: int) -> Tensor:
    """Logits `[M]`, in batches as in training, whose deviation is part of what is judged."""
    device, batch = device_of(discriminator), min(batch, len(images))
    parts = zip(torch.split(images, batch), torch.split(c, batch), strict=True)
    whole = [(x.to(device), k.to(device)) for x, k in parts if len(x) == batch]
    return torch.cat([discriminator(x, k).flatten() for x, k in whole])


def gan_tables(generator: Generator, discriminator: Discriminator, batch: int) -> str:
    """Both networks' tables for one batch."""
    shape, device = generator.config, device_of(generator)
    z = torch.zeros(batch, shape.z_dim, device=device)
    c = torch.zeros(batch, shape.c_dim, device=device)
    image = torch.zeros(batch, shape.channels, shape.resolution, shape.resolution, device=device)
    tables = [("Generator", generator, z), ("Discriminator", discriminator, image)]
    return "\n".join(network_table(title, network, given, c) for title, network, given in tables)
