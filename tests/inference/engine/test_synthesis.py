from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from inference import starter
from inference.engine import convolution, precision
from inference.engine.engine import Engine
from inference.engine.renderer import Renderer
from inference.engine.synthesis import FrozenSynthesis, freezes
from inference.networks.stylegan2.config import GeneratorConfig
from inference.networks.stylegan2.synthesis import Synthesis
from inference.packs.loader import LoadedPack, load
from inference.wire import SeedFace
from tests.inference.packs import tiny

SMALL = GeneratorConfig(w_dim=16, resolution=32, channel_base=512, channel_max=32)
# Wide enough at 64 px for every form: scaled activations, folded weights, Winograd.
WIDE = GeneratorConfig(w_dim=16, resolution=64, channel_base=8192, channel_max=128)
CLAMPED = GeneratorConfig(w_dim=16, resolution=32, channel_base=512, channel_max=32, conv_clamp=1.0)


def _network(config: GeneratorConfig, *, noise: bool = False, seed: int = 0) -> Synthesis:
    torch.manual_seed(seed)
    network = Synthesis(config).eval()
    for name, value in network.named_parameters():
        biased = name.endswith("bias") and "affine" not in name
        if biased or (noise and name.endswith("noise_strength")):
            value.data.normal_()
    return network


def _codes(network: Synthesis, count: int = 2) -> Tensor:
    return torch.randn(count, network.num_ws, network.config.w_dim)


def _trained(network: Synthesis) -> Callable[[Tensor], Tensor]:
    return lambda ws: network(ws, noise="const", force_fp32=True)


def _gradient(draw: Callable[[Tensor], Tensor], ws: Tensor, weight: Tensor) -> Tensor:
    ws = ws.clone().requires_grad_()
    (gradient,) = torch.autograd.grad((draw(ws) * weight).sum(), ws)
    return gradient


@pytest.mark.parametrize(
    ("config", "noise"), [(SMALL, False), (SMALL, True), (WIDE, False), (CLAMPED, False), (CLAMPED, True)]
)
def test_it_draws_what_the_training_network_draws(config: GeneratorConfig, noise: bool) -> None:
    network = _network(config, noise=noise)
    ws = _codes(network)
    with torch.no_grad():
        wanted, found = _trained(network)(ws), FrozenSynthesis(network)(ws)
    assert (found.shape, found.dtype) == (wanted.shape, torch.float32)
    assert (found - wanted).abs().max() < 1e-5 * wanted.abs().max()  # measured: 3e-6 at most


@pytest.mark.parametrize(
    ("config", "noise"), [(SMALL, False), (SMALL, True), (WIDE, False), (CLAMPED, False), (CLAMPED, True)]
)
def test_its_gradient_is_the_training_networks(config: GeneratorConfig, noise: bool) -> None:
    network = _network(config, noise=noise)
    ws = _codes(network)
    weight = torch.randn(2, 3, config.resolution, config.resolution)
    wanted = _gradient(_trained(network), ws, weight)
    found = _gradient(FrozenSynthesis(network), ws, weight)
    # Where an activation is within rounding of its kink either slope is right: seldom, and never much.
    assert (found - wanted).abs().max() < 2e-3 * wanted.abs().max()
    assert torch.cosine_similarity(found.flatten(), wanted.flatten(), dim=0) > 0.99999


def test_weights_have_no_gradient() -> None:
    network = _network(SMALL)
    ws = _codes(network).requires_grad_()
    torch.autograd.backward(FrozenSynthesis(network)(ws).sum())
    assert ws.grad is not None
    assert all(value.grad is None for value in network.parameters())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_neighbours_change_no_bit(dtype: torch.dtype) -> None:
    network = _network(SMALL)
    draw = FrozenSynthesis(network, dtype)
    ws, weight = _codes(network, 4), torch.randn(4, 3, 32, 32)
    pictures, gradients = draw(ws), _gradient(draw, ws, weight)
    for place in range(4):
        one = slice(place, place + 1)
        assert torch.equal(draw(ws[one]), pictures[one])
        assert torch.equal(_gradient(draw, ws[one], weight[one]), gradients[one])
    assert torch.equal(draw(ws.flip(0)).flip(0), pictures)
    with torch.inference_mode():
        assert torch.equal(draw(ws), pictures), "the same with and without a gradient"


