"""Drive a trainer until it is told to stop: progress lines, checkpoints, sample sheets, signals."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.loops.checkpoint import LATEST, load_checkpoint, save_checkpoint
from training.loops.samples import save_sheet
from training.loops.signals import stop_signals
from training.loops.trainer import Terms, Trainer
from training.loops.world import ALONE, World

SHEET_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class RunPlan:
    """When to stop and how often to write. Kimg are thousands of pictures shown to the discriminator."""

    out: Path
    max_kimg: float | None = None
    max_minutes: float | None = None
    tick_kimg: float = 0.5
    checkpoint_minutes: float = 4.0
    sheet_kimg: float = 2.0
    keep_kimg: float = 20.0
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else a pack's card will tell of the run: plain values, kept in the checkpoints."""


class Run:
    """A trainer, its folder, and the clock."""

    def __init__(
        self, trainer: Trainer, plan: RunPlan, say: Callable[[str], None] = print, world: World = ALONE
    ) -> None:
        self.trainer, self.plan, self.world = trainer, plan, world
        self.say = say if world.first else _nothing
        self.seconds = 0.0  # spent in training, over all sittings
        self._sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def resume(self) -> bool:
        """Load the latest checkpoint of the folder, if there is one."""
        path = self.plan.out / LATEST
        if not path.exists():
            return False
        state = load_checkpoint(path)
        self.trainer.load_state_dict(state)
        self.seconds = state["seconds"]
        self.say(f"resumed at {self._kimg():.1f} kimg, {self.seconds / 3600:.2f} h")
        return True

    def save(self) -> None:
        """Write `latest.pt`; once every `keep_kimg` also one that stays. All ranks call it, the first writes."""
        state = {**self.trainer.state_dict(), "seconds": self.seconds, "about": dict(self.plan.about)}
        if not self.world.first:
            return
        save_checkpoint(self.plan.out / LATEST, state)
        mark = int(self._kimg() // self.plan.keep_kimg * self.plan.keep_kimg)
        kept = self.plan.out / f"kimg-{mark:05d}.pt"
        if mark and not kept.exists():
            save_checkpoint(kept, state)

    def go(self) -> None:
        """Train until a limit or a signal; always ends with a checkpoint and a sheet."""
        started = last = saved = time.monotonic()
        with stop_signals() as stop:
            while not self.world.any(bool(stop) or self._finished(time.monotonic() - started)):
                before = self._kimg()
                self._collect(self.trainer.step())
                now = time.monotonic()
                if _passed(before, self._kimg(), self.plan.tick_kimg):
                    self.seconds += now - last
                    self._report(now - last)
                    last = now
                if _passed(before, self._kimg(), self.plan.sheet_kimg):
                    self.sheet()
                if self.world.any(now - saved >= self.plan.checkpoint_minutes * 60):
                    self.save()
                    saved = now
        self.seconds += time.monotonic() - last
        self.save()
        self.sheet()
        self.say(f"stopped at {self._kimg():.1f} kimg, {self.seconds / 3600:.2f} h")

    def sheet(self) -> None:
        if not self.world.first:
            return
        images = self.trainer.samples(SHEET_COLUMNS)
        save_sheet(self.plan.out / f"sheet-{int(self._kimg()):05d}.png", images, SHEET_COLUMNS, zoom=2)

    def _kimg(self) -> float:
        return self.trainer.images_seen / 1000

    def _finished(self, elapsed: float) -> bool:
        plan = self.plan
        if plan.max_kimg is not None and self._kimg() >= plan.max_kimg:
            return True
        return plan.max_minutes is not None and elapsed >= plan.max_minutes * 60

    def _collect(self, terms: Terms) -> None:
        for name, value in terms.items():
            self._sums[name][0] += value
            self._sums[name][1] += 1

    def _report(self, seconds: float) -> None:
        means = {name: round(total / count, 4) for name, (total, count) in self._sums.items()}
        self._sums.clear()
        pace = round(seconds / self.plan.tick_kimg, 1)
        line = {"kimg": round(self._kimg(), 2), "sec_per_kimg": pace, "hours": round(self.seconds / 3600, 3)}
        self.say(json.dumps(line | means))


def _nothing(line: str) -> None:
    """What other ranks than the first say."""


def _passed(before: float, after: float, every: float) -> bool:
    return int(after / every) > int(before / every)
