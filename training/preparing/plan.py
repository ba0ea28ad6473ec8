"""What is asked for: how a photo is looked at, what is good enough, and how many are taken."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Literal

from training.preparing.errors import PreparingError

DetectorName = Literal["hog", "cnn", "haar", "yolo", "none"]
PADDING: Final = 0.25
"""Room around the face's box: that of dlib's `get_face_chip`, and of every selfie later."""

SURE: Final[dict[DetectorName, float]] = {"hog": 0.3, "cnn": 0.3, "haar": 0.0, "yolo": 0.5, "none": 0.0}
"""The usual least score; HOG's is lifted where a second detector agrees. Of 130 faces by HOG: as they are 1.2 and
more; behind a mask a third is not found and half of the rest is below 0.35; sunglasses change nothing."""

_RULES = 1  # raise it when a photo would be judged otherwise, so that no old verdict is taken


@dataclass(frozen=True)
class Look:
    """All that a photo's own verdict depends on. Another look begins the work anew.

    Attributes:
        size: side of the picture in pixels, a power of two from 64 to 1024.
        detector: who finds faces; `none` takes the middle square.
        model: the detector's file, where it is not the usual one.
        identity: measure who is shown, by dlib's 128 numbers.
    """

    size: int = 256
    detector: DetectorName = "hog"
    model: str | None = None
    identity: bool = True

    def __post_init__(self) -> None:
        if not 64 <= self.size <= 1024 or self.size & (self.size - 1):
            raise PreparingError(f"A size of {self.size} is not one of 64, 128, 256, 512 and 1024.")
        if self.detector == "yolo" and self.model is None:
            raise PreparingError("The yolo detector needs its file: --yolo-model FILE.onnx.")
        if self.model is not None and not Path(self.model).is_file():
            raise PreparingError(f"There is no model file {self.model}.")

    @property
    def key(self) -> str:
        """Short hash of everything here, the model file's bytes included."""
        model = hashlib.sha256(Path(self.model).read_bytes()).hexdigest() if self.model else ""
        text = json.dumps([_RULES, self.size, self.detector, model, self.identity])
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Limits:
    """What a usable photo may be like. They are applied to stored measures: changing them costs seconds.

    Attributes:
        enlarged: at most so many picture pixels to one photo pixel.
        outside: share of the picture that may lie beyond the photo's edge.
        turned: eye distances that the nose may stand beside the middle of the eyes.
        sure: the least score of the detector (`SURE`); what hides a face lowers it.
        sharp: the least sharpness (`measures.sharpness`).
        many: what to do with several comparable faces. A couple's photo lies under the label of one of them
            and the detector cannot know whose, so they are refused unless `best` is asked for.
    """

    enlarged: float = 1.5
    outside: float = 0.1
    turned: float = 0.25
    sure: float = 0.3
    sharp: float = 0.05
    many: Literal["reject", "best"] = "reject"


@dataclass(frozen=True)
class Choice:
    """Which of the usable photos make the set.

    Attributes:
        most_of_one: at most so many pictures of one person.
        validation: share of the people that is held out.
        least: fewer usable photos than that under a label are an error.
    """

    most_of_one: int = 20
    validation: float = 0.05
    least: int = 3


@dataclass(frozen=True)
class Plan:
    """A whole `prepare`: from where, to where, and how."""

    photos: Path
    out: Path
    report: Path
    work: Path
    look: Look = field(default_factory=Look)
    limits: Limits = field(default_factory=Limits)
    choice: Choice = field(default_factory=Choice)
    jobs: int = 1

    @property
    def own(self) -> frozenset[Path]:
        """What this plan writes, and so does not read."""
        return frozenset(path.resolve() for path in (self.out, self.report, self.work))

    def asked(self) -> dict[str, object]:
        """The settings, for the record; no path."""
        look = {**asdict(self.look), "model": Path(self.look.model).name if self.look.model else None}
        return {"look": look, "limits": asdict(self.limits), "choice": asdict(self.choice)}


def plan_for(photos: Path, out: Path, report: Path | None = None, work: Path | None = None) -> Plan:
    """The plan with the usual neighbours of `out`: `NAME-report/` and `NAME-work/`."""
    base = out.with_suffix("")
    return Plan(
        photos,
        out,
        report or base.with_name(base.name + "-report"),
        work or base.with_name(base.name + "-work"),
        jobs=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
    )


def share(text: str) -> float:
    """`5%` or `0.05`, at least 0 and below 1."""
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1:
        raise PreparingError(f"{text} is not a share such as 5% or 0.05.")
    return value
