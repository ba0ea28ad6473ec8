"""`typeface-training encoder`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from inference.networks.ops.cuda import kernels
from inference.packs import loader
from training import settings
from training.datasets.faces import FaceSource, load_faces
from training.loops.encoder import EncoderTrainer
from training.loops.encoder_run import EncoderPlan, EncoderRun
from training.loops.hardware import hardware
from training.recipes import encoder as recipe


def encoder(  # noqa: PLR0913, PLR0917 - one a flag
    pack: Annotated[Path, typer.Option(help="Folder of the pack whose generator it answers for.")],
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and sheets; resumed if it has one.")],
    minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes.")] = None,
    kimg: Annotated[float | None, typer.Option(help="Stop at so many thousand pictures.")] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Checkpoint of another run, whose encoder a new one begins with.")
    ] = None,
) -> None:
    """Train an encoder, from photos to a pack's latents, until a limit, Ctrl-C or SIGTERM."""
    loaded = loader.load(pack, "cuda" if torch.cuda.is_available() else "cpu")
    kernels.prepare(settings.cache(), loaded.device)
    side, source = loaded.manifest.resolution, FaceSource(faces, manifest)
    data, held_out = load_faces(source, side), load_faces(source, side, validation=True)
    about = {"counts": data.counts, "hardware": hardware(), "pack": loaded.manifest.version}
    typer.echo(f"{len(data)} pictures, {len(held_out)} held out; {torch.get_num_threads()} threads")
    trainer = EncoderTrainer(recipe.config(), loaded, data)
    seen = (held_out.images[:96].float() / 127.5 - 1).to(loaded.device)
    plan = EncoderPlan(out, kimg, minutes, about=about)
    run = EncoderRun(trainer, plan, seen, lambda line: print(line, flush=True))
    run.resume(resume)
    run.go()
