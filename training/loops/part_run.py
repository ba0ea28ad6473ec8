"""Drive the training of a pack's further network: progress lines, the held-out loss, checkpoints, sheets, signals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.packs import loader
from inference.packs import manifest as manifests
from training.errors import SettingError
from training.loops.breaking import Broken, all_finite
from training.loops.checkpoint import LATEST, as_asked, load_checkpoint, save_checkpoint
from training.loops.part import PartTrainer, Terms, kimg_shown
from training.loops.sheets import save_sheet
from training.loops.signals import stop_signals
from training.loops.sittings import sat_on, shown
from training.loops.ticks import Means, not_finite, passed
from training.writing import alone

_say = partial(print, flush=True)


@dataclass(frozen=True, slots=True)
class PartPlan:
    """When to stop and how often to write. Kimg are thousands of pictures shown to the network.

    `kimg` counts all sittings, `minutes` this one; with both, whichever comes first. One of them there must be, since
    the rate follows how far the run is.
    """

    out: Path
    kimg: float | None = None
    minutes: float | None = None
    tick_kimg: float = 1.0
    look_kimg: float = 5.0
    checkpoint_minutes: float = 4.0
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kimg is None and self.minutes is None:
            raise SettingError(
                "say when it ends, with --minutes or --kimg: the rate rises and falls over the whole run"
            )

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

    @classmethod
    def of(cls, learnt: Tensor, held_out: Tensor, most: int, device: torch.device) -> Shown:
        """At most so many of the people who are held out, where there are any; both uint8 `[M, 3, R, R]`."""
        images = (held_out if len(held_out) else learnt)[:most]
        return cls(images.to(device).float() / 127.5 - 1, bool(len(held_out)))

    @property
    def whose(self) -> str:
        """Who judges, in a sentence."""
        if self.held_out:
            return f"Judged by {len(self.images)} that are held out."
        return "Nobody is held out: how it does on strangers will not be known."

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
        say: Callable[[str], None] = _say,
    ) -> None:
        self.trainer, self.plan, self.shown, self.say = trainer, plan, shown, say
        self.about = dict(plan.about)
        self.seconds = 0.0  # spent in training, over all sittings
        self._held_out: float | None = None  # the last loss on held-out photos
        self._saved: float | None = None  # kimg of latest.pt
        self._means = Means()

    def resume(self, other: Path | None = None) -> None:
        """Go on with the folder's latest checkpoint, or begin with the network of a run, a checkpoint or a pack."""
        path = self.plan.out / LATEST
        if path.exists():
            state = load_checkpoint(path)
            with as_asked(path):
                self.trainer.load_state_dict(state)
                self.seconds, self._held_out = state["seconds"], state["held_out"]
                kept = {key: state["about"][key] for key in state["about"].keys() & {"before"}}
                self.about = sat_on(self.about, state["about"]) | kept
            self._saved = self._kimg()
            self.say(f"resumed at {self._kimg():.1f} kimg, {self.seconds / 3600:.2f} h")
        elif other is not None:
            first, self.about["before"] = _first(other, self.trainer.name)
            with as_asked(other):
                self.trainer.take_over(first)
            self.say(f"began with {other.name}")

    def sit(self, other: Path | None = None) -> None:
        """Go on where the folder is, or begin with `other`, alone in it.

        Raises:
            Broken: as `go`.
            Occupied: another run works in it.
        """
        with alone(self.plan.out):
            self.resume(other)
            self.go()

    def go(self) -> None:
        """Train until a limit or a signal; always ends with a checkpoint and a sheet.

        Raises:
            Broken: a loss or a weight is not a number; the checkpoint of before is as it was.
        """
        started = last = told = saved = time.monotonic()
        since = self._kimg()
        with stop_signals() as stop:
            while not stop:
                done = self.plan.done(self._kimg(), (time.monotonic() - started) / 60)
                if done >= 1:
                    break
                before = self._kimg()
                self._collect(self.trainer.step(done))
                now = time.monotonic()
                self.seconds, last = self.seconds + now - last, now
                if passed(before, self._kimg(), self.plan.tick_kimg):
                    self._report((now - told) / (self._kimg() - since))
                    told, since = now, self._kimg()
                if passed(before, self._kimg(), self.plan.look_kimg):
                    self.look()
                elif now - saved >= self.plan.checkpoint_minutes * 60:
                    self.save()
                    saved = now
        self.look()

    def look(self) -> None:
        """Tell the loss, save, draw what the network makes of photos."""
        loss = self.trainer.judge(self.shown.images)
        self._held_out = loss if self.shown.held_out else None
        self.save()
        self.say(f"{self._kimg():.1f} kimg: {self.shown.loss} {loss:.4f}")
        sheet = self.trainer.sheet(self.shown.images)
        path = self.plan.out / f"sheet-{int(self._kimg()):05d}.png"
        save_sheet(path, sheet.images.cpu(), sheet.columns, sheet.zoom)

    def save(self) -> None:
        """Write `latest.pt`.

        Raises:
            Broken: a weight is not a number; nothing was written.
        """
        state = {**self.trainer.state_dict(), "seconds": self.seconds, "about": self.about}
        if not all_finite(state):
            raise self._broken("a weight")
        save_checkpoint(self.plan.out / LATEST, {**state, "held_out": self._held_out})
        self._saved = self._kimg()

    def _kimg(self) -> float:
        return self.trainer.images_seen / 1000

    def _collect(self, terms: Terms) -> None:
        if broken := not_finite(terms):
            raise self._broken(broken)
        self._means.add(terms)

    def _broken(self, what: str) -> Broken:
        change = "begin anew in another folder, with another --seed"
        return Broken.at(self._kimg(), what, self.plan.out, self._saved, change)

    def _report(self, pace: float) -> None:
        told = {"kimg": round(self._kimg(), 2), "sec_per_kimg": round(pace, 1)}
        self.say(json.dumps(told | self._means.take()))


def _first(other: Path, name: str) -> tuple[Mapping[str, Any], float]:
    """The state that another run begins with, and what that had been shown; a pack knows the average alone."""
    if (other / manifests.FILE).exists():
        pack = loader.load(other)
        network, told = getattr(pack, name), pack.manifest.provenance.get(name)
        if network is None:
            raise SettingError(f"{other} has no {name}")
        kimg = told.get("kimg") if isinstance(told, Mapping) else None
        state = dict.fromkeys((name, "average"), network.state_dict())
        return {**state, "network": network.config.to_dict()}, shown(kimg, told)
    path = other / LATEST if other.is_dir() else other
    state = load_checkpoint(path)
    with as_asked(path):
        return state, shown(kimg_shown(state), state.get("about", {}))
