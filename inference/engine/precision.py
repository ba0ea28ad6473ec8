"""In which precision networks compute: float32, or bfloat16 where the device has instructions for it."""

from __future__ import annotations

from typing import Literal

import torch

from inference.networks.stylegan2.config import GeneratorConfig

Precision = Literal["auto", "fp32", "bf16"]
Computed = Literal["fp32", "bf16"]

DTYPES: dict[Computed, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}

PAYS_FROM = 128
"""Pixels. On a CPU a step at 128 px took 40 ms in place of 67 and a picture at 256 px 74 in place of 140, but at
64 px 5.6 in place of 7.6: less than what 8 bits of mantissa cost a small picture."""


def chosen(asked: Precision, device: torch.device, config: GeneratorConfig) -> Computed:
    """`asked`, with `auto` decided by device and size of the network."""
    if asked != "auto":
        return asked
    pays = device.type == "cuda" or config.resolution >= PAYS_FROM
    return "bf16" if pays and has_bf16(device) else "fp32"


def has_bf16(device: torch.device) -> bool:
    """Whether products of bfloat16 are an instruction here; emulated ones are slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type != "cpu":
        return False
    can = torch.cpu.get_capabilities()
    return bool(can.get("avx512_bf16") or can.get("amx_bf16"))
