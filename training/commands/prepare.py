"""`typeface-training prepare`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from training.preparing.plan import SURE, Choice, DetectorName, Limits, Look, plan_for, share
from training.preparing.run import prepare as run
from training.telling import sentences

_LIMITS, _CHOICE = Limits(), Choice()
_LOOKING, _GOOD_ENOUGH, _WHICH = "Looking", "Good enough", "Which of them"


def prepare(  # noqa: PLR0913, PLR0917 - one a flag
    photos: Annotated[Path, typer.Argument(help="Folder: LABEL/female/*.jpg, LABEL/male/*, or any labels.")],
    out: Annotated[Path, typer.Option(help="Data set to write, a .zip.")],
    report: Annotated[Path | None, typer.Option(help="Folder of the report; OUT-report.")] = None,
    work: Annotated[Path | None, typer.Option(help="Folder to go on from; OUT-work.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes; one a core.")] = None,
    size: Annotated[int, typer.Option(help="64 to 1024, a power of two.", rich_help_panel=_LOOKING)] = 256,
    detector: Annotated[
        DetectorName, typer.Option(help="none: pictures framed already, drawings.", rich_help_panel=_LOOKING)
    ] = "hog",
    yolo_model: Annotated[
        Path | None, typer.Option(help="An ONNX file of yours.", rich_help_panel=_LOOKING)
    ] = None,
    haar_model: Annotated[
        Path | None, typer.Option(help="A cascade; OpenCV's own.", rich_help_panel=_LOOKING)
    ] = None,
    cnn_model: Annotated[
        Path | None, typer.Option(help="An mmod file; dlib's own.", rich_help_panel=_LOOKING)
    ] = None,
    identity: Annotated[
        bool | None,
        typer.Option(help="Tell people apart; not with the detector none.", rich_help_panel=_LOOKING),
    ] = None,
    many: Annotated[
        Literal["reject", "best"],
        typer.Option(help="Photos with several comparable faces.", rich_help_panel=_GOOD_ENOUGH),
    ] = _LIMITS.many,
    enlarged: Annotated[
        float, typer.Option(help="Times that a face may be enlarged.", rich_help_panel=_GOOD_ENOUGH)
    ] = _LIMITS.enlarged,
    outside: Annotated[
        float, typer.Option(help="Share of the picture beyond the photo.", rich_help_panel=_GOOD_ENOUGH)
    ] = _LIMITS.outside,
    turned: Annotated[
        float,
        typer.Option(help="From 0, the front; a profile is beyond 0.5.", rich_help_panel=_GOOD_ENOUGH),
    ] = _LIMITS.turned,
    sure: Annotated[
        float | None,
        typer.Option(
            help="Least score of the detector; hog, cnn 0.3, yolo 0.5.", rich_help_panel=_GOOD_ENOUGH
        ),
    ] = None,
    sharp: Annotated[
        float, typer.Option(help="0.7 sharp, 0.2 soft, 0.02 blurred.", rich_help_panel=_GOOD_ENOUGH)
    ] = _LIMITS.sharp,
    most_of_one: Annotated[
        int, typer.Option(min=1, help="Pictures of one person.", rich_help_panel=_WHICH)
    ] = _CHOICE.most_of_one,
    validation: Annotated[
        str, typer.Option(help="Share of the people held out.", rich_help_panel=_WHICH)
    ] = f"{_CHOICE.validation:.0%}",
    least: Annotated[
        int, typer.Option(min=0, help="Usable photos that a label must have.", rich_help_panel=_WHICH)
    ] = _CHOICE.least,
) -> None:
    """Make a data set from a folder of photos: aligned square pictures, their labels, and a report.

    Run it again to go on, to add photos, or to try other limits: no photo is looked at twice.

    typeface-training prepare photos --out faces.zip

    typeface-training prepare photos --out faces.zip --detector yolo --yolo-model yolov8n-face.onnx

    typeface-training prepare drawings --out drawings.zip --detector none --sharp 0 --size 512
    """
    with sentences(), _told_how_to_go_on():
        models = {"yolo": yolo_model, "haar": haar_model, "cnn": cnn_model}
        model = models.get(detector)
        known = detector != "none" if identity is None else identity
        look = Look(size, detector, str(model) if model else None, known)
        plan = replace(
            plan_for(photos, out, report, work),
            look=look,
            limits=Limits(enlarged, outside, turned, SURE[detector] if sure is None else sure, sharp, many),
            choice=Choice(most_of_one, share(validation), least),
        )
        run(replace(plan, jobs=jobs) if jobs else plan, Console())


@contextmanager
def _told_how_to_go_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("Stopped; run it again to go on.", err=True)
        raise typer.Exit(130) from None
