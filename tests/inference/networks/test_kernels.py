"""The kernels against their twins in plain torch: values, gradients, gradients of gradients.

The same sources are compiled as plain C++ everywhere, and for the GPU where there is one.
"""

import copy
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.backends import cudnn
from torch.nn import functional as F

from inference.engine import styled
from inference.engine.graphs import Graphs
from inference.engine.synthesis import FrozenSynthesis
from inference.networks.ops import resample
from inference.networks.ops.bias_act import ACTIVATIONS, bias_act
from inference.networks.ops.cuda import build, kernels
from inference.networks.ops.cuda.binding import KernelError, Library, PointwiseCall
from inference.networks.ops.cuda.functions import ACTIVATION_CODES, Filter, StyledEnd, styled_end
from inference.networks.ops.resample import make_filter, upfirdn2d
from inference.networks.stylegan2.config import GeneratorConfig
from inference.networks.stylegan2.generator import Generator

BUILDS = ["host", *(["cuda"] if torch.cuda.is_available() else [])]
CLOSE = {torch.float32: 1e-5, torch.float16: 1e-2, torch.bfloat16: 1e-2}
ORDERS = {"planes": torch.contiguous_format, "channels_last": torch.channels_last}


class Build:
    """One compiled library, and the device that it runs on."""

    def __init__(self, name: str, folder: Path) -> None:
        self.device = torch.device("cuda" if name == "cuda" else "cpu")
        if name == "cuda":
            found = kernels.prepare(folder, self.device)
            assert found.compiled, found.reason
            self.compiled = found.compiled
        else:
            self.compiled = Library(build.compile_into(folder, build.host_compiler()))

    def serving(self, x: Tensor) -> Library:
        return self.compiled

    def compare(
        self,
        function: Callable[..., Tensor],
        *inputs: Tensor,
        dtype: torch.dtype = torch.float32,
        within: float | None = None,
    ) -> None:
        """The function run by torch alone, in float32, with the same run by kernels."""
        rounded = [tensor.to(dtype) for tensor in inputs]
        wanted = _derivatives(function, [tensor.float() for tensor in rounded])
        with patch.object(kernels, "serving", self.serving), cudnn.flags(allow_tf32=False):
            found = _derivatives(function, [tensor.to(self.device) for tensor in rounded])
        for name, value in wanted.items():
            got = found[name]
            assert got.dtype == dtype
            assert got.shape == value.shape
            scale = max(1.0, float(value.abs().max()))
            off = float((got.float().cpu() - value).abs().max()) / scale
            assert off <= (within or CLOSE[dtype]), (name, off)


@pytest.fixture(scope="module", params=BUILDS)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Build:
    return Build(request.param, tmp_path_factory.mktemp(request.param))


def _derivatives(function: Callable[..., Tensor], inputs: list[Tensor]) -> dict[str, Tensor]:
    """The value; the gradient by each input for a fixed gradient of the value; and the gradients of that."""
    inputs = [tensor.detach().requires_grad_() for tensor in inputs]
    value = function(*inputs)
    arriving = _noise(value, 1).requires_grad_()
    first = torch.autograd.grad(value, inputs, arriving, create_graph=True)
    pull = sum((_noise(g, 2 + i) * g).sum() for i, g in enumerate(first))
    second = torch.autograd.grad(pull, [arriving, *inputs], allow_unused=True, materialize_grads=True)
    return {
        "value": value.detach(),
        **{f"first {i}": g.detach() for i, g in enumerate(first)},
        **{f"second {i}": g.detach() for i, g in enumerate(second)},
    }


def _noise(like: Tensor, seed: int) -> Tensor:
    """The same for the same shape, whatever the device, the layout and the type."""
    draws = torch.Generator().manual_seed(seed)
    return torch.randn(like.shape, generator=draws).bfloat16().to(like.device, like.dtype)


def _picture(*shape: int, order: str = "planes") -> Tensor:
    return _noise(torch.empty(shape), 0).contiguous(memory_format=ORDERS[order])


def test_the_codes_are_the_activations() -> None:
    assert set(ACTIVATION_CODES) == set(ACTIVATIONS)


@pytest.mark.parametrize("dtype", CLOSE, ids=str)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_bias_act(built: Build, name: str, order: str, dtype: torch.dtype) -> None:
    x, bias = _picture(3, 8, 5, 4, order=order), torch.linspace(-0.5, 0.5, 8)
    y = bias_act(x, bias, name, gain=1.5)
    x[(y.abs() - 1.1).abs() < 0.02] = -3  # whether rounding puts it beyond the clamp is nobody's business

    def function(x: Tensor, bias: Tensor) -> Tensor:
        return bias_act(x, bias, name, gain=1.5, clamp=1.1)

    built.compare(function, x, bias, dtype=dtype)


