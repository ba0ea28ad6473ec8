"""`typeface-training train starter`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from training.commands.options import FreezeD, FreezeG, GrowFrom, MaxKimg, MaxMinutes, Metric, Out, Start
from training.datasets.faces import FaceSource, load_faces
from training.datasets.manifest import GENDERS
from training.evaluation.measures import MEASURES
from training.loops.gan import GanTrainer
from training.loops.hardware import hardware
from training.loops.run import Run, RunPlan
from training.loops.watch import full_watch
from training.recipes import starter as recipe
from training.telling import sentences
from training.transfer import beginning


def starter(  # noqa: PLR0913, PLR0917 - one a flag
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    out: Out,
    max_minutes: MaxMinutes = None,
    max_kimg: MaxKimg = None,
    start: Start = None,
    grow_from: GrowFrom = None,
    freeze_d: FreezeD = None,
    freeze_g: FreezeG = None,
    metric: Metric = None,
) -> None:
    """Train the starter pack's generator until a limit, Ctrl-C or SIGTERM; run again to go on."""
    with sentences():
        begun = beginning.plan(
            recipe.config(), beginning.Wish(start, grow_from, freeze_d, freeze_g, GENDERS), out
        )
        source, side = FaceSource(faces, manifest), begun.config.generator.resolution
        data, held_out = load_faces(source, side), load_faces(source, side, validation=True)
        typer.echo(f"{len(data)} pictures: {data.counts}; {torch.get_num_threads()} threads")
        about = {"recipe": "starter", "counts": data.counts, "hardware": hardware(), **begun.about}
        plan = RunPlan(out, max_kimg, max_minutes, about=about)
        trainer = GanTrainer(begun.config, data)
        begun.fill(trainer)
        measure = MEASURES[metric](data) if metric else None
        both = len(set(held_out.labels.tolist())) == len(GENDERS)  # of a small archive, one side may lack one
        watch = full_watch(trainer, plan, data, held_out if both else None, measure)
        run = Run(trainer, plan, watch)
        run.resume()
        run.go()
