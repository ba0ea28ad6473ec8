"""The one thread that owns a device: it takes plans from its mailbox, and calls the engines.

Everyone else leaves orders here and gets reports by the sink that came with the order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping

import structlog
import torch

from inference.errors import PackError, Stopping, TypefaceError
from inference.scheduler.orders import ProjectOrder, RenderOrder, Sink, Ticket
from inference.scheduler.scheduler import Scheduler, Standing
from inference.worker.engines import Engines
from inference.worker.executor import Executor
from inference.worker.mailbox import Mailbox
from inference.worker.ports import AnyEngine

_WARMING_SECONDS = 1.0
log = structlog.get_logger(__name__)


class Worker:
    """Owns the engines and the scheduler. `start` it once; then any thread may order, cancel and ask.

    Args:
        engines: of this device, or those that are there already by the name of their pack; the thread alone touches
            them from `start` on.
        scheduler: what decides.
        threads: how many threads torch may use in this worker.
        first: the packs that are loaded and warm before it is ready; without it all that are there.
        clock: the seconds by which deadlines are told.
    """

    def __init__(
        self,
        engines: Engines | Mapping[str, AnyEngine],
        scheduler: Scheduler,
        *,
        threads: int,
        first: Collection[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engines = engines if isinstance(engines, Engines) else Engines.of(engines)
        self._first = tuple(first or (() if isinstance(engines, Engines) else engines))
        self._threads = threads
        self._mailbox = Mailbox(scheduler, clock)
        self._executor = Executor(self._engines, self._mailbox)
        self._warm = threading.Event()
        self._broken: str | None = None
        self._thread = threading.Thread(target=self._loop, name="device", daemon=True)

    @property
    def ready(self) -> bool:
        """Whether the first engines are warm and the thread lives."""
        return self._warm.is_set() and self._broken is None and self._thread.is_alive()

    @property
    def alive(self) -> bool:
        """Whether the thread still works at something."""
        return self._thread.is_alive()

    @property
    def broken(self) -> str | None:
        """Why the thread works no more, if the warm-up or a bug of ours has ended it."""
        return self._broken

    @property
    def loaded(self) -> tuple[str, ...]:
        """The packs whose engines are in memory."""
        return self._engines.names

    def start(self) -> None:
        """Start the thread, which first warms up."""
        self._thread.start()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end of the warm-up; whether the worker is ready."""
        self._warm.wait(timeout)
        return self.ready

    def stop(self, timeout: float = 10) -> None:
        """Withdraw all orders and end the thread after its present step; no warm-up is waited for."""
        self._mailbox.close(Stopping())
        if self._thread.is_alive():
            self._thread.join(timeout if self._warm.is_set() else min(timeout, _WARMING_SECONDS))

    def room(self) -> int:
        """How many more projections may wait. Raises InternalError or Stopping."""
        return self._mailbox.room()

    def places(self, count: int) -> list[float]:
        """After how many seconds each of the next `count` places in the queue comes free."""
        return self._mailbox.places(count)

    def knows(self, owner: str) -> bool:
        """Whether a projection of this owner waits or runs."""
        return self._mailbox.knows(owner)

    def project(self, order: ProjectOrder, sink: Sink) -> None:
        """Queue a projection. Raises AlreadyRunning, Busy, InternalError or Stopping."""
        self._mailbox.project(order, sink)

    def render(self, order: RenderOrder, sink: Sink) -> None:
        """Queue a picture. Raises Busy, InternalError or Stopping."""
        self._mailbox.render(order, sink)

    def cancel(self, id: str) -> None:
        """Withdraw an order before its next step; one that has ended stays as it is."""
        self._mailbox.cancel(id)

    def standing(self, id: str) -> Standing | None:
        """Where a projection stands; None when it neither waits nor runs."""
        return self._mailbox.standing(id)

    def expects(self, ticket: Ticket) -> float:
        """In how many seconds a projection would end that came now."""
        return self._mailbox.expects(ticket)

    def load(self) -> tuple[int, int]:
        """How many pictures wait, and how many projections wait or run."""
        return self._mailbox.load()

    def bad(self, pack: str) -> PackError | None:
        """Why a pack did not load here, if it did not."""
        return self._engines.bad(pack)

    def unload(self, packs: Collection[str]) -> None:
        """Forget the engines of packs that are gone, or have changed; what runs on them goes on."""
        self._engines.forgive(packs)
        self._mailbox.ask(lambda: self._engines.unload(packs))

    def tick(self, *, wait: bool = False) -> bool:
        """Do the next tick on the calling thread; False when the worker was stopped. The thread's loop is this."""
        plan = self._mailbox.plan(wait=wait)
        if plan is not None:
            self._executor.follow(plan)
        return plan is not None

    def _loop(self) -> None:
        torch.set_num_threads(self._threads)
        try:
            self._warm_up()
            self._warm.set()
            while self.tick(wait=True):
                pass
            self._executor.withdraw(self._mailbox.everyone())
        except Exception as error:
            self._break(error)
        finally:
            self._warm.set()

    def _warm_up(self) -> None:
        """Load the first packs; the default one, which is the first of them, tells the pace."""
        for name in reversed(self._first):
            self._executor.engine(name)
            warmth = self._engines.warmth(name)
            self._mailbox.paced(name, warmth.steps, step_seconds=warmth.step_seconds)

    def _break(self, error: Exception) -> None:
        """Take no order any more, and fail all there are."""
        if isinstance(error, TypefaceError):
            self._broken = error.detail
        else:
            log.exception("the device thread ends")
            self._broken = f"{type(error).__name__}: {error}"
        self._executor.clear()
        self._mailbox.fail()
