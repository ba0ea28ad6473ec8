"""`typeface-training sheet`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from training.export import contact_sheet
from training.telling import sentences


def sheet(
    pack: Annotated[Path, typer.Option(help="Folder of a pack.")],
    out: Annotated[Path, typer.Option(help="PNG to write.")],
) -> None:
    """Draw a pack: its types for women and men, its looks, and people at psi 0.5 and 0.7.

    typeface-training sheet --pack packs/ours --out sheet.png
    """
    with sentences():
        contact_sheet.draw(pack, out)
    typer.echo(str(out))
