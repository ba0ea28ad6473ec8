"""`typeface-training directions`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from inference.packs import loader
from training.commands.options import Device, Threads
from training.datasets.faces import FaceSource
from training.directions import adding, finding, labelled
from training.directions.finding import Found
from training.errors import SettingError
from training.loops.machine import machine
from training.telling import sentences


def directions(  # noqa: PLR0913, PLR0917 - one a flag
    pack: Annotated[Path, typer.Option(help="Folder of the pack that gets them.")],
    data: Annotated[
        Path | None, typer.Option(help="Photos: what prepare made, of the official layout, or any zip.")
    ] = None,
    table: Annotated[
        Path | None, typer.Option(help="CSV of labels for a set: a column file, others of numbers.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="CSV table of any zip: columns file, gender, person, age.")
    ] = None,
    numbered: Annotated[int, typer.Option(min=0, help="So many of SeFa for each group of layers.")] = 0,
    take: Annotated[
        list[str] | None, typer.Option(help="Only this one, also if it does little; may be given again.")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="PNG of all that were found, also those left out.")
    ] = None,
    people: Annotated[
        int, typer.Option(min=2, help="Range and identity are tried on so many.")
    ] = finding.TRIED,
    write: Annotated[bool, typer.Option(help="Put them into the pack, or only look.")] = True,
    device: Device = "auto",
    threads: Threads = None,
) -> None:
    """Find directions along which faces change, measure what they do, and add those that work to a pack.

    Named ones (gender, age, smile, fringe, hair, skin, glasses, turn, and columns of yours) need photos:

    typeface-training directions --pack packs/mine --data faces.zip --sheet directions.png

    Numbered ones come from the weights alone, over all layers, and over coarse, middle and fine ones:

    typeface-training directions --pack packs/mine --numbered 4
    """
    with sentences(), machine(device, threads) as here:
        loaded = loader.load(pack, here.device)
        photos = None if data is None else _photos(data, table, manifest, loaded.manifest.resolution)
        if photos is None and not numbered:
            raise SettingError("nothing to find: give photos (--data), or --numbered")
        found = finding.named(loaded, photos, track, people) if photos else []
        found += finding.numbered(loaded, numbered, photos, track, people) if numbered else []
        taken = [each for each in found if (each.name in take if take else each.works)]
        _tell(found, taken)
        if sheet is not None:
            adding.draw(loaded, found, sheet, zoom=2)
        if not taken:
            raise SettingError("none of them does what it should; the pack stays as it was")
        if write:
            typer.echo(f"{pack}: version {adding.add_directions(pack, taken)}")


def _photos(data: Path, table: Path | None, manifest: Path | None, side: int) -> labelled.Labelled:
    if manifest is None:
        return labelled.from_prepared(data, side, table)
    if table is not None:
        raise SettingError("--table tells of a set, --manifest of any other zip: give one of them")
    return labelled.from_faces(FaceSource(data, manifest), side)


def _tell(found: list[Found], taken: list[Found]) -> None:
    table = Table("direction", "from", "to", "showed", "moves others", "identity", "")
    for each in found:
        table.add_row(
            each.name,
            f"{each.low:.2f}",
            f"{each.high:.2f}",
            "" if each.shown is None else f"{each.shown:.2f}",
            "" if each.leak is None else f"{each.leak:.2f}",
            f"{each.identity[0]:.2f}, {each.identity[1]:.2f}",
            "" if each in taken else "left out",
        )
    Console().print(table)
