"""`typeface-training`: each command is a module of `training.commands`."""

from __future__ import annotations

import typer

from training.commands import (
    add_part,
    average,
    bench,
    directions,
    encoder,
    evaluate,
    export,
    halve,
    identity,
    import_checkpoint,
    likeness,
    prepare,
    sheet,
    train_baselines,
    train_starter,
    train_stylegan2_ada,
    types,
    upscaler,
)

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Train Typeface's models and pack them.")
train = typer.Typer(no_args_is_help=True, help="Train a generator until a limit, Ctrl-C or SIGTERM.")

train.command("stylegan2-ada")(train_stylegan2_ada.stylegan2_ada)
train.command("starter")(train_starter.starter)
train.command("dcgan")(train_baselines.dcgan)
train.command("vanilla-gan")(train_baselines.vanilla_gan)

app.command("prepare")(prepare.prepare)
app.add_typer(train, name="train")
app.command("halve")(halve.halve)
app.command("evaluate")(evaluate.evaluate)
app.command("export")(export.export)
app.command("import")(import_checkpoint.import_checkpoint)
app.command("sheet")(sheet.sheet)
app.command("encoder")(encoder.encoder)
app.command("add-encoder")(add_part.add_encoder)
app.command("identity")(identity.identity)
app.command("upscaler")(upscaler.upscaler)
app.command("add-upscaler")(add_part.add_upscaler)
app.command("bench")(bench.bench)
app.command("directions")(directions.directions)
app.command("average")(average.average)
app.command("types")(types.types)
app.command("likeness")(likeness.likeness)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
