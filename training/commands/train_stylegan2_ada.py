"""`typeface-training train stylegan2-ada`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

import torch
import typer

from training.augment.pipeline import pipe
from training.commands.options import (
    PRECISIONS,
    Data,
    Device,
    Families,
    FreezeD,
    FreezeG,
    GrowFrom,
    Kimg,
    Manifest,
    Metric,
    MetricName,
    Minutes,
    Out,
    Seed,
    Start,
    Threads,
    Widen,
)
from training.config import Loss, Optimiser, Precision
from training.datasets.opening import Opened, open_data, open_held_out
from training.datasets.training_set import TrainingSet, Use
from training.errors import SettingError
from training.evaluation.measures import MEASURES
from training.loops.gan import GanTrainer
from training.loops.hardware import hardware
from training.loops.machine import Machine, machine
from training.loops.run import Run, RunPlan
from training.loops.watch import full_watch
from training.recipes import stylegan2_ada as recipe
from training.telling import sentences
from training.transfer import beginning
from training.watching.story import plain
from training.watching.watch import UNWATCHED, Watch

PrecisionName = Literal["auto", "fp32", "bf16", "fp16"]

_DATA, _AUGMENT, _NUMBERS, _MACHINE = "Pictures", "Augmentation", "Numbers", "Machine"
_CADENCE: Final[dict[str, Any]] = {"tick_kimg": 4.0, "look_kimg": 20.0, "keep_kimg": 200.0}
"""Of runs of thousands of kimg; the usual one is the starter's, of hundreds."""
_WISHES = recipe.Wishes()
_CPU = torch.device("cpu")
FEW = 3
"""Pictures of a label: with fewer, what it learns are these pictures."""


def stylegan2_ada(  # noqa: PLR0913, PLR0917 - one a flag
    data: Data,
    out: Out,
    manifest: Manifest = None,
    resolution: Annotated[
        int | None, typer.Option(help="32 to 1024; that of the pictures.", rich_help_panel=_DATA)
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(help="One type: ENFP.female, or ENFP for both genders.", rich_help_panel=_DATA),
    ] = None,
    cond: Annotated[bool, typer.Option(help="Learn the labels too.", rich_help_panel=_DATA)] = False,
    mirror: Annotated[
        bool, typer.Option(help="Show pictures mirrored as well.", rich_help_panel=_DATA)
    ] = False,
    mirror_y: Annotated[
        bool, typer.Option(help="And upside down; not for faces.", rich_help_panel=_DATA)
    ] = False,
    aug: Annotated[
        recipe.Aug, typer.Option(help="How strong: by ADA, by --p, not at all.", rich_help_panel=_AUGMENT)
    ] = _WISHES.aug,
    p: Annotated[
        float | None,
        typer.Option(min=0, help="Probability of --aug fixed; the most of ada.", rich_help_panel=_AUGMENT),
    ] = None,
    target: Annotated[
        float | None, typer.Option(help="Of ADA; 0.6.", rich_help_panel=_AUGMENT, min=-1, max=1)
    ] = None,
    augpipe: Annotated[
        str,
        typer.Option(
            help="blit, geom, color, filter, noise, cutout, bg, bgc, bgcf, bgcfn, bgcfnc, face; joined by +; "
            "or one:all, families one at a time.",
            rich_help_panel=_AUGMENT,
        ),
    ] = _WISHES.augpipe,
    families: Families = None,
    cfg: Annotated[
        recipe.Name, typer.Option(help="Where the numbers come from.", rich_help_panel=_NUMBERS)
    ] = "auto",
    batch: Annotated[
        int | None, typer.Option(min=1, help="Pictures a step, on all GPUs.", rich_help_panel=_NUMBERS)
    ] = None,
    at_once: Annotated[
        int | None, typer.Option(min=1, help="Of these, together on one GPU.", rich_help_panel=_NUMBERS)
    ] = None,
    rate: Annotated[
        float | None, typer.Option(min=0, help="Of learning; 0.0025, auto.", rich_help_panel=_NUMBERS)
    ] = None,
    gamma: Annotated[float | None, typer.Option(min=0, help="Of R1.", rich_help_panel=_NUMBERS)] = None,
    loss: Annotated[
        Loss,
        typer.Option(help="relativistic: real and made ones in pairs, with R2.", rich_help_panel=_NUMBERS),
    ] = "logistic",
    path_weight: Annotated[
        float, typer.Option(min=0, help="Of path lengths; 0: none.", rich_help_panel=_NUMBERS)
    ] = _WISHES.path_weight,
    optimiser: Annotated[
        Optimiser, typer.Option(help="What moves the weights.", rich_help_panel=_NUMBERS)
    ] = "adam",
    channel_base: Annotated[
        int | None, typer.Option(min=32, help="Channels x pixels of a side.", rich_help_panel=_NUMBERS)
    ] = None,
    channel_max: Annotated[
        int, typer.Option(min=8, help="Channels at most.", rich_help_panel=_NUMBERS)
    ] = 512,
    codes: Annotated[int, typer.Option(min=8, help="Width of z and w.", rich_help_panel=_NUMBERS)] = 512,
    kimg: Kimg = recipe.KIMG,
    minutes: Minutes = None,
    seed: Seed = 0,
    start: Start = None,
    grow_from: GrowFrom = None,
    widen: Widen = 1,
    freeze_d: FreezeD = None,
    freeze_g: FreezeG = None,
    metric: Metric = None,
    save_minutes: Annotated[float, typer.Option(min=0, help="Between two checkpoints.")] = 10.0,
    device: Device = "auto",
    threads: Threads = None,
    precision: Annotated[
        PrecisionName, typer.Option(help="auto: fp16 on a GPU, else fp32.", rich_help_panel=_MACHINE)
    ] = "auto",
    compiled: Annotated[
        bool, typer.Option("--compile", help="Use torch.compile; minutes to begin.", rich_help_panel=_MACHINE)
    ] = False,
) -> None:
    """Train StyleGAN2 with adaptive augmentation until a limit, Ctrl-C or SIGTERM; run again to go on.

    typeface-training train stylegan2-ada --data faces.zip --out runs/faces --mirror

    typeface-training train stylegan2-ada --data faces.zip --out runs/types --cond --from runs/faces --freeze-d 10

    typeface-training train stylegan2-ada --data faces.zip --only ENFP.female --out runs/freezed/ENFP.female
    --from runs/faces --freeze-d 10

    typeface-training train stylegan2-ada --data faces256.zip --out runs/faces256 --grow-from runs/faces128

    torchrun --nproc-per-node 4 -m training train stylegan2-ada --data faces.zip --out runs/faces --batch 64
    """
    with sentences(), machine(device, threads, compiled=compiled, shared=True) as here:
        opened = open_data(data, manifest, resolution, only=only)
        held_out = open_held_out(data, manifest, opened.resolution, only)
        source = _Source(opened, held_out, Use(mirror, mirror_y, cond, seed))
        augpipe = "one:" + families.replace(",", "+") if families else augpipe
        shape = recipe.Shape(
            opened.resolution, source.c_dim, here.world.size, channel_base, channel_max, codes
        )
        wishes = recipe.Wishes(
            batch,
            at_once,
            rate,
            gamma,
            path_weight,
            aug,
            augpipe,
            p,
            target,
            _precision(precision, here),
            seed,
        )
        config = replace(recipe.config(cfg, shape, wishes), optimiser=optimiser, loss=loss)
        _check_pipe(wishes.augpipe)
        wish = beginning.Wish(start, grow_from, freeze_d, freeze_g, opened.classes, widen)
        begun = beginning.plan(config, wish, out)
        about = {"recipe": f"stylegan2-ada {cfg}", "counts": opened.counts, "hardware": hardware(here)}
        plan = RunPlan(out, kimg, minutes, about=about | begun.about, checkpoint_minutes=save_minutes)
        plan = replace(plan, classes=opened.classes if cond else (), **_CADENCE)
        trainer = GanTrainer(begun.config, source.on(here), here)
        begun.fill(trainer)
        run = Run(trainer, plan, _watch(trainer, plan, source, here, metric), here.world)
        if here.world.first:
            typer.echo(f"{len(opened.labels)} pictures of {opened.resolution} px: {plain(opened.counts)}")
        run.sit()


