"""Checkpoints of rosinality's stylegan2-pytorch: `g_ema`, and where they were trained further `g` and `d`.

The two networks compute the same; what differs is where and how the weights lie:

- Equalised learning rates: dense layers and the discriminator's convolutions are scaled by 1/sqrt(fan-in) at
  run time on both sides, and keep their raw weights. Theirs scales the modulated 3x3 convolutions too, ours does
  not: demodulation divides the factor out again, but for the 1e-8 beside the sum of squares. The raw weight is
  kept, which is also what training expects. ToRGB, without demodulation, has the factor on both sides.
- Blurs: theirs stores the filter of every layer (times 4 where it doubles the size). Only [1, 3, 3, 1] is read,
  which ours makes itself. Up-convolutions are transposed ones, unflipped, on both sides.
- Noise: strengths have one element, maps `noises.noise_k` one more axis twice. Files from before there were
  maps get zeros, so that their pictures have no noise.
- Both have the skip architecture: ToRGB's picture is doubled by the same filter. Biases lie in `activate`.
- `latent_avg`, which only converted files have, is `w_avg`; zeros stand for one that has to be measured.
- The mapping's learning-rate multiplier is not in the file; it is the 0.01 that all of them have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from inference.errors import PackError
from inference.networks.ops.resample import make_filter
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.packs.foreign.checkpoint import ForeignCheckpoint, fitting, is_plain, shapes, table

KIND = "rosinality"
_TAPS = (1.0, 3.0, 3.0, 1.0)
_MOST_LAYERS = 64
Names = Iterator[tuple[str, str]]


def convert(state: Mapping[str, Any]) -> ForeignCheckpoint:
    """The networks of such a file's dictionary.

    Raises:
        PackError: it is none, or its networks have parts that ours have not.
    """
    average = state.get("latent_avg")
    config, g_ema = _generator(_networks(state, "g_ema"), average)
    generator = None
    if "g" in state:
        other, generator = _generator(_networks(state, "g"), average)
        if other != config:
            raise PackError("the checkpoint's g and g_ema are networks of different shapes")
    judge_config, judge = _discriminator(_networks(state, "d")) if "d" in state else (None, None)
    p = state.get("ada_aug_p")
    facts = {"augment_p": round(float(p), 4)} if isinstance(p, (int, float)) and 0 <= p <= 100 else {}
    return ForeignCheckpoint(KIND, config, g_ema, generator, judge_config, judge, facts)


def _networks(state: Mapping[str, Any], name: str) -> dict[str, Tensor]:
    """Of a network; `DataParallel` puts a word before every name."""
    return {key.removeprefix("module."): value for key, value in table(state, name).items()}


def _generator(found: dict[str, Tensor], w_avg: object) -> tuple[GeneratorConfig, dict[str, Tensor]]:
    doublings = _count(found, r"to_rgbs\.(\d+)\.bias")
    first = _shape(found, "style.1.weight", 2)
    widths = {4: _shape(found, "input.input", 4)[1]}
    for i in range(doublings):
        widths[8 << i] = _shape(found, f"convs.{2 * i}.conv.weight", 5)[1]
    base, most = _channels(widths)
    config = GeneratorConfig(
        z_dim=first[1],
        w_dim=first[0],
        resolution=4 << doublings,
        channels=_shape(found, "to_rgb1.conv.weight", 5)[1],
        mapping_layers=_count(found, r"style\.(\d+)\.weight"),
        channel_base=base,
        channel_max=most,
    )
    wanted = shapes(config)
    mine = _renamed(found, dict(_generator_names(config)), wanted)
    mine["mapping.w_avg"] = torch.zeros(config.w_dim)
    if isinstance(w_avg, Tensor) and is_plain(w_avg) and w_avg.numel() == config.w_dim:
        mine["mapping.w_avg"] = w_avg.reshape(-1)
    maps = {name: torch.zeros(shape) for name, shape in wanted.items() if name.endswith("noise_const")}
    return config, fitting(config, maps | mine)


def _generator_names(config: GeneratorConfig) -> Names:
    """Ours and theirs."""
    yield "synthesis.b4.const", "input.input"
    for i in range(config.mapping_layers):
        for kind in ("weight", "bias"):
            yield f"mapping.fc{i}.{kind}", f"style.{i + 1}.{kind}"
    yield from _styled("synthesis.b4.conv1", "conv1", 0)
    yield from _modulated("synthesis.b4.torgb", "to_rgb1")
    yield "synthesis.b4.torgb.bias", "to_rgb1.bias"
    for i, r in enumerate(config.resolutions[1:]):
        for j in range(2):
            yield from _styled(f"synthesis.b{r}.conv{j}", f"convs.{2 * i + j}", 2 * i + j + 1)
        yield from _modulated(f"synthesis.b{r}.torgb", f"to_rgbs.{i}")
        yield f"synthesis.b{r}.torgb.bias", f"to_rgbs.{i}.bias"


def _modulated(mine: str, theirs: str) -> Names:
    yield f"{mine}.weight", f"{theirs}.conv.weight"
    yield f"{mine}.affine.weight", f"{theirs}.conv.modulation.weight"
    yield f"{mine}.affine.bias", f"{theirs}.conv.modulation.bias"


def _styled(mine: str, theirs: str, index: int) -> Names:
    yield from _modulated(mine, theirs)
    yield f"{mine}.bias", f"{theirs}.activate.bias"
    yield f"{mine}.noise_strength", f"{theirs}.noise.weight"
    yield f"{mine}.noise_const", f"noises.noise_{index}"


def _discriminator(found: dict[str, Tensor]) -> tuple[DiscriminatorConfig, dict[str, Tensor]]:
    halvings = _count(found, r"convs\.(\d+)\.conv1\.0\.weight")
    side = 4 << halvings
    colours = _shape(found, "convs.0.0.weight", 4)
    widths = {side: colours[0]}
    for i in range(halvings):
        widths[side >> (i + 1)] = _shape(found, f"convs.{i + 1}.conv2.1.weight", 4)[0]
    base, most = _channels(widths)
    config = DiscriminatorConfig(resolution=side, channels=colours[1], channel_base=base, channel_max=most)
    return config, fitting(config, _renamed(found, dict(_discriminator_names(config)), shapes(config)))


def _discriminator_names(config: DiscriminatorConfig) -> Names:
    """Ours and theirs."""
    yield f"b{config.resolution}.fromrgb.weight", "convs.0.0.weight"
    yield f"b{config.resolution}.fromrgb.bias", "convs.0.1.bias"
    for i, r in enumerate(config.resolutions, start=1):
        yield f"b{r}.conv0.weight", f"convs.{i}.conv1.0.weight"
        yield f"b{r}.conv0.bias", f"convs.{i}.conv1.1.bias"
        yield f"b{r}.conv1.weight", f"convs.{i}.conv2.1.weight"  # 0 is the blur
        yield f"b{r}.conv1.bias", f"convs.{i}.conv2.2.bias"
        yield f"b{r}.skip.weight", f"convs.{i}.skip.1.weight"
    yield "b4.conv.weight", "final_conv.0.weight"
    yield "b4.conv.bias", "final_conv.1.bias"
    for i, mine in enumerate(("fc", "out")):
        for kind in ("weight", "bias"):
            yield f"b4.{mine}.{kind}", f"final_linear.{i}.{kind}"


def _renamed(
    found: Mapping[str, Tensor], names: Mapping[str, str], wanted: Mapping[str, torch.Size]
) -> dict[str, Tensor]:
    """Ours by theirs, without axes of one element more or less; their filters are ours, or are refused."""
    kernel = make_filter(_TAPS)
    left = dict(found)
    mine = {name: kernel for name in wanted if name.endswith("resample_filter")}
    for name, theirs in names.items():
        value = left.pop(theirs, None)
        if value is not None:
            same = _long(value.shape) == _long(wanted[name])
            mine[name] = value.reshape(wanted[name]) if same else value
    for theirs, value in left.items():
        if not theirs.endswith(".kernel"):
            raise PackError(f"the checkpoint has {theirs[:80]}, which rosinality's networks have not")
        if value.shape != kernel.shape or not torch.allclose(value / value.sum(), kernel, atol=1e-6):
            raise PackError("the checkpoint's networks blur by another filter than [1, 3, 3, 1]")
    return mine


def _long(shape: torch.Size) -> list[int]:
    return [n for n in shape if n != 1]


def _count(found: Mapping[str, Tensor], pattern: str) -> int:
    """How many layers there are of a kind."""
    number = sum(re.fullmatch(pattern, name) is not None for name in found)
    if not 1 <= number <= _MOST_LAYERS:
        raise PackError("the checkpoint is not rosinality's: its layers have other names")
    return number


def _shape(found: Mapping[str, Tensor], name: str, axes: int) -> torch.Size:
    value = found.get(name)
    if value is None or value.ndim != axes or not value.numel():
        raise PackError(f"the checkpoint is not rosinality's: it has no {name} of {axes} axes")
    return value.shape


def _channels(widths: Mapping[int, int]) -> tuple[int, int]:
    """`channel_base` and `channel_max` of `min(base // r, max)` channels at r."""
    most = max(widths.values())
    base = max((width * r for r, width in widths.items() if width < most), default=most * max(widths))
    if any(min(base // r, most) != width for r, width in widths.items()):
        raise PackError("the checkpoint's layers have widths that follow no rule of StyleGAN2")
    return base, most