@pytest.mark.parametrize("gain", [-0.5, 0.0, None])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_bias_act_without_bias_and_clamp(built: Build, name: str, gain: float | None) -> None:
    built.compare(lambda x: bias_act(x, None, name, gain=gain), _picture(2, 3, 5, 3) * 2)


@pytest.mark.parametrize("shape", [(5, 7), (4, 8), (2, 6, 9), (2, 3, 1, 1), (300, 16, 1, 1), (2, 16, 33, 2)])
@pytest.mark.parametrize("order", ORDERS)
def test_bias_act_of_any_shape(built: Build, shape: tuple[int, ...], order: str) -> None:
    x = _picture(*shape, order=order if len(shape) == 4 else "planes")
    built.compare(lambda x, b: bias_act(x, b, "lrelu", clamp=2), x, torch.linspace(-1, 1, shape[1]))


def test_bias_act_of_a_view_and_of_a_strange_gradient(built: Build) -> None:
    wide = _picture(4, 9, 6, 7)
    built.compare(lambda x: bias_act(x[1:, 1:, :, 1:].transpose(2, 3), None, "swish"), wide)
    built.compare(lambda x: bias_act(x, None, "tanh").mean(dim=1), wide)


def test_what_is_not_a_number_stays_so(built: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "serving", built.serving)
    x = torch.tensor([[float("nan"), float("inf"), float("-inf"), 1.0]], device=built.device)
    for dtype in CLOSE:
        found = bias_act(x.to(dtype), None, "linear", clamp=0.75).float().cpu()
        torch.testing.assert_close(found, torch.tensor([[float("nan"), 0.75, -0.75, 0.75]]), equal_nan=True)


EVERYDAY = {
    "blur": {"padding": (2, 1, 2, 1)},
    "crop": {"padding": (-1, 2, 1, -2), "gain": 4.0},
    "up": {"up": 2, "padding": (2, 1, 2, 1), "gain": 4.0},
    "up odd": {"up": 2, "padding": (1, 2, 3, 0), "flip": True},
    "down": {"down": 2, "padding": (1, 1, 1, 1)},
    "down crop": {"down": 2, "padding": (-3, 0, -2, 1), "flip": True},
}


@pytest.mark.parametrize("dtype", CLOSE, ids=str)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("case", EVERYDAY)
def test_everyday_filters(built: Build, case: str, order: str, dtype: torch.dtype) -> None:
    taps = _noise(torch.empty(4, 4), 7) / 4
    for shape in [(1, 8, 20, 36), (2, 3, 10, 8)]:  # tiles and strips; packs and single channels
        built.compare(
            lambda x: upfirdn2d(x, taps.to(x.device), **EVERYDAY[case]),
            _picture(*shape, order=order),
            dtype=dtype,
        )


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_any_filter(built: Build, data: st.DataObject) -> None:
    """Every factor, padding and size of taps, special or not."""

    def pick(low: int, high: int, count: int) -> list[int]:
        return data.draw(st.lists(st.integers(low, high), min_size=count, max_size=count))

    n, c, h, w, kh, kw = [*pick(1, 3, 1), *pick(1, 9, 1), *pick(1, 24, 2), *pick(1, 7, 2)]
    (ux, uy, dx, dy), padding = pick(1, 3, 4), pick(-2, 6, 4)
    assume(min(h * uy + sum(padding[2:]) - kh, w * ux + sum(padding[:2]) - kw) >= 0)
    assume(min(h * uy, w * ux) > 4)  # torch cuts before it pads
    x = _picture(n, c, h, w, order=data.draw(st.sampled_from(list(ORDERS))))
    taps, flip = _noise(torch.empty(kh, kw), 3) / kh, data.draw(st.booleans())

    def function(x: Tensor) -> Tensor:
        return upfirdn2d(x, taps.to(x.device), (ux, uy), (dx, dy), tuple(padding), flip=flip, gain=0.7)

    built.compare(function, x)


def test_long_separable_filters(built: Build) -> None:
    line = make_filter([1, 4, 7, 9, 8, 6, 3, 2])
    built.compare(lambda x: resample.upsample2d(x, line.to(x.device)), _picture(2, 3, 9, 6))
    built.compare(
        lambda x: resample.downsample2d(x, line.to(x.device), extra=-1, flip=True), _picture(2, 4, 18, 16)
    )


