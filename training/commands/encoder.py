"""`typeface-training encoder`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from inference.packs import loader
from training.commands.options import Data, Device, Kimg, Manifest, Minutes, Out, PartStart, Seed, Threads
from training.datasets.photos import load_photos
from training.loops.encoder import EncoderTrainer
from training.loops.hardware import hardware
from training.loops.machine import machine
from training.loops.part_run import PartPlan, PartRun, Shown
from training.recipes import encoder as recipe
from training.telling import sentences

_JUDGED = 96  # pictures


def encoder(  # noqa: PLR0913, PLR0917 - one a flag
    pack: Annotated[Path, typer.Option(help="Folder of the pack whose generator it answers for.")],
    data: Data,
    out: Out,
    manifest: Manifest = None,
    start: PartStart = None,
    kimg: Kimg = None,
    minutes: Minutes = None,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Train an encoder, from photos to a pack's latents, until a limit, Ctrl-C or SIGTERM; run again to go on.

    typeface-training encoder --pack packs/ours --data faces.zip --out runs/encoder --minutes 60

    typeface-training add-encoder --run runs/encoder --pack packs/ours
    """
    with sentences(), machine(device, threads) as here:
        plan = PartPlan(out, kimg, minutes)
        loaded = loader.load(pack, here.device)
        photos, held_out = load_photos(data, manifest, loaded.manifest.resolution)
        shown = Shown.of(photos.images, held_out, _JUDGED, loaded.device)
        typer.echo(f"{len(photos)} pictures, {torch.get_num_threads()} threads. {shown.whose}")
        about = {"counts": photos.counts, "hardware": hardware(here), "pack": loaded.manifest.version}
        numbers = recipe.config()
        numbers = replace(numbers, seed=seed, precision=here.precision(numbers.precision))
        trainer = EncoderTrainer(numbers, loaded, photos)
        PartRun(trainer, replace(plan, about=about), shown).sit(start)
