"""Carries out the scheduler's plans on the engines; what goes wrong in one order fails that order alone.

When a device has no memory for a pass, the packs that nobody uses leave it; if that does not do, its engine and the
scheduler's slots become half as many: who loses a slot goes on later, from the step where it was. Results do not depend
on neighbours or slots, but another width rounds otherwise: after a narrowing a projection that was under way may differ
in its last bits from one alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog

from inference.errors import InternalError, TooLate
from inference.images import Pixels
from inference.scheduler.orders import (
    Advanced,
    Failed,
    Glanced,
    Projected,
    ProjectOrder,
    Rendered,
    RenderOrder,
    Report,
    Started,
    Withdrawn,
)
from inference.scheduler.scheduler import Plan
from inference.worker.attempts import attempt, lacked_memory
from inference.worker.engines import Engines
from inference.worker.mailbox import Mailbox
from inference.worker.ports import AnyEngine, Projection

PREVIEW_SECONDS = 0.5
log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(eq=False)
class _Running:
    """A projection that has begun; it may have lost its slot since."""

    projection: Any
    engine: AnyEngine
    previewed: float = float("-inf")


class Executor:
    """The device thread's work, one plan at a time."""

    def __init__(self, engines: Engines, mailbox: Mailbox) -> None:
        self._engines = engines
        self._mailbox = mailbox
        self._running: dict[str, _Running] = {}
        self._glanced: dict[
            str, Projected
        ] = {}  # the answer of who still waits, if there is no time for another

    def follow(self, plan: Plan) -> None:
        """Do all of a plan, and measure it."""
        began, loaded = time.perf_counter(), self._engines.loading_seconds
        self.withdraw(plan.leaves)
        for key in plan.overdue:
            self._finish(key)
        for key in plan.renders:
            self._draw(key)
        for key in plan.joins:
            self._join(key)
        for key in plan.glances:
            self._glance(key)
        for engine, ids in self._by_engine(plan.steps):
            self._advance(engine, ids)
        if plan.steps:
            loading = self._engines.loading_seconds - loaded
            self._mailbox.measured(time.perf_counter() - began - loading)

    def withdraw(self, ids: Sequence[str]) -> None:
        """Let these orders go."""
        for key in ids:
            self._settle(key, Withdrawn())

    def engine(self, pack: str) -> AnyEngine:
        """The engine of a pack, loaded if need be. Raises what `Engines.get` raises."""
        known = pack in self._engines.names
        engine = self._engines.get(pack, self._in_use())
        if not known:
            self._mailbox.paced(pack, self._engines.warmth(pack).steps)
            self._mailbox.narrow(engine.width)
        return engine

    def clear(self) -> None:
        """Hold no projection any more."""
        self._running.clear()
        self._glanced.clear()

    def _in_use(self) -> list[AnyEngine]:
        return [running.engine for running in self._running.values()]

    def _settle(self, id: str, report: Report) -> None:
        self._running.pop(id, None)
        self._glanced.pop(id, None)
        self._mailbox.settle(id, report)

    def _draw(self, id: str) -> None:
        order = self._mailbox.take(id)
        assert isinstance(order, RenderOrder)
        pixels = self._on_engine(order.pack, lambda engine: engine.pictures(order.pictures))
        self._settle(id, pixels if isinstance(pixels, Failed) else Rendered(pixels))

    def _join(self, id: str) -> None:
        """Begin, unless it began before a narrowing; the first picture is told before the first step."""
        # Whatever came before in this very plan may have cost it its slot.
        if id in self._running or not self._mailbox.in_slots([id]):
            return
        order = self._mailbox.take(id)
        assert isinstance(order, ProjectOrder)
        begun = self._on_engine(order.ticket.pack, lambda engine: _begin(engine, order))
        if isinstance(begun, Failed):
            self._settle(id, begun)
            return
        self._running[id], preview = begun
        self._glanced.pop(id, None)
        steps = self._running[id].projection.steps
        self._mailbox.advanced(id, 0, steps)
        self._mailbox.tell(id, Started(steps))
        self._mailbox.tell(id, Glanced(preview))

    def _glance(self, id: str) -> None:
        """Show who waits where its search will begin; a pack that does not load fails it now already."""
        order = self._mailbox.order(id)
        if not isinstance(order, ProjectOrder):
            return
        seen = self._on_engine(order.ticket.pack, lambda engine: _seen(engine, order))
        if not isinstance(seen, Failed):
            self._glanced[id], preview = seen
            self._mailbox.tell(id, Glanced(preview))
        elif not lacked_memory(seen):  # there may be enough when its turn comes
            self._settle(id, seen)

    def _on_engine(self, pack: str, work: Callable[[AnyEngine], T]) -> T | Failed:
        """Work on a pack's engine, with more and more room as long as there is no memory for it."""
        engine = attempt(lambda: self.engine(pack))
        if isinstance(engine, Failed):
            if lacked_memory(engine):
                log.warning("out of memory for a pack", pack=pack)
            return engine
        while True:
            outcome = attempt(lambda: work(engine))
            if not lacked_memory(outcome) or not self._give_room(engine):
                return outcome

    def _by_engine(self, ids: Sequence[str]) -> list[tuple[AnyEngine, list[str]]]:
        groups: dict[int, tuple[AnyEngine, list[str]]] = {}
        for key in ids:
            if running := self._running.get(key):
                groups.setdefault(id(running.engine), (running.engine, []))[1].append(key)
        return list(groups.values())

    def _advance(self, engine: AnyEngine, ids: list[str]) -> None:
        """One step of all `ids`; when that fails each goes on alone, to find whose fault it is."""
        while True:
            ids = self._mailbox.in_slots(ids)
            outcome = self._step(engine, ids)
            if not lacked_memory(outcome) or not self._give_room(engine):
                break
        for key in ids:
            alone = len(ids) > 1 and isinstance(outcome, Failed)
            self._tell(key, self._step(engine, [key]) if alone else outcome)

    def _step(self, engine: AnyEngine, ids: list[str]) -> Failed | None:
        going = [self._running[key].projection for key in ids if not self._running[key].projection.done]
        return attempt(lambda: engine.advance(going)) if going else None

    def _give_room(self, engine: AnyEngine) -> bool:
        """After a pass without memory: without idle packs, or else narrower, if there is anything to give."""
        if self._engines.make_room([engine, *self._in_use()]):
            log.warning("out of memory: the packs that nobody uses are unloaded")
            return True
        return self._halve(engine)

    def _halve(self, engine: AnyEngine) -> bool:
        """Half as many slots, if there are any to give."""
        if engine.width == 1:
            log.warning("out of memory for one job alone")
            return False
        log.warning("out of memory: narrower from now on", width=engine.narrow())
        self._mailbox.narrow(engine.width)
        return True

    def _tell(self, id: str, outcome: Failed | None) -> None:
        """Report how the step of one projection went, and end it when it is complete."""
        running = self._running[id]
        projection = running.projection
        if outcome is not None:
            self._settle(id, outcome)
        elif projection.done:
            self._mailbox.completed(id, projection.step)
            self._finish(id)
        else:
            self._mailbox.advanced(id, projection.step, projection.steps)
            self._mailbox.tell(id, Advanced(projection.step, projection.steps, self._preview(running)))

    def _finish(self, id: str) -> None:
        """End a projection with what it has found, be it by a glance alone."""
        if running := self._running.get(id):
            self._settle(id, attempt(partial(_result, running.engine, running.projection)))
        else:
            self._settle(id, self._glanced.get(id) or Failed(TooLate()))

    def _preview(self, running: _Running) -> Pixels | None:
        now = time.monotonic()
        if now - running.previewed < PREVIEW_SECONDS:
            return None
        running.previewed = now
        pixels = attempt(running.projection.preview)
        return None if isinstance(pixels, Failed) else pixels


def _begin(engine: AnyEngine, order: ProjectOrder) -> tuple[_Running, Pixels]:
    projection = engine.start(order.photos, order.ticket.steps)
    return _Running(projection, engine), projection.preview()


def _seen(engine: AnyEngine, order: ProjectOrder) -> tuple[Projected, Pixels]:
    """Where a search would begin: the answer of no steps, and its picture."""
    projection = engine.start(order.photos, 0)
    return _result(engine, projection), projection.preview()


def _result(engine: AnyEngine, projection: Projection) -> Projected:
    loss = float(projection.loss)
    if not math.isfinite(loss):
        raise InternalError("The projection did not converge.")
    return Projected(engine.encode_latent(projection.latent()), projection.step, loss)
