"""`typeface-training types`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.datasets.faces import FaceSource
from training.errors import SettingError
from training.export import illustrating
from training.telling import sentences


def types(
    pack: Annotated[Path, typer.Option(help="Folder of a pack whose generator learnt women and men.")],
    data: Annotated[Path | None, typer.Option(help="Archive, to hold age still.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="CSV table of the archive.")] = None,
    strength: Annotated[
        float, typer.Option(min=0.1, max=2, help="How far types differ, in standard deviations.")
    ] = illustrating.STRENGTH,
) -> None:
    """Find sixteen illustrative types and the looks that wear them, in the place of those that a pack had.

    typeface-training types --pack packs/ours --data aligned128.zip --manifest manifest.csv --strength 1
    """
    with sentences():
        if (data is None) != (manifest is None):
            raise SettingError("--data and its --manifest go together")
        source = FaceSource(data, manifest) if data and manifest else None
        typer.echo(f"{pack}: version {illustrating.retype(pack, source, strength)}")
