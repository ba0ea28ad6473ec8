"""`typeface-inference render`, `project`, `compose` and `morph`: the engine without a server."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from inference import images
from inference.commands import given
from inference.commands.given import Target
from inference.commands.loading import open_default
from inference.compose import paste, subject
from inference.compose.subject import Subject
from inference.engine.engine import Engine
from inference.engine.projection import Projection
from inference.films import files, timeline
from inference.images import Pixels
from inference.settings import Settings
from inference.wire import Face, FacePicture, MorphRequest, UpscalePicture


def render(settings: Settings, face: Face, target: Target) -> None:
    """Draw a face into a file; a large one by the pack's upscaler."""
    _draw(open_default(settings), face, target)


def project(
    settings: Settings, portraits: Sequence[Pixels], target: Target, *, latent: Path | None, steps: int | None
) -> None:
    """Find the face of a person and draw it into a file; `latent` gets it as a face expression."""
    engine = open_default(settings)
    projection = engine.start(portraits, steps)
    planned, console, began = projection.steps, Console(stderr=True), time.monotonic()
    if planned:
        _search(engine, projection, console)
    settled = ", settled" if projection.steps < planned else ""
    when = "before the last step" if planned else "where it begins"  # a step measures, and then moves
    seconds = time.monotonic() - began
    console.print(
        f"{projection.step} step{'s' * (projection.step != 1)} in {seconds:.1f} s{settled}; "
        f"loss {projection.loss:.4f} {when}"
    )
    face = engine.encode_latent(projection.latent())
    _draw(engine, face, target)
    if latent is not None:
        given.write(latent, face.model_dump_json().encode())


def _search(engine: Engine, projection: Projection, console: Console) -> None:
    with Progress(console=console) as progress:
        task = progress.add_task("projecting", total=projection.steps)
        while not projection.done:
            engine.advance([projection])
            about = f"loss {projection.loss:.4f}"
            # The total shrinks when the loss stands still.
            progress.update(task, total=projection.steps, completed=projection.step, description=about)


def compose(settings: Settings, found: Subject, face: Face, target: Target) -> None:
    """Put a face into the place of the one in a photo, and write the picture into a file."""
    engine = open_default(settings)
    drawn = [engine.picture(FacePicture(face=one)) for one in (face, *subject.origins(face))]
    pixels = paste.put(found, drawn[0], drawn[1:])
    given.write(target.path, images.encode(pixels, size=max(pixels.shape), format=target.format))


def morph(settings: Settings, asked: MorphRequest, out: Path) -> None:
    """Write a loop of faces, with the time that its frames and its file took."""
    engine = open_default(settings)
    plan, began = timeline.plan(asked.faces, asked.seconds), time.monotonic()
    drawn = [(files.held(engine.picture(picture), asked.size), shown) for picture, shown in plan]
    filmed = time.monotonic()
    data = files.encode(drawn, size=asked.size, format=asked.formats[0])
    given.write(out, data)
    Console(stderr=True).print(
        f"{len(plan)} frames in {filmed - began:.1f} s, the file in {time.monotonic() - filmed:.1f} s; "
        f"{len(data) / 1000:.0f} kB"
    )


def _draw(engine: Engine, face: Face, target: Target) -> None:
    """A picture that is larger than the pack's own is drawn by its upscaler."""
    plain = FacePicture(face=face)
    large = target.size > engine.pack.manifest.resolution
    pixels = engine.picture(UpscalePicture(picture=plain) if large else plain)
    given.write(target.path, images.encode(pixels, size=target.size, format=target.format))
