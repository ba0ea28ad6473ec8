"""Which weights a transfer leaves as they are.

FreezeD (arXiv 2002.10964) keeps the discriminator's layers nearest to the picture: they see edges and textures,
which a small data set teaches badly. FreezeG keeps the generator's blocks of the lowest resolutions, where pose
and shape are made, so that a latent of the base model stays the same person in the new one. The mapping is kept
with them: blocks that stand still while their styles move do not stand still.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig


def frozen_in_discriminator(config: DiscriminatorConfig, layers: int) -> list[str]:
    """Prefixes of the first `layers` layers, counted from the picture: fromrgb, conv0, conv1, skip, conv0, ...

    With the resnet architecture 4, 7, 10, 13 are 1, 2, 3, 4 whole blocks. The condition's mapping and the last
    block always learn.
    """
    return discriminator_layers(config)[:layers]


def discriminator_layers(config: DiscriminatorConfig) -> list[str]:
    """Prefixes of all layers that can be frozen, from the picture down."""
    layers: list[str] = []
    for r in config.resolutions:
        if r == config.resolution or config.architecture == "skip":
            layers.append(f"b{r}.fromrgb.")
        layers += [f"b{r}.conv0.", f"b{r}.conv1."]
        if config.architecture == "resnet":
            layers.append(f"b{r}.skip.")
    return layers


def frozen_in_generator(config: GeneratorConfig, resolution: int) -> list[str]:
    """Prefixes of the mapping and all blocks up to `resolution`, ToRGB too; none for 0."""
    blocks = [f"synthesis.b{r}." for r in config.resolutions if r <= resolution]
    return ["mapping.", *blocks] if blocks else []


def freeze(network: nn.Module, prefixes: list[str]) -> list[str]:
    """No gradients for parameters that begin so; their names. The rest is untouched."""
    names = [name for name, _ in network.named_parameters() if name.startswith(tuple(prefixes))]
    for name in names:
        network.get_parameter(name).requires_grad_(False)
    return names


@contextmanager
def still(network: nn.Module) -> Iterator[None]:
    """Gradients pass through, but none is computed for the network's own weights."""
    learning = [parameter for parameter in network.parameters() if parameter.requires_grad]
    network.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_()