@dataclass(frozen=True, slots=True)
class _Source:
    """Pictures, and how they are shown."""

    opened: Opened
    held_out: Opened | None
    use: Use

    @property
    def c_dim(self) -> int:
        """Raises `SettingError` where labels are to be learnt and there is but one, or one of hardly any pictures."""
        if not self.use.conditional:
            return 0
        if len(self.opened.classes) < 2:
            raise SettingError("--cond learns labels, and all pictures have the same one; leave it out")
        counts = self.opened.counts
        if few := [f"{name} ({n})" for name, n in counts.items() if 0 < n < FEW]:
            raise SettingError(
                f"--cond learns labels, and these have fewer than {FEW} pictures to learn from: {', '.join(few)}. "
                "Add some, or leave these labels out of the set (prepare --least)"
            )
        return len(counts)

    def on(self, here: Machine) -> TrainingSet:
        return _shown(self.opened, self.use, here.device, (here.world.rank, here.world.size))

    def watched(self) -> tuple[TrainingSet, TrainingSet | None]:
        """Both sides as the checks look at them: on the CPU, so that the device has room for the networks."""
        held = None if self.held_out is None else _shown(self.held_out, self.use)
        return _shown(self.opened, self.use), held


def _shown(
    opened: Opened, use: Use, device: torch.device = _CPU, part: tuple[int, int] = (0, 1)
) -> TrainingSet:
    return TrainingSet(opened.pictures, opened.labels, len(opened.classes), use, device, part)


def _watch(
    trainer: GanTrainer, plan: RunPlan, source: _Source, here: Machine, metric: MetricName | None
) -> Watch:
    """Of the first process; others only train."""
    if not here.world.first:
        return UNWATCHED
    photos, held_out = source.watched()
    measure = MEASURES[metric](photos) if metric else None
    return full_watch(trainer, plan, photos, held_out, measure)


def _precision(name: PrecisionName, here: Machine) -> Precision:
    if name == "auto":
        return "float16" if here.device.type == "cuda" else "float32"
    return PRECISIONS[name]


def _check_pipe(spec: str) -> None:
    try:
        pipe(spec, 0.0)
    except ValueError as error:
        raise SettingError(f"--augpipe: {error}") from error
