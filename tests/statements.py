"""What each answer asks of the database: `python -m tests.statements [--store postgresql]`. It only prints.

The core is the real one on a real database; the faces are drawn by nobody, so that the times are the store's.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, event

from bot.core.events import Command, PhotoSent, Press
from bot.core.house import House
from bot.core.presses import Action
from bot.core.service import Service
from db.records import PersonRef
from db.settings import Settings, load
from db.store import Store, open_store, upgrade
from tests.bench import quantile
from tests.bot.core.fakes import FakeClock, FakeDrawing, FakeFaces
from tests.bot.core.people import ANN, command, press, selfie
from tests.db.postgres import serving

ROUNDS = 40
ASKED: dict[str, Command | PhotoSent | Press] = {
    "/start": command("start"),
    "/mbti ENFP woman": command("mbti", "ENFP", "woman"),
    "a selfie": selfie(b"latent"),
    "I agree (finds the face, blends)": press(Action.AGREE),
    "a selfie, agreed before": selfie(b"latent"),
    "more of me": press(Action.MORE_ME),
    "my match": press(Action.MATCH),
    "/gallery": command("gallery"),
    "/mydata": command("mydata"),
}


class Count:
    """Statements, and transactions that write and that only read; `BEGIN` and the like are no statements."""

    def __init__(self, store: Store) -> None:
        self.seen: Counter[str] = Counter()
        engine = store._database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", self._statement)
        event.listen(engine, "begin", self._begin)

    def _statement(self, _: object, __: object, statement: str, *___: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.seen["statements"] += 1

    def _begin(self, connection: Connection) -> None:
        options = dict(connection.get_execution_options())
        self.seen["reading" if options.get("read_only") else "writing"] += 1


async def ask(
    service: Service, what: Command | PhotoSent | Press, update: str, *, here: bool
) -> tuple[float, float]:
    """Seconds until the whole answer is there, and the processor's in this process."""
    place = "guild" if here else None
    begun, worked = time.perf_counter(), time.process_time()
    origin = replace(what.origin, update=update, community=place, shared=here)
    async for _ in service.handle(replace(what, origin=origin)):
        pass
    return time.perf_counter() - begun, time.process_time() - worked


async def measure(settings: Settings, *, here: bool) -> Table:
    store = await open_store(settings)
    service, count = Service(FakeFaces(), store, FakeDrawing(), FakeClock(), House(86400)), Count(store)
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ASKED}
    asked: dict[str, Counter[str]] = {}
    for number in range(ROUNDS):
        for name, what in ASKED.items():
            count.seen.clear()
            seconds[name].append(await ask(service, what, f"{here} {number} {name}", here=here))
            asked.setdefault(name, Counter(count.seen))
        await store.forget(PersonRef(ANN.platform, ANN.id))
    await service.close()
    await store.close()
    table = Table("", "statements", "reading", "writing", "p50, ms", "p95, ms", "processor, ms")
    for name, times in seconds.items():
        counts = (str(asked[name][kind]) for kind in ("statements", "reading", "writing"))
        waits, works = zip(*times, strict=True)
        spent = (quantile(waits, 0.5), quantile(waits, 0.95), quantile(works, 0.5))
        table.add_row(name, *counts, *(f"{1000 * value:.1f}" for value in spent))
    return table


@contextmanager
def database(kind: str) -> Iterator[Settings]:
    with tempfile.TemporaryDirectory() as folder:
        settings = load({"TYPEFACE_HOME": str(Path(folder) / "home")})
        settings.home.mkdir(mode=0o700)
        if kind == "sqlite":
            upgrade(settings)
            yield settings
            return
        with serving("") as server:
            url = load({"DATABASE_URL": server.database("statements")}).url
            settings = replace(settings, url=url)
            upgrade(settings)
            yield settings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    with database(options.store) as settings:
        for title, here in (("in a server", True), ("in a chat of one's own", False)):
            table = asyncio.run(measure(settings, here=here))
            table.title = f"{options.store}, {title}"
            Console(width=110).print(table)


if __name__ == "__main__":
    main()
