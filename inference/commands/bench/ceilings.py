"""What the device could do at most, measured, and what synthesis asks of it, counted."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F

from inference.commands.bench.effort import Effort
from inference.commands.bench.timing import best
from inference.networks.stylegan2.config import GeneratorConfig

_SIDE = {"cpu": 1024, "cuda": 8192}  # of the matrices
_FIELD = {"cpu": (1, 256, 64), "cuda": (32, 512, 64)}  # of the convolution: pictures, channels, side
_COPIED = {"cpu": 2**27, "cuda": 2**30}  # bytes; far more than any cache


@dataclass(frozen=True)
class Ceilings:
    """Measured with the same threads as everything else.

    Attributes:
        matmul_fp32: floating point operations a second in float32, TF32 off, of a square matrix product or of a 3x3
            convolution, whichever is faster: some libraries' products use half of what the processor has.
        matmul_bf16: the same in bfloat16.
        copy: bytes a second that a copy moves, those read and those written.
    """

    matmul_fp32: float
    matmul_bf16: float
    copy: float

    def matmul(self, dtype: torch.dtype) -> float:
        """Of a type."""
        return self.matmul_bf16 if dtype == torch.bfloat16 else self.matmul_fp32

    def highest(self, other: Ceilings) -> Ceilings:
        """Of two measurements: others use the machine too."""
        return Ceilings(
            max(self.matmul_fp32, other.matmul_fp32),
            max(self.matmul_bf16, other.matmul_bf16),
            max(self.copy, other.copy),
        )


@torch.inference_mode()
def measure(device: torch.device, effort: Effort) -> Ceilings:
    """Products of square matrices, convolutions, and copies of a large block."""
    side, (count, channels, width) = _SIDE[device.type], _FIELD[device.type]
    single = torch.randn(side, side, device=device)
    half = single.bfloat16()
    field = torch.randn(count, channels, width, width, device=device).to(memory_format=torch.channels_last)
    kernel = torch.randn(channels, channels, 3, 3, device=device).to(memory_format=torch.channels_last)
    field_half, kernel_half = field.bfloat16(), kernel.bfloat16()
    source = torch.ones(_COPIED[device.type], dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    ways = {
        "fp32": lambda: single @ single,
        "bf16": lambda: half @ half,
        "conv fp32": lambda: F.conv2d(field, kernel, padding=1),
        "conv bf16": lambda: F.conv2d(field_half, kernel_half, padding=1),
        "copy": lambda: target.copy_(source),
    }
    times = best(ways, device, effort)
    product, convolution = 2 * side**3, 2 * 9 * count * (channels * width) ** 2
    fp32, bf16 = (max(product / times[t], convolution / times[f"conv {t}"]) for t in ("fp32", "bf16"))
    return Ceilings(fp32, bf16, 2 * len(source) / times["copy"])


def operations(config: GeneratorConfig) -> int:
    """Floating point operations of one picture of a `skip` network, 2 for each multiply-add.

    Counted are the convolutions (the transposed one at its input's positions), torgb and the affine layers:
    what every path must compute. Filters, noise and activations are left out.
    """
    products = 0
    for r in config.resolutions:
        width = config.width(r)
        below = config.width(r // 2)
        if r > 4:
            products += 9 * (r // 2) ** 2 * below * width + config.w_dim * below
        products += 9 * r * r * width * width + config.w_dim * width
        products += config.channels * r * r * width + config.w_dim * width
    return 2 * products


def traffic(config: GeneratorConfig, batch: int, itemsize: int) -> int:
    """Bytes that `batch` pictures move at least when layers run one by one.

    Each weight is read once, each layer's output is written once and read once; whatever a cache saves between
    two layers, and whatever passes of its own a filter or an activation takes, is left out.
    """
    weights = values = 0
    for r in config.resolutions:
        width, below = config.width(r), config.width(r // 2)
        if r > 4:
            weights += (9 * width + config.w_dim) * below
            values += r * r * width
        weights += (9 * width + config.channels + 2 * config.w_dim) * width
        values += r * r * (width + config.channels)
    return itemsize * (weights + 2 * batch * values)
