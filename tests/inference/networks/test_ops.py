"""Filters, activations and convolutions against golden vectors."""

from functools import partial

import pytest
import torch
from torch import Tensor

from inference.networks.blocks.minibatch import MinibatchStd
from inference.networks.ops.bias_act import ACTIVATIONS, bias_act
from inference.networks.ops.conv import conv2d_down, conv2d_plain, conv2d_up
from inference.networks.ops.modulated import modulated_conv2d
from inference.networks.ops.resample import downsample2d, make_filter, upfirdn2d, upsample2d
from tests.golden.vectors import OUTPUT, arrays, off


@pytest.fixture(scope="module")
def ops() -> dict[str, Tensor]:
    return arrays("ops")


def test_filters(ops: dict[str, Tensor]) -> None:
    torch.testing.assert_close(make_filter(), ops["f_1331"])
    torch.testing.assert_close(make_filter(ops["f_sym6_1d"].tolist()), ops["f_sym6_1d"])


def test_upfirdn(ops: dict[str, Tensor]) -> None:
    x, f = ops["x"], ops["f_asym_2x3"]
    assert off(upfirdn2d(x, f), ops["upfirdn_plain_asym"]) < OUTPUT
    flipped = upfirdn2d(x, f, padding=(1, -1, 2, 0), flip=True, gain=2.0)
    assert off(flipped, ops["upfirdn_asym_flip_pad1_-1_2_0_gain2"]) < OUTPUT
    both = upfirdn2d(x, f, up=(2, 3), down=(3, 2), padding=(2, 2, 2, 2))
    assert off(both, ops["upfirdn_up2x3_down3x2_pad2"]) < OUTPUT


def test_everyday_resampling(ops: dict[str, Tensor]) -> None:
    x, f, line = ops["x"], ops["f_1331"], ops["f_sym6_1d"]
    assert off(upsample2d(x, f), ops["upsample2d_1331"]) < OUTPUT
    assert off(downsample2d(x, f), ops["downsample2d_1331"]) < OUTPUT
    assert off(upfirdn2d(x, f, padding=(2, 1, 2, 1)), ops["filter2d_1331"]) < OUTPUT
    assert off(upsample2d(x, line), ops["upsample2d_sym6"]) < OUTPUT
    assert off(downsample2d(x, line, extra=-1, flip=True), ops["downsample2d_sym6_flip_pad-1"]) < OUTPUT


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(ops: dict[str, Tensor], name: str) -> None:
    assert off(bias_act(ops["x"], ops["b"], name), ops[f"bias_act_{name}"]) < OUTPUT


def test_gain_comes_before_the_clamp(ops: dict[str, Tensor]) -> None:
    found = bias_act(ops["x"], ops["b"], "lrelu", gain=0.5, clamp=0.4)
    assert off(found, ops["bias_act_lrelu_gain05_clamp04"]) < OUTPUT


def test_convolutions(ops: dict[str, Tensor]) -> None:
    x, w3, w1, f = ops["x8"], ops["w3"], ops["w1"], ops["f_1331"]
    assert off(conv2d_plain(x, w3), ops["conv3_pad1"]) < OUTPUT
    assert off(conv2d_up(x, w3, f), ops["conv3_up2_pad1_flipFalse"]) < OUTPUT
    assert off(conv2d_up(x, w3.flip(2, 3), f), ops["conv3_up2_pad1_flipTrue"]) < OUTPUT
    assert off(conv2d_down(x, w3, f), ops["conv3_down2_pad1"]) < OUTPUT
    assert off(conv2d_down(x, w1, f), ops["conv1_down2"]) < OUTPUT
    assert off(conv2d_up(x, w1, f), ops["conv1_up2"]) < OUTPUT


def test_modulated_convolution(ops: dict[str, Tensor]) -> None:
    x, s, w3 = ops["x8"], ops["styles"], ops["w3"]
    up = modulated_conv2d(x, w3, s, partial(conv2d_up, taps=ops["f_1331"])) + ops["noise16"]
    assert off(up, ops["modconv_up2"]) < OUTPUT
    assert off(modulated_conv2d(x, w3, s, conv2d_plain), ops["modconv_plain"]) < OUTPUT
    bare = modulated_conv2d(x, ops["w1"], s, conv2d_plain, demodulate=False)
    assert off(bare, ops["modconv_nodemod_1x1"]) < OUTPUT


def test_bfloat16_training_detour_gives_the_same_up_to_rounding() -> None:
    torch.manual_seed(0)
    f = make_filter()
    x = torch.randn(2, 8, 16, 16)
    for conv in (conv2d_up, conv2d_down):
        learnt = torch.randn(8, 8, 3, 3, requires_grad=True)
        exact = conv(x, learnt, f)
        near = conv(x.bfloat16(), learnt.bfloat16(), f)
        assert near.dtype == torch.bfloat16
        assert off(near.float(), exact.detach()) < 0.02
        (gradient,) = torch.autograd.grad(near.float().square().sum(), learnt)
        (wanted,) = torch.autograd.grad(exact.square().sum(), learnt)
        assert float((gradient - wanted).norm() / wanted.norm()) < 0.02


def test_minibatch_deviation(ops: dict[str, Tensor]) -> None:
    assert off(MinibatchStd(4)(ops["mb_x"]), ops["mb_g4_f1"]) < OUTPUT
    assert off(MinibatchStd(2, 2)(ops["mb_x"]), ops["mb_g2_f2"]) < OUTPUT
