"""`typeface-training`: train, export, sheets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import torch
import typer

from inference.networks.ops.cuda import kernels
from inference.packs import loader
from training import settings
from training.config import GanConfig
from training.datasets.faces import FaceSource, load_faces
from training.datasets.people import load_people
from training.evaluation.judge import judge
from training.export import contact_sheet, starter_pack
from training.export import encoder as encoders
from training.export import identity as identities
from training.export.import_command import import_checkpoint
from training.loops import identity as identity_loop
from training.loops.checkpoint import LATEST, load_checkpoint
from training.loops.encoder import EncoderTrainer
from training.loops.encoder_run import EncoderPlan, EncoderRun
from training.loops.gan import GanTrainer
from training.loops.hardware import hardware
from training.loops.run import Run, RunPlan
from training.preparing.command import prepare
from training.recipes import encoder as encoder_recipe
from training.recipes import identity as identity_recipe
from training.recipes import starter
from training.telling import sentences
from training.transfer import beginning

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Train Typeface's models and pack them.")

RECIPES = {"starter": starter.config}


@app.callback()
def root() -> None:
    """Train Typeface's models and pack them."""


app.command()(prepare)
app.command("import")(import_checkpoint)


@app.command()
def train(  # noqa: PLR0913, PLR0917 - one a flag
    recipe: Annotated[str, typer.Argument(help=f"One of: {', '.join(RECIPES)}.")],
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints and sheets; resumed if it has one.")],
    max_minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes.")] = None,
    max_kimg: Annotated[float | None, typer.Option(help="Stop at so many thousand pictures.")] = None,
    start: Annotated[
        Path | None,
        typer.Option("--from", help="Begin with the weights of a run, checkpoint, pack, .pkl or .pt."),
    ] = None,
    grow_from: Annotated[
        Path | None, typer.Option(help="Begin as a network of half the size: what --from takes.")
    ] = None,
    freeze_d: Annotated[
        int | None, typer.Option(min=0, help="Layers of the discriminator that do not learn: 4, 7, 10, 13.")
    ] = None,
    freeze_g: Annotated[
        int | None, typer.Option(min=0, help="Mapping and blocks up to so many px do not learn; 0: all do.")
    ] = None,
) -> None:
    """Train a recipe until a limit, Ctrl-C or SIGTERM; run again to go on."""
    with sentences():
        begun = beginning.plan(RECIPES[recipe](), beginning.Wish(start, grow_from, freeze_d, freeze_g), out)
    config: GanConfig = begun.config
    data = load_faces(FaceSource(faces, manifest), config.generator.resolution)
    typer.echo(f"{len(data)} pictures: {data.counts}; {torch.get_num_threads()} threads")
    about = {"recipe": recipe, "counts": data.counts, "hardware": hardware(), **begun.about}
    plan = RunPlan(out, max_kimg, max_minutes, about=about)
    trainer = GanTrainer(config, data)
    begun.fill(trainer)
    run = Run(trainer, plan, lambda line: print(line, flush=True))
    run.resume()
    run.go()


@app.command()
def export(
    run: Annotated[Path, typer.Option(help="Folder of a training run.")],
    out: Annotated[Path, typer.Option(help="Folder of the pack.")],
    faces: Annotated[
        Path | None, typer.Option(help="Archive, to hold age still and measure quality.")
    ] = None,
    manifest: Annotated[Path | None, typer.Option(help="CSV table of the archive.")] = None,
    strength: Annotated[float, typer.Option(help="How far the types differ, in standard deviations.")] = 1.0,
    checkpoint: Annotated[str, typer.Option(help="File of the run.")] = LATEST,
) -> None:
    """Turn a run's averaged generator into a pack with sixteen illustrative types."""
    path = run / checkpoint
    source = FaceSource(faces, manifest) if faces and manifest else None
    starter_pack.export(path, out, starter_pack.ExportPlan(strength=strength, source=source))
    total = sum(file.stat().st_size for file in out.iterdir())
    typer.echo(f"{out}: {total / 1e6:.2f} MB")


@app.command()
def evaluate(
    run: Annotated[Path, typer.Option(help="Folder of a training run.")],
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    checkpoint: Annotated[str, typer.Option(help="File of the run.")] = LATEST,
) -> None:
    """Measure how far a checkpoint's pictures are from the training pictures."""
    config, generator = starter_pack.averaged_generator(load_checkpoint(run / checkpoint))
    verdict = judge(generator, load_faces(FaceSource(faces, manifest), config.generator.resolution))
    typer.echo(f"sliced Wasserstein distance x 1000: {verdict}")


@app.command()
def sheet(
    pack: Annotated[Path, typer.Option(help="Folder of a pack.")],
    out: Annotated[Path, typer.Option(help="PNG to write.")],
) -> None:
    """Draw a pack: its types for women and men, its looks, and people at psi 0.5 and 0.7."""
    contact_sheet.draw(pack, out)
    typer.echo(str(out))


@app.command()
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
    trainer = EncoderTrainer(encoder_recipe.config(), loaded, data)
    seen = (held_out.images[:96].float() / 127.5 - 1).to(loaded.device)
    plan = EncoderPlan(out, kimg, minutes, about=about)
    run = EncoderRun(trainer, plan, seen, lambda line: print(line, flush=True))
    run.resume(resume)
    run.go()


@app.command()
def add_encoder(
    run: Annotated[Path, typer.Option(help="Folder of an encoder's run.")],
    pack: Annotated[Path, typer.Option(help="Folder of the pack that gets it.")],
    checkpoint: Annotated[str, typer.Option(help="File of the run.")] = LATEST,
) -> None:
    """Put a trained encoder into a pack, whose version goes up."""
    version = encoders.add_encoder(run / checkpoint, pack)
    total = sum(file.stat().st_size for file in pack.iterdir())
    typer.echo(f"{pack}: version {version}, {total / 1e6:.2f} MB")


@app.command()
def identity(
    faces: Annotated[Path, typer.Option(help="Zip archive of aligned pictures.")],
    manifest: Annotated[Path, typer.Option(help="CSV table of the archive.")],
    out: Annotated[Path, typer.Option(help="Folder of checkpoints; resumed if it has one.")],
    resolution: Annotated[int, typer.Option(help="Of the packs that it is for.")] = 64,
    minutes: Annotated[float | None, typer.Option(help="Stop after so many minutes.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Folder of the pack that gets it at the end.")] = None,
) -> None:
    """Train a network that tells people apart, until its last iteration, a limit, Ctrl-C or SIGTERM."""
    source, recipe = FaceSource(faces, manifest), identity_recipe.config(resolution)
    side = resolution * 3 // 2  # room to turn and bend in
    data, held_out = load_people(source, side), load_people(source, side, validation=True)
    trainer = identity_loop.IdentityTrainer(recipe, data)
    typer.echo(f"{len(data)} pictures, {len(held_out)} held out; {torch.get_num_threads()} threads")
    identity_loop.train(trainer, out, minutes, lambda line: print(line, flush=True))
    typer.echo(
        f"held out, found among {len(held_out)}: {identity_loop.told_apart(trainer.network, held_out):.3f}"
    )
    if pack is not None:
        typer.echo(f"{pack}: version {identities.add_identity(out / LATEST, pack)}")


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
