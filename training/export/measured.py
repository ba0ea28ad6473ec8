"""What `evaluate` measured of a pack, in its card and manifest."""

from __future__ import annotations

from pathlib import Path

from training.evaluation.findings import numbers
from training.evaluation.judging import Judgement
from training.evaluation.likeness import Likeness
from training.evaluation.neighbours import HEART
from training.export.failures import FILE, failures
from training.export.parts import changed

_DIGITS = {"kernel": 1, "frechet": 3, "precision": 2, "recall": 2}
_NAMES = {"kernel": "kernel distance (x 1000)", "frechet": "Frechet distance"}


def add_measures(folder: Path, floor: Judgement, own: Judgement) -> str:
    """Write them into a pack, in the place of older ones; the pack's new version.

    Raises:
        PackError: the pack does not load; it stays as it was.
    """
    measured, photos = numbers([own])[0], numbers([floor])[0]
    told = ", ".join(
        f"{_NAMES.get(name, name)} {measured['identity'][name]:.{d}f} ({photos['identity'][name]:.{d}f})"
        for name, d in _DIGITS.items()
    )
    text = (
        f"{len(own.samples.thumbs)} samples against {own.against}, in dlib's identity space, and in brackets other "
        f"photos against the same: {told}. Two samples differ {measured['diversity']:.2f} as much "
        f"as two photos do.{_by_heart(own)} `{FILE}` shows those of the "
        f"samples in which a detector sees least of a face, in rows of dark, medium and light ones."
    )
    with changed(folder, "Measured", text) as change:
        failures(own.samples.thumbs).save(change.folder / FILE, quality=85)
        # Without the folder's name, which says nothing of the pack.
        told_of = {"samples": measured, "photos": photos}
        change.manifest["provenance"]["measured"] = {
            whose: {name: value for name, value in found.items() if name != "name"}
            for whose, found in told_of.items()
        }
    return change.version


def _by_heart(own: Judgement) -> str:
    if own.heart is None:
        return ""
    return (
        f" {own.heart.share:.1%} of the samples are as near to one photo that was learnt from, and to no other, as "
        f"fewer than {HEART:.0%} of photos of strangers are."
    )


def add_likeness(folder: Path, found: Likeness) -> str:
    """The same for the likeness of projections."""
    groups = found.groups()
    told = ", ".join(f"{group} {median:.2f} ({count})" for group, (count, median) in groups.items())
    worst = max(median for _, median in groups.values()) - found.median if groups else 0.0
    text = (
        f"Projections of {len(found.people)} people whom no network has seen are at a median distance of "
        f"{found.median:.2f} from their photos, by dlib's identity network (0.6 is its line for one person); "
        f"{found.own:.0%} are nearer to their own photo than to anybody else's. By the groups that annotators guessed, "
        f"and how many people: {told}. The group that fares worst is {worst:.2f} above the whole."
    )
    with changed(folder, "Likeness", text) as change:
        change.manifest["provenance"]["likeness"] = {
            "people": len(found.people),
            "median": round(found.median, 4),
            "own": round(found.own, 4),
            "groups": {group: [count, round(median, 4)] for group, (count, median) in groups.items()},
        }
    return change.version
