"""Networks by family name: from the plain dictionaries of a manifest to modules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.networks.dcgan import DcganConfig, DcganDiscriminator, DcganGenerator
from inference.networks.encoder.config import EncoderConfig
from inference.networks.encoder.encoder import Encoder
from inference.networks.identity import Identity, IdentityConfig
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import DiscriminatorFeatures
from inference.networks.stylegan2.generator import Generator
from inference.networks.upscaler import Upscaler, UpscalerConfig
from inference.networks.vanilla import VanillaConfig, VanillaDiscriminator, VanillaGenerator

FAMILIES = ("stylegan2",)
BASELINES = ("dcgan", "vanilla")
"""Families for comparison: they have no w, so no pack can hold them."""

Baseline = tuple[DcganGenerator, DcganDiscriminator] | tuple[VanillaGenerator, VanillaDiscriminator]


def _known(family: str) -> None:
    if family not in FAMILIES:
        raise ValueError(f"no network family {family!r}; there are: {', '.join(FAMILIES)}")


def build_generator(config: Mapping[str, Any], family: str = "stylegan2") -> Generator:
    """A generator with fresh weights. Raises `ValueError` on an unknown family, name or resolution."""
    _known(family)
    return Generator(GeneratorConfig.from_dict(config))


def build_features(
    config: Mapping[str, Any], blocks: int = 3, family: str = "stylegan2"
) -> DiscriminatorFeatures:
    """The first `blocks` blocks of a discriminator of that config, with fresh weights."""
    _known(family)
    return DiscriminatorFeatures(DiscriminatorConfig.from_dict(config), blocks)


def build_baseline(config: Mapping[str, Any], family: str) -> Baseline:
    """Generator and discriminator with fresh weights. Raises `ValueError` on an unknown family or name."""
    if family == "dcgan":
        shape = DcganConfig.from_dict(config)
        return DcganGenerator(shape), DcganDiscriminator(shape)
    if family == "vanilla":
        plain = VanillaConfig.from_dict(config)
        return VanillaGenerator(plain), VanillaDiscriminator(plain)
    raise ValueError(f"no baseline {family!r}; there are: {', '.join(BASELINES)}")


def build_encoder(config: Mapping[str, Any]) -> Encoder:
    """An encoder that answers the mean."""
    return Encoder(EncoderConfig.from_dict(config))


def build_identity(config: Mapping[str, Any]) -> Identity:
    """An identity network with fresh weights."""
    return Identity(IdentityConfig.from_dict(config))


def build_upscaler(config: Mapping[str, Any]) -> Upscaler:
    """An upscaler that interpolates."""
    return Upscaler(UpscalerConfig.from_dict(config))
