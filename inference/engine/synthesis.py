"""The generator's synthesis, frozen: the same pictures as the training network, several times faster.

What depends on weights alone is worked out once (gains, demodulation tables, noise with bias, blocked
weights); what is left is one matrix product for all styles, one for all demodulations, and a convolution a
layer. No gradient of a weight exists. On a CPU samples go one after another: a wider pass gains nothing there,
and so a picture cannot depend on its neighbours.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from inference.engine.styled import FrozenLayer, styled
from inference.networks.blocks.dense import Dense
from inference.networks.stylegan2.synthesis import StyledConv, Synthesis, SynthesisBlock, ToRgb

BF16_FROM = 8  # px; block 4 decides a picture and costs nothing
_GAIN = 2**0.5  # of leaky ReLU


def freezes(network: Synthesis) -> bool:
    """Whether `FrozenSynthesis` knows the network; others are drawn by themselves."""
    return network.config.architecture == "skip" and len(network.config.taps) == 4


class FrozenSynthesis:
    """`ws [N, num_ws, w_dim]` to `[N, 3, R, R]` float32, about [-1, 1], noise const; differentiable in `ws`.

    The network's weights must not change any more: some are read when it is built, others at the first pass.
    """

    def __init__(self, network: Synthesis, dtype: torch.dtype = torch.float32) -> None:
        """`dtype` float32 or bfloat16; sums, styles and the picture are float32 in both."""
        assert freezes(network), "a skip network with four taps"
        self.config = network.config
        blocks = [_block(network, r) for r in self.config.resolutions]
        convs = [conv for block in blocks for conv in _convs(block)]
        rgbs = [block.torgb for block in blocks if block.torgb is not None]
        self._layers = [
            FrozenLayer(conv, dtype if conv.resolution >= BF16_FROM else torch.float32) for conv in convs
        ]
        self._const = blocks[0].const.detach()[None].contiguous(memory_format=torch.channels_last)
        self._tables(convs, rgbs)
        self._rows = [_upsampling(r, blocks[0].resample_filter) for r in self.config.resolutions[:-1]]

    @torch.no_grad()
    def _tables(self, convs: list[StyledConv], rgbs: list[ToRgb]) -> None:
        """Stack the affine layers, the demodulations and the colours, filled up with zeros to equal widths."""
        count, wide = len(convs), self.config.width(4)
        device = self._const.device
        # torgb's code is the next block's first.
        self._codes = torch.tensor([*range(count), *range(1, count + 1, 2)], device=device)
        self._affine = torch.zeros(count + len(rgbs), self.config.w_dim, wide, device=device)
        self._offset = torch.zeros(count + len(rgbs), 1, wide, device=device)
        self._energy = torch.zeros(count, wide, wide, device=device)
        self._colours = torch.zeros(len(rgbs), 1, self.config.channels, wide, device=device)
        self._tints = [rgb.bias.detach()[:, None] for rgb in rgbs]  # [3, 1] each
        self._bound = self.config.conv_clamp
        # The network's first layer reads the constant, which no activation has left.
        gains = [1.0] + [_GAIN] * (count - 1) + [rgb.weight_gain * _GAIN for rgb in rgbs]
        affines = [conv.affine for conv in convs] + [rgb.affine for rgb in rgbs]
        for i, (affine, gain) in enumerate(zip(affines, gains, strict=True)):
            weight, bias = _linear(affine)
            self._affine[i, :, : len(weight)] = weight.t() * gain
            self._offset[i, 0, : len(weight)] = bias * gain
        for i, (layer, gain) in enumerate(zip(self._layers, gains, strict=False)):
            self._energy[i, : layer.in_channels, : layer.out_channels] = layer.energy / gain**2
        for i, rgb in enumerate(rgbs):
            self._colours[i, 0, :, : rgb.weight.shape[1]] = rgb.weight[:, :, 0, 0]

    def __call__(self, ws: Tensor) -> Tensor:
        assert ws.shape[1:] == (self.config.num_ws, self.config.w_dim), "ws is [N, num_ws, w_dim]"
        ws = ws.float()
        if ws.device.type != "cpu" or len(ws) == 1:
            return self._draw(ws)
        return torch.cat([self._draw(one) for one in torch.split(ws, 1)])

    def _draw(self, ws: Tensor) -> Tensor:
        styles, demodulations, colours = self._factors(ws)
        x = self._const.expand(len(ws), -1, -1, -1)
        image: Tensor | None = None
        for i, layer in enumerate(self._layers):
            s, d = styles[i][:, : layer.in_channels], demodulations[i][:, : layer.out_channels]
            x = styled(x.to(layer.dtype), s, d, layer)
            if i % 2 == 0:
                image = self._coloured(x, colours[i // 2][..., : layer.out_channels], image, i // 2)
        assert image is not None
        return image

    def _factors(self, ws: Tensor) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """Of each layer, `s [N, I]` and `d [N, O]`; of each torgb its weights `[N, 3, I]`."""
        count = len(self._layers)
        styles = torch.baddbmm(self._offset, ws.transpose(0, 1)[self._codes], self._affine)  # [L, N, I]
        energy = torch.bmm(styles[:count].square(), self._energy)
        colours = self._colours * styles[count:, :, None]  # [blocks, N, 3, I]
        return list(styles[:count].unbind()), list((energy + 1e-8).rsqrt().unbind()), list(colours.unbind())

    def _coloured(self, x: Tensor, colours: Tensor, image: Tensor | None, block: int) -> Tensor:
        """The picture so far, enlarged, and what this block adds: `[N, 3, r, r]`."""
        n, channels, side, _ = x.shape
        pixels = x.permute(0, 2, 3, 1).reshape(n, side * side, channels)  # no copy
        # In this order the gradient of x is channels_last as well.
        rgb = torch.bmm(pixels, colours.to(x.dtype).transpose(1, 2)).transpose(1, 2)
        rgb = (rgb.float() + self._tints[block]).view(n, -1, side, side)
        if self._bound is not None:
            rgb = rgb.clamp(-self._bound, self._bound)
        if image is None:
            return rgb
        rows = self._rows[block - 1]
        return rgb + rows @ image @ rows.t()


def _block(network: Synthesis, resolution: int) -> SynthesisBlock:
    block = network.get_submodule(f"b{resolution}")
    assert isinstance(block, SynthesisBlock)
    return block


def _convs(block: SynthesisBlock) -> list[StyledConv]:
    return [block.conv1] if block.resolution == 4 else [block.conv0, block.conv1]


def _linear(dense: Dense) -> tuple[Tensor, Tensor]:
    """Weight `[out, in]` and bias `[out]` with the equalised learning rate's gains in place."""
    return dense.weight * dense.weight_gain, dense.bias * dense.bias_gain


def _upsampling(side: int, taps: Tensor) -> Tensor:
    """`[2 * side, side]`: what enlarging does to a line. Rows and columns are alike: the filter is an outer product."""
    spread = torch.eye(side, device=taps.device).repeat_interleave(2, dim=1)
    spread[:, 1::2] = 0  # a zero after each sample
    line = 2 * taps.sum(dim=0).flip(0)
    return F.conv1d(F.pad(spread, (2, 1))[:, None], line[None, None])[:, 0].t().contiguous()
