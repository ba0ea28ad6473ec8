"""Drive the training of a pack's further network: progress lines, the held-out loss, checkpoints, sheets, signals."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from torch import Tensor

from training.loops.checkpoint import LATEST, as_asked, load_checkpoint, save_checkpoint
from training.loops.sheets import save_sheet
from training.loops.signals import stop_signals

Terms = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Pictures `[N, 3, S, S]` in [-1, 1] for people to look at, in rows of `columns`, enlarged `zoom` times."""

    images: Tensor
    columns: int
    zoom: int = 1


class PartTrainer(Protocol):
    """A network of a pack, and all counters of its run."""

    @property
    def images_seen(self) -> int: ...

    def step(self, done: float) -> Terms:
        """One step; `done` is the share of the run that lies behind, 0 to 1."""
        ...

    def judge(self, photos: Tensor) -> float:
        """The averaged network's mean loss on `photos [N, 3, S, S]` in [-1, 1]."""
        ...

    def sheet(self, photos: Tensor) -> Sheet:
        """Some photos, and what the averaged network makes of them."""
        ...

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None: ...

    def take_over(self, state: Mapping[str, Any]) -> None:
        """Begin with the averaged network of another run."""
        ...


@dataclass(frozen=True, slots=True)
class PartPlan:
    """When to stop and how often to write. Kimg are thousands of pictures shown to the network.

    `kimg` counts all sittings, `minutes` this one; with both, whichever comes first.
    """

    out: Path
    kimg: float | None = None
    minutes: float | None = None
    tick_kimg: float = 1.0
    look_kimg: float = 5.0
    about: Mapping[str, Any] = field(default_factory=dict)

    def done(self, kimg: float, minutes: float) -> float:
        """The share of the run that lies behind."""
        shares = [0.0]
        if self.kimg is not None:
            shares.append(kimg / self.kimg if self.kimg else 1.0)
        if self.minutes is not None:
            shares.append(minutes / self.minutes if self.minutes else 1.0)
        return max(shares)


@dataclass(frozen=True, slots=True)
class Shown:
    """Pictures `[M, 3, R, R]` in [-1, 1] that a run is judged by; `held_out`: it learns from nobody on them."""

    images: Tensor
    held_out: bool = True

    @property
    def loss(self) -> str:
        """What theirs is called."""
        return "held-out loss" if self.held_out else "loss on photos it learns from"


class PartRun:
    """A trainer, its folder, what it is judged by, and the clock."""

    def __init__(
        self,
        trainer: PartTrainer,
        plan: PartPlan,
        shown: Shown,
        say: Callable[[str], None] = print,
    ) -> None:
        self.trainer, self.plan, self.shown, self.say = trainer, plan, shown, say
        self.seconds = 0.0  # spent in training, over all sittings
        self._sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])

    def resume(self, other: Path | None = None) -> None:
        """Go on with the folder's latest checkpoint, or begin with the network of `other`."""
        path = self.plan.out / LATEST
        if path.exists():
            state = load_checkpoint(path)
            with as_asked(path):
                self.trainer.load_state_dict(state)
                self.seconds = state["seconds"]
            self.say(f"resumed at {self._kimg():.1f} kimg, {self.seconds / 3600:.2f} h")
        elif other is not None:
            with as_asked(other):
                self.trainer.take_over(load_checkpoint(other))
            self.say(f"began with {other.name}")

    def go(self) -> None:
        """Train until a limit or a signal; always ends with a checkpoint and a sheet."""
        started = last = time.monotonic()
        with stop_signals() as stop:
            while not stop:
                done = self.plan.done(self._kimg(), (time.monotonic() - started) / 60)
                if done >= 1:
                    break
                before = self._kimg()
                self._collect(self.trainer.step(done))
                if _passed(before, self._kimg(), self.plan.tick_kimg):
                    now = time.monotonic()
                    self.seconds += now - last
                    self._report(now - last)
                    last = now
                if _passed(before, self._kimg(), self.plan.look_kimg):
                    self.look()
        self.seconds += time.monotonic() - last
        self.look()

    def look(self) -> None:
        """Save, tell the loss, draw what the network makes of photos."""
        state = {**self.trainer.state_dict(), "seconds": self.seconds, "about": dict(self.plan.about)}
        loss = self.trainer.judge(self.shown.images)
        state["held_out"] = loss if self.shown.held_out else None
        save_checkpoint(self.plan.out / LATEST, state)
        self.say(f"{self._kimg():.1f} kimg: {self.shown.loss} {loss:.4f}")
        sheet = self.trainer.sheet(self.shown.images)
        path = self.plan.out / f"sheet-{int(self._kimg()):05d}.png"
        save_sheet(path, sheet.images.cpu(), sheet.columns, sheet.zoom)

    def _kimg(self) -> float:
        return self.trainer.images_seen / 1000

    def _collect(self, terms: Terms) -> None:
        for name, value in terms.items():
            self._sums[name][0] += value
            self._sums[name][1] += 1

    def _report(self, seconds: float) -> None:
        means = {name: round(total / count, 4) for name, (total, count) in self._sums.items()}
        self._sums.clear()
        pace = round(seconds / self.plan.tick_kimg, 1)
        self.say(json.dumps({"kimg": round(self._kimg(), 2), "sec_per_kimg": pace} | means))


def _passed(before: float, after: float, every: float) -> bool:
    return int(after / every) > int(before / every)
