"""Drive a trainer until it is told to stop: ticks, looks, checkpoints, signals."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.loops.breaking import Broken, all_finite
from training.loops.checkpoint import LATEST, as_asked, kept_name, load_checkpoint, save_checkpoint
from training.loops.sheets import save_sheet
from training.loops.signals import stop_signals
from training.loops.sittings import sat_on
from training.loops.ticks import Means, not_finite, passed
from training.loops.trainer import Terms, Trainer
from training.loops.world import ALONE, World
from training.watching.best import BEST, Record, better
from training.watching.seen import Pictures, Trouble
from training.watching.telling import Tick
from training.watching.watch import UNWATCHED, Watch
from training.writing import alone

SHEET_COLUMNS = 12
EXAMINED = 256  # samples


@dataclass(frozen=True, slots=True)
class RunPlan:
    """When to stop and how often to write. Kimg are thousands of pictures shown to the discriminator."""

    out: Path
    max_kimg: float | None = None
    max_minutes: float | None = None
    tick_kimg: float = 0.5
    checkpoint_minutes: float = 4.0
    look_kimg: float = 2.0
    """Between two sheets, and two looks of the checks and the metric."""
    keep_kimg: float = 20.0
    about: Mapping[str, Any] = field(default_factory=dict)
    """What else a pack's card will tell of the run: plain values, kept in the checkpoints."""
    classes: Sequence[str] = ()
    """Names of what is learnt, for the sheets."""


