"""Our tiny networks written in rosinality's layout, and that layout's own arithmetic, both independent of the reader.

The forward pass uses what a file of that kind holds: its kernels (times 4 where they double), its noise maps, raw
weights scaled by 1/sqrt(fan-in) in every convolution, modulated ones too.
"""

import argparse
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import Discriminator
from inference.networks.stylegan2.generator import Generator

GENERATOR = GeneratorConfig(
    z_dim=12, w_dim=12, resolution=32, mapping_layers=3, channel_base=256, channel_max=16
)
DISCRIMINATOR = DiscriminatorConfig(resolution=32, channel_base=256, channel_max=16)


def networks(seed: int = 0) -> tuple[Generator, Discriminator]:
    """With weights and biases away from where they begin."""
    torch.manual_seed(seed)
    pair = Generator(GENERATOR).eval(), Discriminator(DISCRIMINATOR).eval()
    for network in pair:
        for name, parameter in network.named_parameters():
            if parameter.ndim < 2:
                parameter.data += torch.randn_like(parameter) * (10 if "mapping" in name else 0.3)
        network.requires_grad_(False)
    pair[0].mapping.w_avg.normal_()
    return pair


def write(path: Path, generator: Generator, discriminator: Discriminator | None = None, **more: Any) -> Path:
    """A .pt as `train.py` leaves it: with the options of its training, which are no plain value."""
    state: dict[str, Any] = {
        "g_ema": generator_layout(generator),
        "args": argparse.Namespace(size=32),
        **more,
    }
    if discriminator is not None:
        state["g"] = {name: value * 1 for name, value in state["g_ema"].items()}
        state["d"] = discriminator_layout(discriminator)
    torch.save(state, path)
    return path


def kernel(gain: float = 1.0) -> Tensor:
    line = torch.tensor([1.0, 3.0, 3.0, 1.0])
    return torch.outer(line, line) / 64 * gain


def generator_layout(generator: Generator) -> dict[str, Tensor]:
    s = generator.state_dict()
    out = {"input.input": s["synthesis.b4.const"][None]}
    for name in [n for n in s if n.startswith("mapping.fc")]:
        index, kind = name.removeprefix("mapping.fc").split(".")
        out[f"style.{int(index) + 1}.{kind}"] = s[name]
    convs = ["b4.conv1"] + [f"b{r}.conv{j}" for r in (8, 16, 32) for j in (0, 1)]
    for k, ours in enumerate(convs):
        theirs = "conv1" if k == 0 else f"convs.{k - 1}"
        _modulated(out, s, f"synthesis.{ours}", theirs)
        out[f"{theirs}.noise.weight"] = s[f"synthesis.{ours}.noise_strength"].view(1)
        out[f"{theirs}.activate.bias"] = s[f"synthesis.{ours}.bias"]
        out[f"noises.noise_{k}"] = s[f"synthesis.{ours}.noise_const"][None, None]
        if ours.endswith("conv0"):
            out[f"{theirs}.conv.blur.kernel"] = kernel(4)
    for k, r in enumerate((4, 8, 16, 32)):
        theirs = "to_rgb1" if k == 0 else f"to_rgbs.{k - 1}"
        _modulated(out, s, f"synthesis.b{r}.torgb", theirs)
        out[f"{theirs}.bias"] = s[f"synthesis.b{r}.torgb.bias"].view(1, -1, 1, 1)
        if k:
            out[f"{theirs}.upsample.kernel"] = kernel(4)
    return {name: value.clone() for name, value in out.items()}


def _modulated(out: dict[str, Tensor], s: dict[str, Tensor], ours: str, theirs: str) -> None:
    out[f"{theirs}.conv.weight"] = s[f"{ours}.weight"][None]
    out[f"{theirs}.conv.modulation.weight"] = s[f"{ours}.affine.weight"]
    out[f"{theirs}.conv.modulation.bias"] = s[f"{ours}.affine.bias"]


