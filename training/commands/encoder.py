"""`typeface-training encoder`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from inference.networks.ops.cuda import kernels
from inference.packs import loader
from training import settings
from training.datasets.photos import load_photos
from training.loops.encoder import EncoderTrainer
from training.loops.encoder_run import EncoderPlan, EncoderRun
from training.loops.hardware import hardware
from training.recipes import encoder as recipe
from training.telling import sentences


def encoder(  # noqa: PLR0913, PLR0917 - one a flag
    pack: Annotated[Path, typer.Option(help="Folder of the pack whose generator it answers for.")],
    faces: Annotated[Path, typer.Option(help="What prepare made, or a zip archive of aligned pictures.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and sheets; resumed if it has one.")],
    manifest: Annotated[
        Path | None, typer.Option(help="CSV table of an archive that prepare did not make.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes.")] = None,
    kimg: Annotated[float | None, typer.Option(help="Stop at so many thousand pictures.")] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Checkpoint of another run, whose encoder a new one begins with.")
    ] = None,
) -> None:
    """Train an encoder, from photos to a pack's latents, until a limit, Ctrl-C or SIGTERM."""
    with sentences():
        _train(pack, faces, manifest, EncoderPlan(out, kimg, minutes), resume)


def _train(pack: Path, faces: Path, manifest: Path | None, plan: EncoderPlan, resume: Path | None) -> None:
    loaded = loader.load(pack, "cuda" if torch.cuda.is_available() else "cpu")
    kernels.prepare(settings.cache(), loaded.device)
    data, held_out = load_photos(faces, manifest, loaded.manifest.resolution)
    about = {"counts": data.counts, "hardware": hardware(), "pack": loaded.manifest.version}
    typer.echo(f"{len(data)} pictures, {len(held_out)} held out; {torch.get_num_threads()} threads")
    trainer = EncoderTrainer(recipe.config(), loaded, data)
    seen = (held_out[:96].float() / 127.5 - 1).to(loaded.device)
    run = EncoderRun(trainer, replace(plan, about=about), seen, lambda line: print(line, flush=True))
    run.resume(resume)
    run.go()
