"""A network of more channels that begins as the one it was (after Net2Net, arXiv 1511.05641).

What is new reads all, and nothing that was there reads it: weights from new channels to old ones are zero, those to
new ones are a fresh network's. So the generator draws what it drew, and learns to use its new channels from the first
step on. Net2Net's doubled channels would stay twins here: modulated convolutions divide by the weights' norm, and
nothing but chance would part them. Codes keep their width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor

from inference.networks.stylegan2.config import DiscriminatorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator
from training.transfer.errors import TransferError
from training.transfer.sources import Source, Weights

_LAST = ("b8.conv1.", "b8.skip.", "b4.fromrgb.")  # what the minibatch deviation looks at
_FAINT = 0.01


def widened(source: Source, times: int) -> Source:
    """`source` with `times` as many channels in both networks.

    Raises:
        TransferError: its discriminator looks at deviations of several groups of channels.
    """
    config = source.generator_config
    generator = replace(
        config, channel_base=config.channel_base * times, channel_max=config.channel_max * times
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # alike in all processes of a run
        fresh = Generator(generator).state_dict()
        wider = replace(
            source,
            generator_config=generator,
            average=_placed(source.average, fresh),
            generator=_placed(source.generator, fresh),
        )
        if source.discriminator_config is None:
            return wider
        return _with_discriminator(wider, source.discriminator_config, times)


def _with_discriminator(source: Source, old: DiscriminatorConfig, times: int) -> Source:
    """The condition's embedding keeps its width, so that the match is judged as before."""
    if old.mbstd_channels > 1:
        raise TransferError(f"{source.name} tells deviations by groups of channels, and cannot be widened")
    config = replace(
        old,
        channel_base=old.channel_base * times,
        channel_max=old.channel_max * times,
        cmap_dim=old.condition_dim if old.c_dim else old.cmap_dim,
    )
    weights = source.discriminator
    placed = _placed(weights, Discriminator(config).state_dict())
    if old.mbstd_channels and "b4.conv.weight" in placed:
        _keep_deviation(placed, weights["b4.conv.weight"], config.width(4), old.width(4))
    return replace(source, discriminator_config=config, discriminator=placed)


def _keep_deviation(placed: Weights, before: Tensor, wide: int, narrow: int) -> None:
    """The minibatch deviation, read behind all channels, is their mean: it must hardly see the new ones."""
    for name, value in placed.items():
        if name.startswith(_LAST) and name.endswith(("weight", "bias")):
            value[narrow:] *= _FAINT
    conv = placed["b4.conv.weight"]
    conv[:narrow, narrow:wide] = 0
    conv[:narrow, wide:] = before[:, narrow:] * _gain(conv, before) * (wide / narrow)


def _placed(weights: Mapping[str, Tensor], fresh: Mapping[str, Tensor]) -> Weights:
    return {name: _one(value, fresh[name]) for name, value in weights.items()}


def _one(old: Tensor, fresh: Tensor) -> Tensor:
    """`old` in the first corner of `fresh`, whose old outputs read nothing else: dimensions are [out, in, ...]."""
    if old.shape == fresh.shape:
        return old
    made = fresh.clone()
    if old.ndim > 1 and old.shape[1] != fresh.shape[1]:
        made[: len(old)] = 0
        made[: len(old), : old.shape[1]] = old * _gain(fresh, old)
    else:
        made[: len(old)] = old
    return made


def _gain(new: Tensor, old: Tensor) -> float:
    """A layer's own gain falls with the number of its inputs."""
    return float((new.shape[1] / old.shape[1]) ** 0.5)
