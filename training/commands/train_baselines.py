"""`typeface-training train dcgan` and `train vanilla-gan`: what StyleGAN2 is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from training.commands.options import (
    Data,
    Device,
    Kimg,
    Manifest,
    Metric,
    MetricName,
    Minutes,
    Out,
    Seed,
    Threads,
)
from training.config import BaselineConfig
from training.datasets.opening import Opened, open_data, open_held_out
from training.datasets.training_set import TrainingSet, Use
from training.evaluation.measures import MEASURES
from training.loops.baseline import BaselineTrainer
from training.loops.hardware import hardware
from training.loops.machine import DeviceName, Machine, machine
from training.loops.run import Run, RunPlan
from training.loops.watch import full_watch
from training.recipes import dcgan as dcgan_recipe
from training.recipes import vanilla_gan as vanilla_recipe
from training.telling import sentences
from training.watching.story import plain

Mirror = Annotated[bool, typer.Option(help="Show pictures mirrored as well.")]


def dcgan(  # noqa: PLR0913, PLR0917 - one a flag
    data: Data,
    out: Out,
    manifest: Manifest = None,
    mirror: Mirror = True,
    kimg: Kimg = 2000.0,
    minutes: Minutes = None,
    seed: Seed = 0,
    metric: Metric = "sliced",
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Train DCGAN at 64 px until a limit, Ctrl-C or SIGTERM; run again to go on.

    typeface-training train dcgan --data faces.zip --out runs/dcgan
    """
    plan = RunPlan(out, kimg, minutes, about={"recipe": "dcgan"})
    config = replace(dcgan_recipe.config(), seed=seed)
    _train(config, plan, _Source(data, manifest, mirror, metric), _Where(device, threads))


def vanilla_gan(  # noqa: PLR0913, PLR0917 - one a flag
    data: Data,
    out: Out,
    manifest: Manifest = None,
    mirror: Mirror = True,
    kimg: Kimg = 2000.0,
    minutes: Minutes = None,
    seed: Seed = 0,
    metric: Metric = "sliced",
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Train the first GAN at 64 px until a limit, Ctrl-C or SIGTERM; run again to go on.

    typeface-training train vanilla-gan --data faces.zip --out runs/vanilla
    """
    plan = RunPlan(out, kimg, minutes, about={"recipe": "vanilla-gan"})
    config = replace(vanilla_recipe.config(), seed=seed)
    _train(config, plan, _Source(data, manifest, mirror, metric), _Where(device, threads))


@dataclass(frozen=True, slots=True)
class _Source:
    data: Path
    manifest: Path | None
    mirror: bool
    metric: MetricName | None

    def shown(self, opened: Opened, here: Machine) -> TrainingSet:
        use = Use(mirror_x=self.mirror)
        return TrainingSet(opened.pictures, opened.labels, len(opened.classes), use, here.device)


@dataclass(frozen=True, slots=True)
class _Where:
    device: DeviceName
    threads: int | None


def _train(config: BaselineConfig, plan: RunPlan, source: _Source, where: _Where) -> None:
    with sentences(), machine(where.device, where.threads) as here:
        side = int(config.network["resolution"])
        opened = open_data(source.data, source.manifest, side)
        held_out = open_held_out(source.data, source.manifest, side)
        photos = source.shown(opened, here)
        typer.echo(f"{len(photos)} pictures of {side} px: {plain(opened.counts)}")
        plan = replace(plan, about={**plan.about, "counts": opened.counts, "hardware": hardware(here)})
        trainer = BaselineTrainer(config, photos, here)
        measure = MEASURES[source.metric](photos) if source.metric else None
        unseen = None if held_out is None else source.shown(held_out, here)
        Run(trainer, plan, full_watch(trainer, plan, photos, unseen, measure)).sit()
