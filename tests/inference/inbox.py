"""Who orders from a worker in tests: a sink that remembers, and the orders themselves."""

from __future__ import annotations

import threading
from typing import Any

from inference.images import Pixels
from inference.scheduler.orders import Failed, Projected, ProjectOrder, Rendered, Report, Ticket, Withdrawn
from inference.wire import FacePicture, SeedFace

PERSON = FacePicture(face=SeedFace(seed=3))
ENDS = (Projected, Rendered, Failed, Withdrawn)


class Inbox:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self._news = threading.Condition()

    def __call__(self, report: Report) -> None:
        with self._news:
            self.reports.append(report)
            self._news.notify_all()

    def wait(self, *kinds: type) -> Any:
        def found() -> Any:
            return next((report for report in self.reports if isinstance(report, kinds)), None)

        with self._news:
            assert self._news.wait_for(found, 20), [type(report).__name__ for report in self.reports]
            return found()

    def end(self) -> Any:
        return self.wait(*ENDS)

    def all(self, kind: type) -> list[Any]:
        return [report for report in self.reports if isinstance(report, kind)]

    @property
    def ends(self) -> list[Any]:
        return [report for report in self.reports if isinstance(report, ENDS)]


def order(name: str, *photos: Pixels, pack: str = "tiny", **ticket: Any) -> ProjectOrder:
    return ProjectOrder(Ticket(name, name, pack, **ticket), photos)
