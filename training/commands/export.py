"""`typeface-training export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.datasets.faces import FaceSource
from training.errors import SettingError
from training.export import learned, starter_pack
from training.export.illustrating import STRENGTH
from training.export.trained import add_trained
from training.loops.checkpoint import LATEST, load_checkpoint
from training.telling import sentences

_STARTER = "The starter recipe's"


def export(  # noqa: PLR0913, PLR0917 - one a flag
    run: Annotated[Path, typer.Option(help="Folder of a training run.")],
    out: Annotated[Path, typer.Option(help="Folder of the pack.")],
    licence: Annotated[
        str, typer.Option(help="Of the faces, in a sentence; it must fit that of the photos.")
    ] = "",
    attribution: Annotated[str, typer.Option(help="Who made the photos.")] = "unknown",
    name: Annotated[str, typer.Option(help="Of the pack: a-z, 0-9, dot, dash.")] = "faces",
    version: Annotated[str, typer.Option(help="Of the pack.")] = "0.1.0",
    framing_padding: Annotated[
        float, typer.Option(min=0, max=2, help="How wide the photos were cut, as prepare did.")
    ] = 0.25,
    label: Annotated[
        list[str] | None, typer.Option(help="Another name of a class, in order, for each: ENFP, ENFP:female.")
    ] = None,
    encoder: Annotated[
        Path | None, typer.Option(help="Folder of an encoder's run for this generator.")
    ] = None,
    checkpoint: Annotated[str, typer.Option(help="File of the run: best.pt, kimg-00200.pt.")] = LATEST,
    data: Annotated[
        Path | None, typer.Option(help="Archive, to hold age still.", rich_help_panel=_STARTER)
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="CSV table of the archive.", rich_help_panel=_STARTER)
    ] = None,
    strength: Annotated[
        float, typer.Option(help="How far the illustrative types differ.", rich_help_panel=_STARTER)
    ] = STRENGTH,
) -> None:
    """Turn a run's averaged generator into a pack that the server needs nothing else for.

    A run that learnt labels gets the average face of each; the starter recipe's gets sixteen illustrative types.

    typeface-training export --run runs/types --out packs/ours --licence "CC BY 4.0" --attribution "Our club"

    typeface-training export --run runs/types --checkpoint best.pt --out packs/ours --licence "for members only"
    """
    with sentences():
        state = load_checkpoint(run / checkpoint)
        if state.get("about", {}).get("recipe") == "starter":
            if (data is None) != (manifest is None):
                raise SettingError("--data and its --manifest go together")
            source = FaceSource(data, manifest) if data and manifest else None
            starter = starter_pack.ExportPlan(version=version, strength=strength, source=source)
            starter_pack.export(run / checkpoint, out, starter)
        elif data or manifest:
            raise SettingError("--data and --manifest are for runs of the starter recipe, which this is not")
        else:
            plan = learned.LearnedPlan(licence, attribution, name, version, framing_padding, label or ())
            learned.export_learned(state, out, plan)
        if encoder is not None:
            add_trained("encoder", encoder / LATEST, out)
    total = sum(file.stat().st_size for file in out.iterdir())
    typer.echo(f"{out}: {total / 1e6:.2f} MB")
