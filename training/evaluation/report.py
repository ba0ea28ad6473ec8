"""`evaluate` from end to end: read, look, compare, write."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from training.datasets.faces import unseen
from training.errors import SettingError
from training.evaluation.findings import findings, numbers
from training.evaluation.judging import Judge, Judgement
from training.evaluation.page import Told, page
from training.evaluation.photos import MOST as PHOTOS
from training.evaluation.photos import Photos, open_photos
from training.evaluation.spaces import IdentitySpace, InceptionSpace, Space
from training.evaluation.subjects import Subject, open_subjects
from training.writing import whole

MOST: Final = 50_000


@dataclass(frozen=True)
class Plan:
    """What to compare with what.

    Attributes:
        subjects: runs, checkpoints, packs, or somebody else's files.
        data: the data set, and the table of one that `prepare` did not make.
        out: the report, an .html; a .json of the same name gets the numbers.
        count: samples of each subject.
        photos: training photos at most that they are compared with, and as many held-out ones.
        psi: truncation of the samples.
        inception: weights, for FID and KID.
        device: where networks compute.
    """

    subjects: Sequence[Path]
    data: Path
    out: Path
    manifest: Path | None = None
    count: int = 512
    photos: int = PHOTOS
    psi: float = 1.0
    inception: Path | None = None
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.out.suffix.lower() != ".html":
            raise SettingError(f"{self.out} must end in .html.")
        if not 8 <= self.count <= MOST:
            raise SettingError(f"{self.count} samples are not between 8 and {MOST}.")


def evaluate(plan: Plan, console: Console) -> list[Judgement]:
    """Write the report, whole or not at all.

    Raises:
        TrainingError, PackError: a sentence; nothing was written.
    """
    subjects = open_subjects(plan.subjects, plan.device)
    held_out = unseen(subject.held_out for subject in subjects)
    photos = open_photos(plan.data, plan.manifest, plan.photos, held_out)
    spaces: list[Space] = [IdentitySpace()]
    if plan.inception is not None:
        spaces.append(InceptionSpace(plan.inception, plan.device))
    with _progress(console) as progress:
        bar = progress.add_task("pictures", total=None)
        judge = Judge(photos, spaces, plan.count, plan.psi, lambda n: progress.update(bar, advance=n))
        progress.update(bar, total=judge.pictures(subjects))
        judgements = judge(subjects)
    how = _how(plan, photos, judge) + untruncated(subjects, plan.psi)
    said = findings(judgements, judge.compared)
    with whole(plan.out) as file:
        file.write(page(judgements, Told(how, said)).encode())
    told = {"how": how, "findings": said, "judgements": numbers(judgements)}
    with whole(plan.out.with_suffix(".json")) as file:
        file.write(json.dumps(told, ensure_ascii=False, indent=1).encode())
    for sentence in said:
        console.print(sentence, markup=False, soft_wrap=True)
    return judgements


def _how(plan: Plan, photos: Photos, judge: Judge) -> str:
    text = (
        f"{plan.count} samples at psi {plan.psi:g} of each, and {len(photos.training)} training photos "
        f"({len(photos.held_out)} held out) of {photos.archive.name}. Distances are between "
        f"{judge.against} and as many samples or other photos, so that numbers of one "
        "report compare; the other photos are the floor, which nothing generated is expected to reach. Identity is "
        "dlib's network, that sees who somebody is."
    )
    if not photos.framed:
        text += " The data set was not framed as faces: what is said of identity means little."
    return text


def untruncated(subjects: Sequence[Subject], psi: float) -> str:
    """A sentence on those that psi does nothing to; none where it need not be said."""
    names = [subject.name for subject in subjects if not subject.truncates]
    if psi == 1 or not names:
        return ""
    return f" {' and '.join(names)} cannot be truncated: psi does nothing to their samples."


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)
