"""The terminal's view of a run: a bar with the pace and the end, and lines above it."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from training.watching.seen import Trouble
from training.watching.telling import Teller, Tick


class Bar(Teller):
    """A bar where standard error is a terminal, a line a tick where it is not.

    Args:
        max_kimg: Where the run ends; none: not by pictures.
        max_minutes: How long the sitting lasts; none: not by time.
    """

    def __init__(
        self, max_kimg: float | None, max_minutes: float | None, console: Console | None = None
    ) -> None:
        self.max_kimg, self.max_minutes = max_kimg, max_minutes
        self.console = console or Console(file=sys.stderr, soft_wrap=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[says]}"))
        self._progress = Progress(*columns, console=self.console, disable=not self.console.is_terminal)
        self._task: TaskID | None = None
        self._pace: float | None = None

    def begin(self, kimg: float) -> None:
        self._task = self._progress.add_task(f"{kimg:.1f} kimg", total=1.0, says="")
        self._progress.start()

    def step(self, kimg: float, seconds: float) -> None:
        if self._task is None:
            return
        shares = [0.0]
        shares += [kimg / self.max_kimg] if self.max_kimg else []
        shares += [seconds / 60 / self.max_minutes] if self.max_minutes else []
        says = _pace(self._pace, self._left(kimg, seconds))
        self._progress.update(self._task, completed=max(shares), description=f"{kimg:.1f} kimg", says=says)

    def tick(self, tick: Tick) -> None:
        self._pace = tick.pace
        if not self.console.is_terminal:
            self.console.print(
                f"{tick.kimg:.1f} kimg  {tick.pace:.1f} s a kimg  {_numbers(tick)}",
                markup=False,
                highlight=False,
            )

    def trouble(self, kimg: float, trouble: Trouble) -> None:
        if trouble.last:  # the command ends with it
            return
        self.console.print(
            f"{kimg:.1f} kimg: {trouble.says}", style="bold yellow", markup=False, highlight=False
        )

    def note(self, kimg: float, text: str) -> None:
        self.console.print(f"{kimg:.1f} kimg: {text}", markup=False, highlight=False)

    def close(self) -> None:
        self._progress.stop()

    def _left(self, kimg: float, seconds: float) -> float | None:
        """Seconds to the first limit; none where there is none, or no pace yet."""
        left = []
        if self.max_minutes is not None:
            left.append(self.max_minutes * 60 - seconds)
        if self.max_kimg is not None and self._pace is not None:
            left.append((self.max_kimg - kimg) * self._pace)
        return max(min(left), 0.0) if left else None


def _pace(pace: float | None, left: float | None) -> str:
    parts = [] if pace is None else [f"{pace:.1f} s a kimg"]
    if left is not None:
        end = datetime.now().astimezone() + timedelta(seconds=left)
        parts.append(f"{_span(left)} left, ends about {end:%a %H:%M}")
    return " · ".join(parts)


def _span(seconds: float) -> str:
    hours, minutes = divmod(int(seconds / 60 + 0.5), 60)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes:02} min" if hours else f"{minutes} min"


def _numbers(tick: Tick) -> str:
    return "  ".join(f"{name} {_short(value)}" for name, value in tick.numbers.items())


def _short(value: float) -> str:
    """Three digits; large ones whole, and not as powers of ten."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
