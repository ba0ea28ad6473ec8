"""The generator against the numbers of the official one."""

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from inference.networks.stylegan2.config import GeneratorConfig
from inference.networks.stylegan2.generator import Generator
from tests.golden.vectors import GRADIENT, OUTPUT, arrays, off, off_norm, state
from tests.inference.networks.conftest import SMALL

Build = Callable[..., Generator]
LAYERS = ["b4.conv1", "b8.conv0", "b8.conv1", "b16.conv0", "b16.conv1", "b32.conv0", "b32.conv1"]


def test_mapping_and_truncation(small: Build, g32: dict[str, Tensor]) -> None:
    mapping = small().mapping
    assert off(mapping(g32["z"]), g32["ws"]) < OUTPUT
    assert off(mapping(g32["z"], psi=0.7), g32["ws_psi07"]) < OUTPUT
    assert off(mapping(g32["z"], psi=0.0), g32["ws_psi0"]) < OUTPUT


def test_w_avg_follows_in_training_mode_only(small: Build, g32: dict[str, Tensor]) -> None:
    generator = small()
    before = generator.mapping.w_avg.clone()
    generator.mapping(g32["z"])
    generator.train().mapping(g32["z"], track=False)
    assert torch.equal(generator.mapping.w_avg, before)
    generator.mapping(g32["z"])
    assert off(generator.mapping.w_avg, g32["w_avg_after_train_batch"]) < OUTPUT


@pytest.mark.parametrize(
    ("noise", "codes", "picture"),
    [
        ("const", "ws", "img_const"),
        ("const", "ws", "img_const_nonfused"),
        ("none", "ws", "img_none"),
        ("const", "ws_psi07", "img_const_psi07"),
        ("const", "ws_mix01_0to2", "img_mix01_0to2"),
    ],
)
def test_pictures(small: Build, g32: dict[str, Tensor], noise: str, codes: str, picture: str) -> None:
    assert off(small().synthesis(g32[codes], noise), g32[picture]) < OUTPUT


def test_style_mixing_takes_the_first_layers_of_another(g32: dict[str, Tensor]) -> None:
    mixed = g32["ws"][:1].clone()
    mixed[:, :3] = g32["ws"][1:2, :3]
    assert torch.equal(mixed, g32["ws_mix01_0to2"])


def test_inner_activations(small: Build, g32: dict[str, Tensor]) -> None:
    generator = small()
    seen: dict[str, Tensor] = {}
    for name in [key.removeprefix("act/") for key in g32 if key.startswith("act/")]:
        module = generator.synthesis.get_submodule(name)
        module.register_forward_hook(lambda _m, _i, out, name=name: seen.__setitem__(name, out))
    generator.synthesis(g32["ws"][:1], "const")
    assert len(seen) == 5
    for name, value in seen.items():
        assert off(value, g32[f"act/{name}"]) < OUTPUT, name


def test_noise_random_varies_and_given_maps_are_used(small: Build, g32: dict[str, Tensor]) -> None:
    synthesis = small().synthesis
    first, second = synthesis(g32["ws"], "random"), synthesis(g32["ws"])
    assert not torch.equal(first, second)
    maps = [synthesis.get_buffer(f"{name}.noise_const")[None, None] for name in LAYERS]
    assert off(synthesis(g32["ws"], maps), g32["img_const"]) < OUTPUT


def test_clamp(small: Build, g32: dict[str, Tensor]) -> None:
    picture = small(dataclasses.replace(SMALL, conv_clamp=0.8)).synthesis(g32["ws"], "const")
    assert off(picture, arrays("G32_variants")["img_const_clamp08"]) < OUTPUT


def test_float16_blocks_and_their_switch(small: Build, g32: dict[str, Tensor]) -> None:
    wanted = arrays("G32_variants")
    synthesis = small(dataclasses.replace(SMALL, num_fp16_res=2, conv_clamp=256.0)).synthesis
    assert off(synthesis(g32["ws"], "const", force_fp32=True), wanted["img_force_fp32"]) < OUTPUT
    half = synthesis(g32["ws"], "const")
    assert half.dtype == torch.float32
    assert 1e-5 < off(half, wanted["img_force_fp32"]) < 1e-2
    assert off(half, wanted["img_fp16_two_res_nonfused"]) < 1e-2


def test_conditional() -> None:
    values = arrays("G64c")
    config = GeneratorConfig(
        z_dim=64, c_dim=32, w_dim=64, resolution=64, mapping_layers=2, channel_base=1024, channel_max=64
    )
    generator = Generator(config).eval()
    generator.load_state_dict(state(values))
    assert off(generator.mapping(values["z"], values["c"]), values["ws"]) < OUTPUT
    assert off(generator(values["z"], values["c"], noise="const"), values["img_const"]) < OUTPUT
    shown = generator(values["z"], values["c"], psi=0.7, noise="none")
    assert off(shown, values["img_none_psi07"]) < OUTPUT


def test_gradients(small: Build, g32: dict[str, Tensor]) -> None:
    values = arrays("G32_grads")
    generator = small()
    image = generator(g32["z"], noise="const")
    loss = (image * values["R"]).mean() + 0.5 * image.square().mean()
    loss.backward()
    names = [key.removeprefix("grad/") for key in values if key.startswith("grad/")]
    assert len(names) == 12
    for name in names:
        assert off_norm(generator.get_parameter(name).grad, values[f"grad/{name}"]) < GRADIENT, name


@pytest.mark.parametrize(
    ("resolution", "base", "layers", "parameters", "keys"),
    [(256, 16384, 8, 24_767_458, 144), (256, 16384, 2, 23_191_522, 132), (1024, 32768, 8, 30_370_060, 182)],
)
def test_sizes_are_the_official_ones(
    resolution: int, base: int, layers: int, parameters: int, keys: int
) -> None:
    with torch.device("meta"):
        generator = Generator(
            GeneratorConfig(resolution=resolution, channel_base=base, mapping_layers=layers)
        )
    assert sum(p.numel() for p in generator.parameters()) == parameters
    assert len(generator.state_dict()) == keys
