"""`prepare` from end to end: walk, look, sift, report, pack."""

from __future__ import annotations

import hashlib
import json
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from training.preparing.crew import Crew, Order
from training.preparing.detectors.opening import open_detector
from training.preparing.errors import PreparingError, writing
from training.preparing.findings import LabelCount, count
from training.preparing.journal import Journal, replace_text, stamp_of
from training.preparing.packing import write_set
from training.preparing.plan import Plan
from training.preparing.report import PAGE, summary, write_report
from training.preparing.sifting import Seen, sift
from training.preparing.tree import Photo, walk
from training.writing import alone

_DONE: Final = "done.json"


def prepare(plan: Plan, console: Console) -> None:
    """Make the data set and its report; run again to go on, or to add photos.

    Raises:
        PreparingError: it cannot be made; what was at `plan.out` before is as it was.
        NotWritten: likewise.
        Occupied: another run works in its work folder.
    """
    photos = walk(plan.photos, plan.own)
    _writable(plan.out)
    open_detector(plan.look)  # what is missing is told before any work
    with alone(plan.work), Journal(plan.work, plan.look.key) as journal:
        seen = _look(plan, photos, journal, console)
        made_of = _made_of(plan, seen)
        if _finished(plan, made_of):
            console.print(f"Nothing has changed since {plan.out} was made.", markup=False, soft_wrap=True)
            return
        sifted = sift(seen, plan.limits, plan.choice, journal.people())
        told = write_report(plan.report, sifted, journal.chips, plan.asked())
        _enough(plan, count(sifted))
        write_set(plan.out, journal.chips, sifted.taken, plan.look)
        journal.remember(sifted.people)
        replace_text(plan.work / _DONE, json.dumps([made_of, stamp_of(plan.out)]))
    _say(plan, told, console)


def _look(plan: Plan, photos: Sequence[Photo], journal: Journal, console: Console) -> list[Seen]:
    """Every photo with its verdict; those of earlier runs are not looked at again."""
    seen, todo = [], []
    for photo in photos:
        sha = journal.seen(photo.path, stamp_of(plan.photos / photo.path))
        if sha is None:
            todo.append(photo)
        else:
            seen.append(Seen(photo, sha, journal.verdict(sha)))
    if not todo:
        return seen
    if seen:
        console.print(f"{len(seen)} of {len(photos)} photos were looked at before.")
    order = Order(plan.photos, journal.chips, plan.look, journal.known)
    begun, before = time.monotonic(), _spent()
    with Crew(order, plan.jobs) as crew, _progress(console) as progress:
        bar = progress.add_task("photos", total=len(todo), rate="")
        for done, answer in enumerate(crew.examine(todo), 1):
            verdict = answer.verdict
            if answer.sha and answer.stamp:
                journal.add(answer.photo.path, answer.stamp, answer.sha, verdict)
                verdict = journal.verdict(answer.sha)
            assert verdict is not None
            seen.append(Seen(answer.photo, answer.sha or "", verdict))
            progress.update(bar, advance=1, rate=f"{done / (time.monotonic() - begun):.1f}/s")
    rate, spent = len(todo) / (time.monotonic() - begun), (_spent() - before) / len(todo)
    console.print(f"{len(todo)} photos looked at: {rate:.1f} a second, {spent:.2f} s of processor time each.")
    return seen


def _spent() -> float:
    """Seconds of processor time of all workers that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TextColumn("{task.fields[rate]}"), TimeRemainingColumn(), console=console)


def _writable(out: Path) -> None:
    """Tell of a place that cannot be written before the work and not after it."""
    if out.suffix.lower() != ".zip":
        raise PreparingError(f"{out} must end in .zip.")
    if out.is_dir():
        raise PreparingError(f"{out} is a folder; a file is written there.")
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        trial = out.with_name(f".{out.name}.part")
        trial.touch()
        trial.unlink()


def _enough(plan: Plan, rows: Sequence[LabelCount]) -> None:
    taken, photos = sum(row.taken for row in rows), sum(row.photos for row in rows)
    page = plan.report / PAGE
    if not taken:
        raise PreparingError(f"None of the {photos} photos can be used; {page} says why.")
    if taken == 1:
        raise PreparingError(f"One usable photo of {photos} makes no data set; {page} says what is wrong.")
    poor = [row for row in rows if row.taken < plan.choice.least]
    if poor:
        names = ", ".join(f"{row.name} ({row.taken} of {row.photos})" for row in poor[:8])
        more = f" and {len(poor) - 8} more" if len(poor) > 8 else ""
        raise PreparingError(
            f"Labels with fewer than {plan.choice.least} usable photos: {names}{more}. Add photos, take the "
            f"folders out, or allow it with --least 0; {page} says what was refused."
        )


def _made_of(plan: Plan, seen: Sequence[Seen]) -> str:
    """Hash of all that the set depends on: settings, photos, labels."""
    lines = sorted([s.photo.path, s.photo.label, s.photo.gender, s.sha] for s in seen)
    text = json.dumps([plan.asked(), plan.look.key, lines], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _finished(plan: Plan, made_of: str) -> bool:
    try:
        before = json.loads((plan.work / _DONE).read_text("ascii"))
    except (OSError, ValueError):
        return False
    stamp = stamp_of(plan.out)
    return stamp is not None and before == [made_of, list(stamp)] and (plan.report / PAGE).exists()


def _say(plan: Plan, told: dict[str, Any], console: Console) -> None:
    for text in told["warnings"]:
        console.print(text, style="yellow", markup=False, soft_wrap=True)
    size = plan.out.stat().st_size / 1e6
    console.print(
        f"{summary(told)} {plan.out}: {size:.1f} MB; {plan.report / PAGE}", markup=False, soft_wrap=True
    )
