"""Several devices as one: each has a worker, and every order goes where it is done first."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Sequence
from itertools import islice

from inference.errors import AlreadyRunning, Busy, InternalError, PackError
from inference.scheduler.orders import ProjectOrder, RenderOrder, Sink
from inference.scheduler.scheduler import Standing
from inference.worker.worker import Worker

_LOADING_SECONDS = 2.0  # about what a pack takes where it is not loaded yet
_PICTURE_SECONDS = 0.1  # about what one takes that waits


class Fleet:
    """Owners have one projection among all devices, and the queue is bounded over all. Call it from one thread.

    A device whose worker has ended gets no more orders; the others go on.

    Args:
        workers: one for each device.
        queue: how many projections may wait, here in all; each worker's scheduler has the same bound.
    """

    def __init__(self, workers: Sequence[Worker], queue: int) -> None:
        self._workers = tuple(workers)
        self._queue = queue

    @property
    def ready(self) -> bool:
        """Whether every device is warm that works, and one does."""
        working = [worker for worker in self._workers if worker.broken is None]
        return bool(working) and all(worker.ready for worker in working)

    @property
    def broken(self) -> str | None:
        """Why the first device does not work, when none does."""
        reasons = [worker.broken for worker in self._workers]
        return reasons[0] if all(reason is not None for reason in reasons) else None

    @property
    def alive(self) -> bool:
        """Whether some device's thread still works at something."""
        return any(worker.alive for worker in self._workers)

    def start(self) -> None:
        for worker in self._workers:
            worker.start()

    def stop(self, timeout: float = 10) -> None:
        for worker in self._workers:
            worker.stop(timeout)

    def room(self) -> int:
        """How many more projections may wait. Raises InternalError or Stopping."""
        return self._queue - sum(self._queue - worker.room() for worker in self._working())

    def place_in(self, nth: int) -> float:
        """Seconds until `nth` places in the queue have come free."""
        free = heapq.merge(*(worker.places(nth) for worker in self._working()))
        return next(islice(free, nth - 1, None))

    def admit(self, owner: str) -> None:
        """Check that a projection would be accepted. Raises AlreadyRunning, Busy, InternalError or Stopping."""
        if any(worker.knows(owner) for worker in self._working()):
            raise AlreadyRunning
        if self.room() <= 0:
            raise Busy("The queue of projections is full.", retry_after=self.place_in(1))

    def project(self, order: ProjectOrder, sink: Sink) -> None:
        """Queue a projection where it will end first. Raises what `admit` raises."""
        self.admit(order.ticket.owner)
        pack = order.ticket.pack
        best = min(self._working(), key=lambda worker: worker.expects(order.ticket) + _loading(worker, pack))
        best.project(order, sink)

    def render(self, order: RenderOrder, sink: Sink) -> None:
        """Queue a picture where it is likely drawn first. Raises Busy, InternalError or Stopping."""
        best = min(self._working(), key=lambda worker: _drawing(worker, order.pack))
        best.render(order, sink)

    def cancel(self, id: str) -> None:
        """Withdraw an order before its next step; one that has ended stays as it is."""
        for worker in self._workers:
            worker.cancel(id)

    def standing(self, id: str) -> Standing | None:
        """Where a projection stands; None when it neither waits nor runs."""
        found = (worker.standing(id) for worker in self._workers)
        return next((standing for standing in found if standing is not None), None)

    def bad(self, pack: str) -> PackError | None:
        """Why a pack did not load on some device; its files are the same for all."""
        found = (worker.bad(pack) for worker in self._workers)
        return next((error for error in found if error is not None), None)

    def unload(self, packs: Collection[str]) -> None:
        """Forget the engines of packs that are gone, or have changed."""
        for worker in self._workers:
            worker.unload(packs)

    def _working(self) -> list[Worker]:
        working = [worker for worker in self._workers if worker.broken is None]
        if not working:
            raise InternalError("No device thread works any more.")
        return working


def _drawing(worker: Worker, pack: str) -> tuple[float, int]:
    """Seconds until a picture's turn comes, and how many projections it would be drawn among."""
    pictures, projections = worker.load()
    return _loading(worker, pack) + _PICTURE_SECONDS * pictures, projections


def _loading(worker: Worker, pack: str) -> float:
    """Seconds until the pack is there."""
    return 0 if pack in worker.loaded else _LOADING_SECONDS
