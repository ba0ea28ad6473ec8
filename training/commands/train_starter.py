"""`typeface-training train starter`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import torch
import typer

from training.commands.options import (
    Device,
    FreezeD,
    FreezeG,
    GrowFrom,
    Kimg,
    Metric,
    Minutes,
    Out,
    Seed,
    Start,
    Threads,
    Widen,
)
from training.config import Loss
from training.datasets.faces import FaceSource, load_faces, unseen
from training.datasets.manifest import GENDERS
from training.errors import DataError
from training.evaluation.measures import MEASURES
from training.loops.gan import GanTrainer
from training.loops.hardware import hardware
from training.loops.machine import machine
from training.loops.run import Run, RunPlan
from training.loops.watch import full_watch
from training.recipes import starter as recipe
from training.telling import sentences
from training.transfer import beginning
from training.watching.watch import UNWATCHED


def starter(  # noqa: PLR0913, PLR0917 - one a flag
    data: Annotated[Path, typer.Option(help="Zip archive of aligned pictures of women and men.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive: columns file, gender, person.")],
    out: Out,
    kimg: Kimg = None,
    minutes: Minutes = None,
    seed: Seed = 0,
    start: Start = None,
    grow_from: GrowFrom = None,
    widen: Widen = 1,
    freeze_d: FreezeD = None,
    freeze_g: FreezeG = None,
    metric: Metric = None,
    size: Annotated[
        Literal["64", "128", "256"], typer.Option(help="Side in pixels; twice a side grows from it.")
    ] = "64",
    wide: Annotated[
        bool, typer.Option("--wide", help="The network for a GPU, which begins at 128 px.")
    ] = False,
    gamma: Annotated[float | None, typer.Option(min=0, help="Of R1; the recipe's own number.")] = None,
    rate: Annotated[
        float | None, typer.Option(min=0, help="Of the generator's Adam; the recipe's own.")
    ] = None,
    d_rate: Annotated[
        float | None, typer.Option(min=0, help="Of the discriminator's; the recipe's own.")
    ] = None,
    loss: Annotated[Loss | None, typer.Option(help="The adversarial one; the recipe's own.")] = None,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Train the starter pack's generator until a limit, Ctrl-C or SIGTERM; run again to go on.

    typeface-training train starter --data aligned128.zip --manifest manifest.csv --out runs/starter

    torchrun --nproc-per-node 2 -m training train starter --data faces.zip --manifest manifest.csv --out runs/starter

    Give changed numbers again when it goes on. On a processor, two processes of one thread are faster than two threads.
    """
    with sentences(), machine(device, threads, shared=True) as here:
        numbers = recipe.config(int(size), wide=wide)
        changed: dict[str, Any] = {"r1_gamma": gamma, "lr": rate, "d_lr": d_rate, "loss": loss}
        numbers = replace(numbers, **{name: value for name, value in changed.items() if value is not None})
        numbers = replace(numbers, seed=seed, precision=here.precision(numbers.precision))
        begun = beginning.plan(
            numbers, beginning.Wish(start, grow_from, freeze_d, freeze_g, GENDERS, widen), out
        )
        source, side = FaceSource(data, manifest), begun.config.generator.resolution
        faces, held_out = load_faces(source, side), load_faces(source, side, validation=True)
        if not faces.has_both:
            raise DataError(
                f"{data.name} shows one gender; this recipe learns two, train stylegan2-ada any faces"
            )
        if here.world.first:
            typer.echo(f"{len(faces)} pictures: {faces.counts}; {torch.get_num_threads()} threads")
        about = {"recipe": "starter", "counts": faces.counts, "hardware": hardware(here), **begun.about}
        about["held_out"] = unseen([source.held_out, begun.about.get("held_out")])
        plan = RunPlan(out, kimg, minutes, about=about)
        trainer = GanTrainer(begun.config, faces, here)
        begun.fill(trainer)
        watch = UNWATCHED
        if here.world.first:
            measure = MEASURES[metric](faces) if metric else None
            # Of a small archive the side that is held out may lack a gender.
            watch = full_watch(trainer, plan, faces, held_out if held_out.has_both else None, measure)
        Run(trainer, plan, watch, here.world).sit()