def test_a_whole_network_and_its_gradient(built: Build) -> None:
    """Layers meet here: one's result, in whatever order it lies, is the next one's input."""
    torch.manual_seed(0)
    config = GeneratorConfig(z_dim=16, w_dim=16, resolution=32, channel_base=512, channel_max=32)
    network = Generator(config).eval().requires_grad_(False).synthesis
    ws = torch.randn(2, config.num_ws, 16)

    def function(ws: Tensor) -> Tensor:
        return network.to(ws.device)(ws, noise="const", force_fp32=True)

    built.compare(
        function, ws, within=1e-5 if built.device.type == "cpu" else 1e-4
    )  # its convolutions differ


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("clamp", [None, 1.0])
def test_a_frozen_network_and_its_gradient(built: Build, clamp: float | None, noise: bool) -> None:
    torch.manual_seed(0)
    config = GeneratorConfig(w_dim=16, resolution=32, channel_base=512, channel_max=32, conv_clamp=clamp)
    network = Generator(config).eval().requires_grad_(False).synthesis
    for name, value in network.named_parameters():
        if noise and name.endswith("noise_strength"):
            value.normal_()
    ws = torch.randn(3, config.num_ws, 16)
    wanted = _drawn(lambda codes: network(codes, noise="const", force_fp32=True), ws)
    frozen = FrozenSynthesis(copy.deepcopy(network).to(built.device))
    with (
        patch.object(kernels, "serving", built.serving),
        patch.object(styled, "styled_end", wraps=styled_end) as ended,
        cudnn.flags(allow_tf32=False),
    ):
        found = _drawn(frozen, ws.to(built.device))
    samples = 1 if built.device.type == "cuda" else len(ws)  # together, or one by one
    assert ended.call_count == samples * 7, "layers"
    for value, other in zip(found, wanted, strict=True):
        assert float((value.cpu() - other).abs().max()) < 1e-4 * float(other.abs().max())


def _drawn(draw: Callable[[Tensor], Tensor], ws: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures, and the codes' gradient."""
    leaves = ws.clone().requires_grad_()
    images = draw(leaves)
    return images.detach(), torch.autograd.grad((images * _noise(images, 1)).sum(), leaves)[0]


def test_a_graph_can_hold_them(built: Build) -> None:
    x, bias, taps = _picture(2, 8, 16, 16, order="channels_last"), torch.linspace(-1, 1, 8), make_filter()

    def function(x: Tensor, bias: Tensor, taps: Tensor) -> tuple[Tensor, ...]:
        with torch.enable_grad():
            leaf = x.detach().requires_grad_()
            y = bias_act(resample.upsample2d(leaf, taps), bias, "lrelu", clamp=2)
            return y.detach(), *torch.autograd.grad(y.square().sum(), leaf)

    wanted = function(x, bias, taps)
    with patch.object(kernels, "serving", built.serving):
        replayed = Graphs(function)
        for _ in range(2):
            found = replayed(*(tensor.to(built.device) for tensor in (x, bias, taps)))
            torch.testing.assert_close([t.cpu() for t in found], list(wanted), rtol=1e-5, atol=1e-5)


def test_a_call_that_cannot_run_says_why(built: Build) -> None:
    built.compiled.try_out(built.device)
    x = torch.ones(4, device=built.device)
    with pytest.raises(KernelError, match="unknown type or order"):
        built.compiled.bias_act(PointwiseCall(x=x.data_ptr(), out=x.data_ptr(), count=4, dtype=9), x)


@pytest.mark.parametrize("dtype", CLOSE, ids=str)
@pytest.mark.parametrize("shape", [(2, 8, 16, 20), (3, 3, 5, 7), (2, 8, 4, 4)])
@pytest.mark.parametrize("order", ORDERS)
def test_the_end_of_a_styled_layer(
    built: Build, order: str, shape: tuple[int, int, int, int], dtype: torch.dtype
) -> None:
    """Demodulation, noise with bias, activation and clamp in one pass, after a blur or without."""
    x, taps = _picture(*shape, order=order).to(dtype), make_filter()
    scale = _noise(torch.empty(shape[0], 3 * shape[1]), 1)[:, : shape[1]]
    for blurred in (False, True):
        y = upfirdn2d(x.float(), taps, padding=(2, 2, 1, 1), gain=4.0) if blurred else x.float()
        for shift in (
            _noise(x[0, :, 0, 0], 2),
            _noise(y[:1], 3).to(dtype).contiguous(memory_format=ORDERS[order]),
        ):
            wide = shift.float() if shift.ndim > 1 else shift.float()[:, None, None]
            wanted = F.leaky_relu(y * scale[:, :, None, None] + wide, 0.2).clamp(-1.5, 1.5)
            end = StyledEnd(built.compiled, scale.to(built.device), shift.to(built.device), 0.2, 1.5)
            size = (y.shape[2], y.shape[3])
            op = Filter(built.compiled, (1, 1), (1, 1), (2, 1), size, flip=False, gain=4.0)
            blur = (taps.to(built.device), op) if blurred else None
            found = styled_end(x.to(built.device), end, blur).cpu()
            assert found.dtype == dtype
            torch.testing.assert_close(found.float(), wanted, rtol=0, atol=1.5 * CLOSE[dtype])
