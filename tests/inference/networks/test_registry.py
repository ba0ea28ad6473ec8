"""Every family and architecture: forward, backward, save, load, configuration as JSON."""

import dataclasses
import json
from typing import Any

import pytest
import torch

from inference.networks.registry import (
    BASELINES,
    FAMILIES,
    build_baseline,
    build_features,
    build_generator,
)
from inference.networks.stylegan2.config import DiscriminatorConfig, GeneratorConfig
from inference.networks.stylegan2.discriminator import Discriminator

TINY: dict[str, Any] = {"resolution": 16, "channel_base": 128, "channel_max": 16, "c_dim": 2}


def as_json(config: GeneratorConfig | DiscriminatorConfig) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(json.dumps(config.to_dict()))
    return values


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("architecture", ["skip", "resnet", "orig"])
def test_round_trip(family: str, architecture: Any) -> None:
    torch.manual_seed(0)
    g_config = GeneratorConfig(z_dim=8, w_dim=12, mapping_layers=2, architecture=architecture, **TINY)
    d_config = DiscriminatorConfig(architecture=architecture, **TINY)
    assert GeneratorConfig.from_dict(as_json(g_config)) == g_config
    generator = build_generator(as_json(g_config), family)
    discriminator = Discriminator(DiscriminatorConfig.from_dict(as_json(d_config)))
    c = torch.eye(2)
    image = generator(torch.randn(2, 8), c)
    assert image.shape == (2, 3, 16, 16)
    logits = discriminator(image, c)
    assert logits.shape == (2, 1)
    logits.sum().backward()
    unused = [n for n, p in generator.named_parameters() if p.grad is None or not p.grad.abs().any()]
    assert unused == []
    again = build_generator(as_json(g_config), family)
    again.load_state_dict(generator.state_dict())
    ws = generator.mapping(torch.randn(2, 8), c, track=False)
    assert torch.equal(again.synthesis(ws, "const"), generator.synthesis(ws, "const"))


SHAPES: dict[str, tuple[dict[str, Any], int]] = {
    "dcgan": (
        {"z_dim": 8, "resolution": 32, "width": 8},
        8 * 32 * 16 + 32 * 16 * 16 + 16 * 8 * 16 + 8 * 3 * 16,
    ),
    "vanilla": ({"z_dim": 8, "resolution": 32, "widths": [12, 16]}, 8 * 12 + 12 * 16 + 16 * 3072),
}


@pytest.mark.parametrize("family", BASELINES)
def test_baselines(family: str) -> None:
    torch.manual_seed(0)
    config, weights = SHAPES[family]
    generator, discriminator = build_baseline(json.loads(json.dumps(config)), family)
    image = generator(torch.randn(4, 8))
    assert image.shape == (4, 3, 32, 32)
    assert float(image.detach().abs().max()) <= 1
    assert sum(p.numel() for p in generator.parameters() if p.dim() > 1) == weights
    logits = discriminator(image)
    assert logits.shape == (4, 1)
    logits.square().sum().backward()
    for network in (generator, discriminator):
        assert [n for n, p in network.named_parameters() if p.grad is None or not p.grad.abs().any()] == []
    again, judge = build_baseline(generator.config.to_dict(), family)
    again.load_state_dict(generator.state_dict())
    judge.load_state_dict(discriminator.state_dict())
    z = torch.randn(3, 8)
    assert torch.equal(again.eval()(z), generator.eval()(z))
    assert torch.equal(judge.eval()(image), discriminator.eval()(image))


def test_unknown_baselines_are_refused() -> None:
    with pytest.raises(ValueError, match="no baseline 'wgan'; there are: dcgan, vanilla"):
        build_baseline({}, "wgan")
    with pytest.raises(ValueError, match="knows no depth"):
        build_baseline({"depth": 3}, "vanilla")
    with pytest.raises(ValueError, match="power of two"):
        build_baseline({"resolution": 48}, "dcgan")


def test_number_of_codes_does_not_depend_on_the_architecture() -> None:
    for architecture in ("skip", "resnet", "orig"):
        config = GeneratorConfig(resolution=32, architecture=architecture)
        assert config.num_ws == 8
    assert [GeneratorConfig(resolution=r).num_ws for r in (64, 256, 1024)] == [10, 14, 18]


def test_float16_starts_where_the_reference_says() -> None:
    assert GeneratorConfig(resolution=256, num_fp16_res=4).fp16_from == 32
    assert GeneratorConfig(resolution=256, num_fp16_res=0).fp16_from > 256
    assert GeneratorConfig(resolution=32, num_fp16_res=9).fp16_from == 8


def test_wrong_configurations_are_refused() -> None:
    with pytest.raises(ValueError, match="no network family"):
        build_generator({}, "vae")
    with pytest.raises(ValueError, match="knows no depth"):
        build_generator({"depth": 3})
    with pytest.raises(ValueError, match="power of two"):
        build_features({"resolution": 48})
    with pytest.raises(dataclasses.FrozenInstanceError):
        GeneratorConfig().z_dim = 3  # type: ignore[misc]
