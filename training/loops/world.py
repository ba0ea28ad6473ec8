"""The processes that train one network together, started by `torchrun`; alone, all of this does nothing.

Each process (rank) has its share of the batch. Gradients are averaged, what the controllers look at is summed,
and the first rank alone writes. Deviation from a single process: a minibatch deviation is taken within the
groups of one rank, so groups are laid out by rank, and every rank mixes styles at a place of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from training.errors import SettingError


@dataclass(frozen=True, slots=True)
class World:
    """Which of how many processes this is."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process tells and writes."""
        return self.rank == 0

    def share(self, total: int) -> int:
        """Of a batch. Raises `SettingError` where it is not the same for all."""
        if total % self.size:
            raise SettingError(f"a batch of {total} cannot be shared evenly by {self.size} processes")
        return total // self.size

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Every rank goes on with the mean of all ranks' gradients: one message for the whole network."""
        if self.size == 1:
            return
        gradients = [p.grad for p in parameters if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        start = 0
        for gradient in gradients:
            gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
            start += gradient.numel()

    def sum(self, values: Tensor) -> Tensor:
        """Over ranks, without a gradient."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def mean(self, value: Tensor) -> Tensor:
        """Over ranks; the gradient goes to every rank's value."""
        return value if self.size == 1 else _Sum.apply(value) / self.size  # type: ignore[no-untyped-call]

    def any(self, wish: bool) -> bool:
        """Whether any rank wishes it: all stop, or write, at the same step."""
        if self.size == 1:
            return wish
        flag = torch.tensor(float(wish))
        dist.all_reduce(flag)
        return bool(flag)

    def gather(self, value: Any) -> list[Any]:
        """Every rank's plain value or tensor, by rank."""
        if self.size == 1:
            return [value]
        values: list[Any] = [None] * self.size
        dist.all_gather_object(values, value)
        return values


ALONE = World()


@contextmanager
def joined(rank: int, size: int) -> Iterator[World]:
    """Meet the other processes: messages between CPUs by gloo, between GPUs by NCCL."""
    if size == 1:
        yield ALONE
        return
    cuda = torch.cuda.is_available() and dist.is_nccl_available()
    dist.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo", rank=rank, world_size=size)
    try:
        yield World(rank, size)
    finally:
        dist.destroy_process_group()


class _Sum(torch.autograd.Function):
    """The sum over ranks, whose derivative is the sum over ranks of what was asked of it."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        total = value.detach().clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        total = gradient.clone()
        dist.all_reduce(total)
        return total
