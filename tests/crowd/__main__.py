"""200 people at once, in turns and without: `python -m tests.crowd [--people 200] [--store memory]`. It only prints.

All that takes part is one process on one thread: the people, both platforms' doubles, the bot.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from tests.bench import quantile
from tests.crowd.crowd import NONE, REAL, Report, Setting, play
from tests.db.postgres import serving

Place = tuple[Path | None, str | None]
"""A folder, and a database's address where it is not in a file there."""


def seconds(values: Sequence[float]) -> str:
    return " / ".join(
        f"{value:.2f}" for value in (quantile(values, 0.5), quantile(values, 0.95), max(values))
    )


def row(name: str, report: Report) -> tuple[str, ...]:
    over = ", ".join(f"{count} {what}" for what, count in Counter(report.refused).most_common())
    return (
        name,
        str(report.people),
        str(report.messages),
        f"{report.seconds:.0f}",
        f"{report.requests / report.seconds:.0f}",
        seconds(report.deferred),
        seconds(report.pressed),
        str(len(report.wrong)),
        over or "none",
    )


@contextmanager
def places(store: str) -> Iterator[Callable[[], Place]]:
    """A new, empty place for people's data at each call."""
    with ExitStack() as stack:
        server = stack.enter_context(serving("")) if store == "postgresql" else None
        numbers = count(1)

        def place() -> Place:
            if store == "memory":
                return None, None
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            return home, server.database(f"crowd_{next(numbers)}") if server else None

        yield place


async def measure(people: int, store: str) -> None:
    table = Table(
        *("", "people", "messages", "seconds", "requests/s"),
        *(
            "deferred, p50 / p95 / max, s",
            "buttons, p50 / p95 / max, s",
            "lost or crossed",
            "refused with 429",
        ),
    )
    with places(store) as place:
        for name, limits in (("in turns", REAL), ("without", NONE)):
            home, url = await asyncio.to_thread(place)
            setting = Setting(limits, lost_after=120.0, home=home, url=url)
            table.add_row(*row(name, await play(people, setting)))
    Console(width=200).print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--store", choices=("memory", "sqlite", "postgresql"), default="memory")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    asyncio.run(measure(options.people, options.store))


if __name__ == "__main__":
    main()
