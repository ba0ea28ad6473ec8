"""What a network consists of, as the usual logs of StyleGAN print it: parameters, buffers, output shapes."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from training.watching.seen import forked

_HEADS = ("Parameters", "Buffers", "Output shape", "Datatype")


@dataclass(frozen=True, slots=True)
class Row:
    """One module: numbers of its own, without those of rows below it."""

    name: str
    parameters: int
    buffers: int
    shape: str
    dtype: str

    def cells(self) -> tuple[str, ...]:
        return (self.name, _count(self.parameters), _count(self.buffers), self.shape, self.dtype)


@torch.no_grad()
def network_rows(network: nn.Module, *inputs: Any) -> list[Row]:
    """A row for each module that has numbers of its own, in the order in which it is used, and the whole last.

    A copy is run once on `inputs`; network and random state stay as they are.
    """
    network = copy.deepcopy(network).eval()
    outputs: dict[str, Tensor] = {}
    for name, module in network.named_modules():
        module.register_forward_hook(_noting(name, outputs))
    with forked(next(network.parameters()).device):
        network(*inputs)
    modules = dict(network.named_modules())
    rows = [_row(name or "<whole>", modules[name], output) for name, output in outputs.items()]
    return [row for row in rows if row.parameters or row.buffers or row.name == "<whole>"]


def _noting(name: str, outputs: dict[str, Tensor]) -> Any:
    def note(_module: nn.Module, _inputs: Any, output: Any) -> None:
        first = output[0] if isinstance(output, tuple | list) else output
        outputs.setdefault(name, first)

    return note


def _row(name: str, module: nn.Module, output: Tensor) -> Row:
    parameters = sum(p.numel() for p in module.parameters(recurse=False))
    buffers = sum(b.numel() for b in module.buffers(recurse=False))
    return Row(name, parameters, buffers, str(list(output.shape)), str(output.dtype).removeprefix("torch."))


def network_table(title: str, network: nn.Module, *inputs: Any) -> str:
    """The rows as text, with a total; `title` heads the first column."""
    rows = [row.cells() for row in network_rows(network, *inputs)]
    parameters = sum(p.numel() for p in network.parameters())
    buffers = sum(b.numel() for b in network.buffers())
    learning = sum(p.numel() for p in network.parameters() if p.requires_grad)
    total = ("Total", str(parameters), str(buffers), "-", "-")
    lines = _aligned([(title, *_HEADS), ("---",) * 5, *rows, ("---",) * 5, total])
    if learning < parameters:
        lines.append(f"{parameters - learning} of the parameters are frozen.")
    return "\n".join(lines) + "\n"


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows]


def _count(n: int) -> str:
    return str(n) if n else "-"
