"""`typeface-training encoder`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from inference.packs import loader
from training.commands.options import Data, Device, Kimg, Manifest, Minutes, Out, Seed, Threads
from training.datasets.photos import load_photos
from training.loops.checkpoint import LATEST
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
    start: Annotated[
        Path | None, typer.Option("--from", help="Begin with the encoder of another run, or a checkpoint.")
    ] = None,
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
        loaded = loader.load(pack, here.device)
        photos, held_out = load_photos(data, manifest, loaded.manifest.resolution)
        about = {"counts": photos.counts, "hardware": hardware(here), "pack": loaded.manifest.version}
        typer.echo(_told(len(photos), len(held_out)))
        trainer = EncoderTrainer(replace(recipe.config(), seed=seed), loaded, photos)
        judged = held_out if len(held_out) else photos.images
        images = judged[:_JUDGED].to(loaded.device).float() / 127.5 - 1
        plan = PartPlan(out, kimg, minutes, about=about)
        run = PartRun(trainer, plan, Shown(images, bool(len(held_out))), lambda line: print(line, flush=True))
        run.resume(start and (start / LATEST if start.is_dir() else start))
        run.go()


def _told(photos: int, held_out: int) -> str:
    said = f"{photos} pictures, {held_out} held out; {torch.get_num_threads()} threads"
    return said if held_out else f"{said}. Nobody is held out: how it does on strangers will not be known."