@pytest.mark.parametrize("config", [SMALL, WIDE, CLAMPED])
def test_without_internal_operators_it_draws_the_same(
    config: GeneratorConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = _network(config)
    ws, weight = _codes(network), torch.randn(2, 3, config.resolution, config.resolution)
    fast = FrozenSynthesis(network)
    with torch.no_grad():
        wanted = fast(ws)
    monkeypatch.setattr(convolution, "fuses", lambda device, dtype: False)
    monkeypatch.setattr(convolution, "has_winograd", lambda: False)
    plain = FrozenSynthesis(network)
    with torch.no_grad():
        assert (plain(ws) - wanted).abs().max() < 1e-5 * wanted.abs().max()
    found = _gradient(plain, ws, weight)
    assert torch.cosine_similarity(found.flatten(), _gradient(fast, ws, weight).flatten(), dim=0) > 0.99999


def test_winograd_is_the_same_convolution() -> None:
    assert convolution.has_winograd() == torch._nnpack_available()
    if not convolution.has_winograd():
        return  # oneDNN serves
    x = torch.randn(1, 32, 32, 32).contiguous(memory_format=torch.channels_last)
    weight, bias = torch.randn(48, 32, 3, 3), torch.randn(48)
    wanted = torch.nn.functional.leaky_relu(torch.nn.functional.conv2d(x, weight, bias, padding=1), 0.2)
    found = convolution.winograd(x, weight, bias)
    assert found.is_contiguous(memory_format=torch.channels_last)
    assert (found - wanted).abs().max() < 1e-5 * wanted.abs().max()


@pytest.fixture(scope="module")
def shipped() -> LoadedPack:
    return load(Path(starter.__path__[0]))


def test_the_starters_pictures_in_both_precisions(shipped: LoadedPack) -> None:
    """On 16 people. Measured over 32: float32 3e-5 apart; bfloat16 0.5 of 255 on average, 21 at the worst pixel."""
    network, engine = shipped.generator.synthesis, Engine(shipped)
    ws = torch.stack([engine.latent(SeedFace(seed=seed, psi=0.7)) for seed in range(16)])
    with torch.no_grad():
        wanted = _trained(network)(ws)
        exact = (FrozenSynthesis(network)(ws) - wanted).abs()
        rough = (FrozenSynthesis(network, torch.bfloat16)(ws) - wanted).abs() * 127.5
    print(f"bf16: mean {rough.mean():.2f} of 255, worst {rough.max():.1f}")
    assert exact.max() < 1e-4 * wanted.abs().max()
    assert rough.mean() < 1
    assert rough.max() < 40


def test_a_gradient_in_bfloat16_points_the_same_way() -> None:
    network = _network(WIDE)
    ws, weight = _codes(network), torch.randn(2, 3, 64, 64)
    wanted = _gradient(FrozenSynthesis(network), ws, weight)
    found = _gradient(FrozenSynthesis(network, torch.bfloat16), ws, weight)
    assert torch.cosine_similarity(found.flatten(), wanted.flatten(), dim=0) > 0.99


def test_another_architecture_is_drawn_by_the_network_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiny, "GENERATOR", tiny.GENERATOR | {"architecture": "resnet"})
    pack = load(tiny.write(tmp_path / "resnet"))
    network = pack.generator.synthesis
    assert not freezes(network)
    with pytest.raises(AssertionError):
        FrozenSynthesis(network)
    renderer = Renderer(pack, 1, "bf16")
    assert (renderer.path, renderer.precision) == ("network", "fp32")
    ws = _codes(network, 1)
    assert torch.equal(renderer.pictures(ws), _trained(network)(ws))


def test_the_asked_precision_is_taken(pack: LoadedPack) -> None:
    assert Engine(pack).precision == "fp32", "a small network, on a CPU"
    assert Engine(pack, precision="bf16").precision == "bf16"
    assert Renderer(pack, 1, "bf16").path == "frozen"


def test_auto_takes_bfloat16_where_it_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    small, large = GeneratorConfig(resolution=64), GeneratorConfig(resolution=128)
    for able in (True, False):
        monkeypatch.setattr(precision, "has_bf16", lambda device, able=able: able)
        assert precision.chosen("auto", cpu, small) == "fp32"
        assert precision.chosen("auto", cpu, large) == ("bf16" if able else "fp32")
        assert precision.chosen("auto", gpu, small) == ("bf16" if able else "fp32")
        assert precision.chosen("fp32", gpu, large) == "fp32"
        assert precision.chosen("bf16", cpu, small) == "bf16"


@pytest.mark.parametrize(
    ("can", "able"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx512_f": True}, False), ({}, False)],
)
def test_a_processor_is_asked_for_its_instructions(
    can: dict[str, bool], able: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: can)
    assert precision.has_bf16(torch.device("cpu")) is able
    assert not precision.has_bf16(torch.device("meta"))