class Run:
    """A trainer, its folder, the clock, and who watches."""

    def __init__(
        self, trainer: Trainer, plan: RunPlan, watch: Watch = UNWATCHED, world: World = ALONE
    ) -> None:
        self.trainer, self.plan, self.watch, self.world = trainer, plan, watch, world
        self.tellers = watch.tellers if world.first else ()
        self.seconds = 0.0  # spent in training, over all sittings
        self.about = dict(plan.about)
        self.best: Record | None = None
        self._saved: float | None = None  # kimg of latest.pt
        self._mark = 0.0  # kimg of the last checkpoint that stays
        self._means = Means()
        self._numbers: dict[str, float] = {}  # what the last look measured

    def resume(self) -> bool:
        """Load the latest checkpoint of the folder, if there is one."""
        path = self.plan.out / LATEST
        if not path.exists():
            return False
        state = load_checkpoint(path)
        with as_asked(path):
            self.trainer.load_state_dict(state)
            self.seconds = state["seconds"]
            self.best = Record.from_dict(state["best"]) if state.get("best") else None
            self.about = sat_on(self.about, state.get("about", {}))
        self._saved = self._kimg()
        self._mark = self._last_mark()
        return True

    def sit(self) -> None:
        """Go on where the folder is, alone in it.

        Raises:
            Broken: as `go`.
            Occupied: another run works in it.
        """
        with alone(self.plan.out) if self.world.first else nullcontext():
            self.resume()
            self.go()

    def save(self) -> None:
        """Write `latest.pt`; once every `keep_kimg` also one that stays. All ranks call it, the first writes.

        One that lies there already is of a branch that a roll back has left, and is replaced.

        Raises:
            Broken: a weight is not a number; nothing was written.
        """
        state = self._state()
        if not self.world.first:
            return
        save_checkpoint(self.plan.out / LATEST, state)
        self._saved = self._kimg()
        if (mark := self._last_mark()) > self._mark:
            save_checkpoint(self.plan.out / kept_name(mark), state)
            self._mark = mark

    def go(self) -> None:
        """Train until a limit or a signal; always ends with a checkpoint and a sheet.

        Raises:
            Broken: a loss or a weight is not a number; the checkpoints of before are as they were.
        """
        started = last = saved = time.monotonic()
        since = self._kimg()
        with stop_signals() as stop, self._told():
            while not self.world.any(bool(stop) or self._finished(time.monotonic() - started)):
                before = self._kimg()
                self._collect(self.trainer.step())
                if passed(before, self._kimg(), self.plan.look_kimg):
                    self.look()
                now = time.monotonic()
                for teller in self.tellers:
                    teller.step(self._kimg(), now - started)
                if passed(before, self._kimg(), self.plan.tick_kimg):
                    self.seconds += now - last
                    self._tick((now - last) / (self._kimg() - since))
                    last, since = now, self._kimg()
                if self.world.any(now - saved >= self.plan.checkpoint_minutes * 60):
                    self.save()
                    saved = now
            self.seconds += time.monotonic() - last
            self._end()

    def look(self) -> bool:
        """Draw a sheet, let the checks look, measure; true where a new best was saved."""
        improved = False
        if self.world.first:
            images = self.trainer.samples(SHEET_COLUMNS)
            zoom = 2 if images.shape[-1] <= 64 else 1
            path = self.plan.out / f"sheet-{int(self._kimg()):05d}.png"
            save_sheet(path, images, SHEET_COLUMNS, zoom, self._row_names(len(images)))
            improved = self._examine()
        if not self.world.any(improved):
            return False
        state = self._state()
        if self.world.first:
            save_checkpoint(self.plan.out / BEST, state)
        return True

    def _row_names(self, tiles: int) -> list[str]:
        """Of a sheet: each class has as many rows as the others."""
        if not self.plan.classes:
            return []
        each = tiles // SHEET_COLUMNS // len(self.plan.classes)
        return [name for name in self.plan.classes for _ in range(each)]

    def _examine(self) -> bool:
        examination, measure = self.watch.examination, self.watch.measure
        if examination is None and measure is None:
            return False
        fakes = Pictures(*self.trainer.pictures(max(EXAMINED, measure.count if measure else 0)))
        if examination is not None:
            self._numbers, troubles = examination(self.trainer, fakes.first(EXAMINED))
            for trouble in troubles:
                self._warn(trouble)
        if measure is None:
            return False
        value = measure(fakes.first(measure.count))
        self._numbers[measure.name] = round(value, 5)
        if not better(self.best, measure.name, value):
            return False
        self.best = Record(measure.name, value, self._kimg())
        self._note(f"the best {measure.name} so far, {value:.4g}: {BEST}")
        return True

    @contextmanager
    def _told(self) -> Iterator[None]:
        """A sitting as the tellers see it, however it ends."""
        begun = f", {self.seconds / 3600:.2f} h" if self._saved is not None else ""
        try:
            for teller in self.tellers:
                teller.begin(self._kimg())
            self._note(("goes on" if begun else "begins") + begun)
            yield
        except Broken as error:
            self._warn(Trouble("not_a_number", str(error), last=True))
            raise
        finally:
            for teller in self.tellers:
                teller.close()

    def _end(self) -> None:
        self.save()
        if self.look():
            self.save()  # it tells of the best
        self._note(f"stopped, {self.seconds / 3600:.2f} h")

    def _state(self) -> dict[str, Any]:
        state = {**self.trainer.state_dict(), "seconds": self.seconds, "about": self.about}
        state["best"] = self.best and self.best.to_dict()
        if self.world.any(not all_finite(state)):
            raise Broken.at(self._kimg(), "a weight", self.plan.out, self._saved)
        return state

    def _kimg(self) -> float:
        return self.trainer.images_seen / 1000

    def _last_mark(self) -> float:
        return self._kimg() // self.plan.keep_kimg * self.plan.keep_kimg

    def _finished(self, elapsed: float) -> bool:
        plan = self.plan
        if plan.max_kimg is not None and self._kimg() >= plan.max_kimg:
            return True
        return plan.max_minutes is not None and elapsed >= plan.max_minutes * 60

    def _collect(self, terms: Terms) -> None:
        if broken := not_finite(terms):  # on all ranks at once: losses are means over them
            raise Broken.at(self._kimg(), broken, self.plan.out, self._saved)
        self._means.add(terms)

    def _tick(self, pace: float) -> None:
        numbers = self._means.take() | self._numbers
        tick = Tick(self._kimg(), pace, self.seconds, numbers)
        self._numbers = {}
        for teller in self.tellers:
            teller.tick(tick)

    def _warn(self, trouble: Trouble) -> None:
        for teller in self.tellers:
            teller.trouble(self._kimg(), trouble)

    def _note(self, text: str) -> None:
        for teller in self.tellers:
            teller.note(self._kimg(), text)
