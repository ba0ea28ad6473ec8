"""What a foreign checkpoint comes down to: configurations of our networks, and their weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from inference.errors import PackError
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator

Weights = dict[str, Tensor]

_MOST = {  # beyond any network that was published, and far below what fills a memory
    "resolution": 2048,
    "channels": 4,
    "mapping_layers": 32,
    "channel_base": 2**21,
    "channel_max": 8192,
    "z_dim": 8192,
    "w_dim": 8192,
    "c_dim": 16384,
    "cmap_dim": 8192,
    "mbstd_channels": 64,
    "num_fp16_res": 32,
}
_MAY_BE_NONE = ("mapping_layers", "c_dim", "cmap_dim", "mbstd_channels", "num_fp16_res")
_MOST_NUMBERS = 2**28  # the largest official network has 30 million


@dataclass(frozen=True)
class ForeignCheckpoint:
    """All weights are float32, with the names and shapes of our own networks.

    Attributes:
        kind: who writes such files.
        generator_config: of both generators.
        average: the averaged generator: what is shown and shipped.
        generator: the one that was trained, where the file has it.
        discriminator_config, discriminator: where the file has it.
        facts: what else it tells, plain values.
    """

    kind: str
    generator_config: GeneratorConfig
    average: Weights
    generator: Weights | None = None
    discriminator_config: DiscriminatorConfig | None = None
    discriminator: Weights | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def table(state: Mapping[str, Any], name: str) -> Weights:
    """An entry that is a table of ordinary tensors. Raises `PackError` where it is none."""
    found = state.get(name)
    if not isinstance(found, Mapping) or not all(is_plain(value) for value in found.values()):
        raise PackError(f"the checkpoint's {name} is no table of tensors")
    return {str(key): value.detach() for key, value in found.items()}


def is_plain(value: object) -> bool:
    """Real numbers that lie in memory one by one."""
    if not isinstance(value, Tensor) or value.is_complex() or value.is_quantized:
        return False
    return value.layout is torch.strided and value.device.type == "cpu"


def shapes(config: GeneratorConfig | DiscriminatorConfig) -> dict[str, torch.Size]:
    """Of all weights of a network, by name. Raises `PackError` where it is larger than any that is read."""
    _bounded(config)
    kind: type[nn.Module] = Generator if isinstance(config, GeneratorConfig) else Discriminator
    with torch.device("meta"):  # what a file says of itself costs no memory
        wanted = {name: value.shape for name, value in kind(config).state_dict().items()}
    if sum(shape.numel() for shape in wanted.values()) > _MOST_NUMBERS:
        raise PackError("the checkpoint's networks are larger than any that are read")
    return wanted


def fitting(config: GeneratorConfig | DiscriminatorConfig, found: Mapping[str, Tensor]) -> Weights:
    """The weights in float32. Raises `PackError` where names, shapes or numbers are not this network's."""
    wanted = shapes(config)
    what = "generator" if isinstance(config, GeneratorConfig) else "discriminator"
    missing, unknown = sorted(wanted.keys() - found.keys()), sorted(found.keys() - wanted.keys())
    if missing or unknown:
        name, how = (missing[0], "lacks") if missing else (unknown[0], "has an unknown")
        raise PackError(f"the checkpoint's {what} {how} {name[:80]}")
    for name, shape in wanted.items():
        if found[name].shape != shape:
            raise PackError(
                f"the checkpoint's {what}: {name} is {tuple(found[name].shape)}, not {tuple(shape)}"
            )
        if not torch.isfinite(found[name]).all():
            raise PackError(f"the checkpoint's {what} holds numbers that are not finite, in {name}")
    return {name: found[name].float().contiguous().clone() for name in wanted}


def _bounded(config: GeneratorConfig | DiscriminatorConfig) -> None:
    for name, most in _MOST.items():
        value, least = getattr(config, name, None), int(name not in _MAY_BE_NONE)
        if value is not None and not least <= value <= most:
            raise PackError(f"the checkpoint's networks have {name} {value}: {least} to {most} can be read")
    if config.width(config.resolution) < 1 or (
        isinstance(config, GeneratorConfig) and not config.mapping_layers
    ):
        raise PackError("the checkpoint's networks have layers of no width")
