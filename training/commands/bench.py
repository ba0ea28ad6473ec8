"""`typeface-training bench`."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Literal

import torch
import typer
from rich.console import Console
from rich.table import Table

from training.benching.phases import CYCLE, PHASES, Spent, by_the_textbook, measure, own
from training.commands.options import PRECISIONS, Device, Threads
from training.loops.hardware import hardware
from training.loops.machine import machine
from training.recipes import stylegan2_ada as recipe
from training.telling import sentences


def bench(  # noqa: PLR0913, PLR0917 - one a flag
    resolution: Annotated[int, typer.Option(help="Of the pictures.")] = 64,
    channel_base: Annotated[int | None, typer.Option(help="2048 if left out at 64 px, else auto's.")] = None,
    channel_max: Annotated[int | None, typer.Option(help="64 if left out at 64 px, else 512.")] = None,
    codes: Annotated[int, typer.Option(help="Width of z and w.")] = 512,
    batch: Annotated[int | None, typer.Option(help="8 if left out at 64 px, else auto's.")] = None,
    augpipe: Annotated[str, typer.Option(help="The augmentation, at p = 0.5.")] = "bgc",
    threads: Threads = None,
    cycles: Annotated[int, typer.Option(min=1, help=f"Times {CYCLE} iterations of each.")] = 2,
    device: Device = "auto",
    precision: Annotated[Literal["fp32", "bf16", "fp16"], typer.Option(help="Of the own path.")] = "fp32",
    compiled: Annotated[bool, typer.Option("--compile", help="Measure torch.compile as well.")] = False,
) -> None:
    """Measure seconds a kimg by phase, beside the same networks as the textbook has them, in one process.

    typeface-training bench

    typeface-training bench --resolution 256 --device cuda --precision fp16
    """
    small = resolution == 64
    base, most = channel_base or (2048 if small else None), channel_max or (64 if small else 512)
    shape = recipe.Shape(resolution, channel_base=base, channel_max=most, codes=codes)
    wishes = recipe.Wishes(batch=batch or (8 if small else None), aug="fixed", p=0.5, augpipe=augpipe)
    low = replace(wishes, precision=PRECISIONS[precision])  # which bounds the layers too
    with sentences(), machine(device, threads) as here:
        config = recipe.config("auto", shape, low)
        trainers = {"own": own(config, here)}
        if compiled:
            with machine(device, compiled=True) as faster:
                trainers["compiled"] = own(config, faster)
        if here.device.type == "cpu":
            trainers["textbook"] = by_the_textbook(recipe.config("auto", shape, wishes), here)
        spent = measure(trainers, cycles)
        typer.echo(f"{hardware(here)}; batch {config.batch}; {_load()}{_memory(here.device)}")
        Console().print(_table(spent, cycles * CYCLE * config.batch / 1000))


def _load() -> str:
    return "load " + " ".join(f"{part:.1f}" for part in os.getloadavg()) if hasattr(os, "getloadavg") else ""


def _memory(device: torch.device) -> str:
    """At most, of all that was measured together."""
    return (
        f"; {torch.cuda.max_memory_reserved(device) / 1e9:.1f} GB of its memory"
        if device.type == "cuda"
        else ""
    )


def _table(spent: dict[str, Spent], kimg: float) -> Table:
    """Seconds a kimg. The last is nearest to a quiet machine: calls that nobody disturbed."""
    table = Table("phase", title="seconds a kimg: clock, processors, processors by each phase's least call")
    for name in spent:
        table.add_column(name, justify="right")
    totals = {name: [s.total(phase) for phase in PHASES.values()] for name, s in spent.items()}
    for row, phase in enumerate(PHASES.values()):
        table.add_row(phase, *(_cell(total[row], kimg) for total in totals.values()))
    sums = [tuple(map(sum, zip(*total, strict=True))) for total in totals.values()]
    table.add_row("all", *(_cell(total, kimg) for total in sums))
    return table


def _cell(seconds: Iterable[float], kimg: float) -> str:
    return "  ".join(f"{value / kimg:5.1f}" for value in seconds)
