"""The one thread that owns the device: it asks the scheduler for a plan, and calls the engines.

Everyone else leaves orders here and gets reports by the sink that came with the order. What goes wrong in one
order fails that order alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
import torch

from inference.errors import InternalError, Stopping, UnknownPack
from inference.images import Pixels
from inference.scheduler.orders import (
    Advanced,
    Failed,
    Projected,
    ProjectOrder,
    Rendered,
    RenderOrder,
    Report,
    Sink,
    Started,
    Withdrawn,
)
from inference.scheduler.scheduler import Plan, Scheduler, Standing
from inference.wire import FacePicture, SeedFace
from inference.worker.attempts import attempt
from inference.worker.ports import Engine, Projection

PREVIEW_SECONDS = 0.5
log = structlog.get_logger(__name__)


@dataclass(eq=False)
class _Running:
    projection: Any
    pack: str
    previewed: float = float("-inf")


class Worker:
    """Owns the engines and the scheduler. `start` it once; then any thread may order, cancel and ask.

    Args:
        engines: by the name of their pack; the thread alone touches them from `start` on.
        scheduler: what decides; the worker serialises all calls to it.
        threads: how many threads torch may use in this worker.
    """

    def __init__(self, engines: Mapping[str, Engine[Any]], scheduler: Scheduler, *, threads: int) -> None:
        self._engines = dict(engines)
        self._scheduler = scheduler
        self._threads = threads
        self._lock = threading.Condition()
        self._orders: dict[str, ProjectOrder | RenderOrder] = {}
        self._sinks: dict[str, Sink] = {}
        self._running: dict[str, _Running] = {}
        self._stopping = False
        self._warm = threading.Event()
        self._broken: str | None = None
        self._thread = threading.Thread(target=self._loop, name="device", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether the engines are warm and the thread lives."""
        return self._warm.is_set() and self._broken is None and self._thread.is_alive()

    @property
    def broken(self) -> str | None:
        """Why the thread works no more, if the warm-up or a bug of ours has ended it."""
        return self._broken

    def start(self) -> None:
        """Start the thread, which first warms up."""
        self._thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end of the warm-up; whether the worker is ready."""
        self._warm.wait(timeout)
        return self.ready

    def stop(self, timeout: float = 10) -> None:
        """Withdraw all orders and end the thread after its present step."""
        with self._lock:
            self._stopping = True
            self._lock.notify()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def room(self) -> int:
        """How many more projections may wait. Raises InternalError or Stopping."""
        with self._lock:
            self._alive()
            return self._scheduler.room()

    def place_in(self, nth: int) -> float:
        """Seconds until `nth` places in the queue have come free."""
        with self._lock:
            return self._scheduler.place_in(nth)

    def admit(self, owner: str) -> None:
        """Check that a projection would be accepted. Raises AlreadyRunning, Busy, InternalError or Stopping."""
        with self._lock:
            self._alive()
            self._scheduler.admit(owner)

    def project(self, order: ProjectOrder, sink: Sink) -> None:
        """Queue a projection. Raises UnknownPack, and what `admit` raises."""
        self._known(order.ticket.pack)
        with self._lock:
            self._alive()
            self._scheduler.submit(order.ticket)
            self._orders[order.ticket.id], self._sinks[order.ticket.id] = order, sink
            self._lock.notify()

    def render(self, order: RenderOrder, sink: Sink) -> None:
        """Queue a picture. Raises UnknownPack, Busy, InternalError or Stopping."""
        self._known(order.pack)
        with self._lock:
            self._alive()
            self._scheduler.submit_render(order.id)
            self._orders[order.id], self._sinks[order.id] = order, sink
            self._lock.notify()

    def cancel(self, id: str) -> None:
        """Withdraw an order before its next step; one that has ended stays as it is."""
        with self._lock:
            if self._scheduler.cancel(id):
                self._lock.notify()

    def standing(self, id: str) -> Standing | None:
        """Where a projection stands; None when it neither waits nor runs."""
        with self._lock:
            return self._scheduler.standing(id)

    def _known(self, pack: str) -> None:
        if pack not in self._engines:
            raise UnknownPack

    def _alive(self) -> None:
        """Nobody would ever answer an order that comes too late. Raises InternalError or Stopping."""
        if self._broken is not None:
            raise InternalError("The device thread has ended.")
        if self._stopping:
            raise Stopping

    def _loop(self) -> None:
        torch.set_num_threads(self._threads)
        try:
            self._warm_up()
            self._warm.set()
            self._work()
        except Exception as error:
            log.exception("the device thread ends")
            self._break(f"{type(error).__name__}: {error}")
        finally:
            self._warm.set()

    def _break(self, reason: str) -> None:
        """Take no order any more, and fail all there are."""
        with self._lock:
            self._broken = reason
            left = list(self._sinks)
        self._running.clear()
        self._orders.clear()
        for key in left:
            attempt(partial(self._settle, key, Failed(InternalError())))

    def _work(self) -> None:
        while (plan := self._next_plan()) is not None:
            began = time.perf_counter()
            self._follow(plan)
            if plan.steps:
                with self._lock:
                    self._scheduler.pace.measured(time.perf_counter() - began)
        self._withdraw(self._scheduler.everyone())

    def _next_plan(self) -> Plan | None:
        with self._lock:
            while not self._stopping and self._scheduler.idle:
                self._lock.wait()
            return None if self._stopping else self._scheduler.plan()

    def _warm_up(self) -> None:
        """One picture and two steps of each pack; the second step tells the scheduler the pace."""
        for engine in self._engines.values():
            photo = engine.picture(FacePicture(face=SeedFace(seed=0)))
            projection = engine.start(photo, 0)
            engine.advance([projection])
            began = time.perf_counter()
            engine.advance([projection])
            with self._lock:
                self._scheduler.pace.tick_seconds = time.perf_counter() - began
                self._scheduler.pace.steps = projection.steps

    def _follow(self, plan: Plan) -> None:
        self._withdraw(plan.leaves)
        for key in plan.renders:
            self._draw(key)
        for key in plan.joins:
            self._join(key)
        for pack, ids in self._by_pack(plan.steps).items():
            self._advance(self._engines[pack], ids)

    def _withdraw(self, ids: Sequence[str]) -> None:
        for key in ids:
            self._running.pop(key, None)
            self._take(key)
            self._settle(key, Withdrawn())

    def _take(self, id: str) -> ProjectOrder | RenderOrder | None:
        with self._lock:
            return self._orders.pop(id, None)

    def _settle(self, id: str, report: Report) -> None:
        """Give the last report of an order."""
        with self._lock:
            sink = self._sinks.pop(id, None)
        if sink is not None:
            sink(report)

    def _draw(self, id: str) -> None:
        order = self._take(id)
        assert isinstance(order, RenderOrder)
        pixels = attempt(lambda: self._engines[order.pack].picture(order.picture))
        self._settle(id, pixels if isinstance(pixels, Failed) else Rendered(pixels))

    def _join(self, id: str) -> None:
        order = self._take(id)
        assert isinstance(order, ProjectOrder)
        ticket = order.ticket
        projection = attempt(lambda: self._engines[ticket.pack].start(order.photo, ticket.steps))
        if isinstance(projection, Failed):
            self._end(id, projection)
            return
        self._running[id] = _Running(projection, ticket.pack)
        self._sinks[id](Started(projection.steps))

    def _by_pack(self, ids: Sequence[str]) -> dict[str, list[str]]:
        groups: dict[str, list[str]] = {}
        for key in ids:
            if running := self._running.get(key):
                groups.setdefault(running.pack, []).append(key)
        return groups

    def _advance(self, engine: Engine[Any], ids: list[str]) -> None:
        """One step of all `ids`; when that fails each goes on alone, to find whose fault it is."""
        together = [self._running[key].projection for key in ids if not self._running[key].projection.done]
        outcome = attempt(lambda: engine.advance(together)) if together else None
        for key in ids:
            if isinstance(outcome, Failed) and len(ids) > 1:
                alone = self._running[key].projection
                self._tell(engine, key, attempt(partial(engine.advance, [alone])))
            else:
                self._tell(engine, key, outcome)

    def _tell(self, engine: Engine[Any], id: str, outcome: Failed | None) -> None:
        """Report how the step of one projection went, and end it when it is complete."""
        running = self._running[id]
        projection = running.projection
        report: Report | None = outcome
        if report is None and projection.done:
            report = attempt(lambda: _result(engine, projection))
        if report is not None:
            del self._running[id]
            self._end(id, report)
            return
        with self._lock:
            self._scheduler.advanced(id, projection.step, projection.steps)
        self._sinks[id](Advanced(projection.step, projection.steps, self._preview(running)))

    def _end(self, id: str, report: Report) -> None:
        with self._lock:
            self._scheduler.finished(id)
        self._settle(id, report)

    def _preview(self, running: _Running) -> Pixels | None:
        now = time.monotonic()
        if now - running.previewed < PREVIEW_SECONDS:
            return None
        running.previewed = now
        pixels = attempt(running.projection.preview)
        return None if isinstance(pixels, Failed) else pixels


def _result(engine: Engine[Any], projection: Projection) -> Projected:
    loss = float(projection.loss)
    if not math.isfinite(loss):
        raise InternalError("The projection did not converge.")
    return Projected(engine.encode_latent(projection.latent()), projection.step, loss)