def discriminator_layout(discriminator: Discriminator) -> dict[str, Tensor]:
    s = discriminator.state_dict()
    out = {"convs.0.0.weight": s["b32.fromrgb.weight"], "convs.0.1.bias": s["b32.fromrgb.bias"]}
    for k, r in ((1, 32), (2, 16), (3, 8)):
        out |= {
            f"convs.{k}.conv1.0.weight": s[f"b{r}.conv0.weight"],
            f"convs.{k}.conv1.1.bias": s[f"b{r}.conv0.bias"],
            f"convs.{k}.conv2.0.kernel": kernel(),
            f"convs.{k}.conv2.1.weight": s[f"b{r}.conv1.weight"],
            f"convs.{k}.conv2.2.bias": s[f"b{r}.conv1.bias"],
            f"convs.{k}.skip.0.kernel": kernel(),
            f"convs.{k}.skip.1.weight": s[f"b{r}.skip.weight"],
        }
    out |= {"final_conv.0.weight": s["b4.conv.weight"], "final_conv.1.bias": s["b4.conv.bias"]}
    for k, ours in enumerate(("fc", "out")):
        out[f"final_linear.{k}.weight"] = s[f"b4.{ours}.weight"]
        out[f"final_linear.{k}.bias"] = s[f"b4.{ours}.bias"]
    return out


def picture(g: dict[str, Tensor], z: Tensor) -> Tensor:
    """Their generator: z [1, 12] to [1, 3, 32, 32], with the stored noise."""
    w = z * torch.rsqrt(z.square().mean(dim=1, keepdim=True) + 1e-8)
    for k in (1, 2, 3):
        weight = g[f"style.{k}.weight"] * (0.01 / 12**0.5)
        w = _lrelu(F.linear(w, weight) + g[f"style.{k}.bias"] * 0.01)
    x = _styled(g, "conv1", g["input.input"], w, 0)
    image = _rgb(g, "to_rgb1", x, w)
    for k in range(3):
        x = _styled(g, f"convs.{2 * k}", x, w, 2 * k + 1)
        x = _styled(g, f"convs.{2 * k + 1}", x, w, 2 * k + 2)
        zeros = F.pad(image[:, :, :, None, :, None], (0, 1, 0, 0, 0, 1)).reshape(
            1, 3, *[image.shape[2] * 2] * 2
        )
        image = _blurred(zeros, g[f"to_rgbs.{k}.upsample.kernel"], 2, 1) + _rgb(g, f"to_rgbs.{k}", x, w)
    return image


def _lrelu(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2) * 2**0.5


def _blurred(x: Tensor, taps: Tensor, before: int, after: int) -> Tensor:
    x = F.pad(x, (before, after, before, after))
    return F.conv2d(x, taps.flip(0, 1).expand(x.shape[1], 1, 4, 4), groups=x.shape[1])


def _weights(g: dict[str, Tensor], name: str, w: Tensor, demodulate: bool) -> Tensor:
    raw = g[f"{name}.conv.weight"][0]
    style = F.linear(w, g[f"{name}.conv.modulation.weight"] / 12**0.5, g[f"{name}.conv.modulation.bias"])
    weight = raw * raw[0].numel() ** -0.5 * style.view(1, -1, 1, 1)
    return weight * torch.rsqrt(weight.square().sum((1, 2, 3), keepdim=True) + 1e-8) if demodulate else weight


def _styled(g: dict[str, Tensor], name: str, x: Tensor, w: Tensor, k: int) -> Tensor:
    weight = _weights(g, name, w, True)
    if f"{name}.conv.blur.kernel" in g:
        x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
        x = _blurred(x, g[f"{name}.conv.blur.kernel"], 1, 1)
    else:
        x = F.conv2d(x, weight, padding=1)
    x = x + g[f"{name}.noise.weight"] * g[f"noises.noise_{k}"]
    return _lrelu(x + g[f"{name}.activate.bias"].view(1, -1, 1, 1))


def _rgb(g: dict[str, Tensor], name: str, x: Tensor, w: Tensor) -> Tensor:
    return F.conv2d(x, _weights(g, name, w, False)) + g[f"{name}.bias"]
