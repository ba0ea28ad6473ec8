"""`typeface-training upscaler`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from inference.packs import loader
from inference.packs.loader import LoadedPack
from training.commands.options import Device, Kimg, Manifest, Minutes, Out, PartStart, Seed, Threads
from training.datasets.archive import Archive
from training.datasets.photos import load_photos
from training.errors import SettingError
from training.loops.hardware import hardware
from training.loops.machine import machine
from training.loops.part import Photos
from training.loops.part_run import PartPlan, PartRun, Shown
from training.loops.upscaler import UpscalerTrainer
from training.recipes import upscaler as recipe
from training.recipes.upscaler import UpscalerTraining
from training.telling import sentences

_JUDGED = 32  # pictures


def upscaler(  # noqa: PLR0913, PLR0917 - one a flag
    pack: Annotated[Path, typer.Option(help="Folder of the pack whose faces it enlarges.")],
    data: Annotated[
        list[Path], typer.Option(help="As in the other commands; several may be given. The first one judges.")
    ],
    out: Out,
    manifest: Manifest = None,
    start: PartStart = None,
    size: Annotated[int, typer.Option(help="Of the large picture in pixels.")] = 512,
    kimg: Kimg = None,
    minutes: Minutes = None,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Train an upscaler, from a pack's faces to large ones, until a limit, Ctrl-C or SIGTERM; run again to go on.

    typeface-training upscaler --pack packs/ours --data sharp512.zip --out runs/upscaler --minutes 60

    typeface-training add-upscaler --run runs/upscaler --pack packs/ours
    """
    with sentences(), machine(device, threads) as here:
        plan, numbers = PartPlan(out, kimg, minutes), recipe.config()
        loaded = loader.load(pack, here.device)
        opened = [load_photos(path, manifest, _side(path, size, numbers.seen_at)) for path in data]
        learnt = [photos for photos, _ in opened]
        shown = Shown.of(learnt[0].images, opened[0][1], _JUDGED, loaded.device)
        many = " and ".join(str(len(photos)) for photos in learnt)
        typer.echo(f"{many} pictures, {torch.get_num_threads()} threads. {shown.whose}")
        counts = {path.name: photos.counts for path, photos in zip(data, learnt, strict=True)}
        about = {"counts": counts, "hardware": hardware(here), "pack": loaded.manifest.version}
        numbers = replace(numbers, seed=seed, size=size, precision=here.precision(numbers.precision))
        trainer = _trainer(numbers, loaded, learnt)
        PartRun(trainer, replace(plan, about=about), shown).sit(start)


def _trainer(training: UpscalerTraining, pack: LoadedPack, photos: Sequence[Photos]) -> UpscalerTrainer:
    try:
        return UpscalerTrainer(training, pack, photos)
    except ValueError as error:
        raise SettingError(f"--size: {error}") from error


def _side(archive: Path, size: int, least: int) -> int:
    """At which the archive's pictures are learnt from. Raises `SettingError` where they would have to be enlarged."""
    with Archive(archive) as opened:
        side = min(map(opened.side, opened.pictures), default=size)
    if side < least:
        raise SettingError(
            f"{archive.name} has pictures of {side} px, and what is drawn is judged at {least}: enlarged, they would "
            "teach it blur. Leave them out"
        )
    return min(size, side)
