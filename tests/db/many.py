"""A database with many rows in all that grows: `python -m tests.db.many [--rows 1000000] [--store postgresql]`.

It prints how long the questions take that could grow with a table, and the purge; `--explain` shows PostgreSQL's plans.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from sqlalchemy import Connection, event, text

from db import export
from db.errors import WrongKey
from db.records import PersonRef
from db.session import Database
from db.settings import Settings
from db.store import Store, open_store
from tests.statements import database

PLACES, DAYS = 100, 400
"""Communities that the rows belong to, and how old the oldest is."""
ANN, GUILD = PersonRef("discord", "1001"), ("discord", "guild")
"""The first person and the first community, as the platform knows them."""


@dataclass(frozen=True)
class Sql:
    """Ids, bytes and times made of row numbers, in either database."""

    postgresql: bool
    rows: int
    now: datetime

    def id(self, kind: str, number: str) -> str:
        if self.postgresql:
            return f"CAST(md5('{kind}' || ({number})) AS uuid)"
        return f"printf('%08x%04x%020x', (({number}) * 2654435761) % 4294967296, {len(kind)}, {number})"

    def bytes(self, kind: str, number: str) -> str:
        told = f"'{kind}' || ({number})"
        return f"convert_to({told}, 'UTF8')" if self.postgresql else f"CAST({told} AS BLOB)"

    def ago(self, days: float, *, least: float = 0) -> str:
        """Spread from `least` days ago to `days` ago; what is negative is to come."""
        seconds = f"({least * 86400} + i * {(days - least) * 86400 / self.rows})"
        if self.postgresql:
            return f"(TIMESTAMPTZ '{self.now.isoformat()}' - {seconds} * interval '1 second')"
        moment = f"{self.now:%Y-%m-%d %H:%M:%S}"
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', '{moment}', (-{seconds}) || ' seconds')"

    def insert(self, table: str, columns: str, values: str, rows: int | None = None) -> str:
        last = (rows or self.rows) - 1
        numbers = f"WITH RECURSIVE g(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM g WHERE i < {last}) SELECT i FROM g"
        if self.postgresql:
            numbers = f"SELECT i FROM generate_series(0, {last}) AS i"
        return f"INSERT INTO {table} ({columns}) SELECT {values} FROM ({numbers}) AS n"

    def statements(self) -> list[str]:
        """For each table its rows: everybody has one of each, and a hundredth of the jobs failed."""
        person, place, when = self.id("person", "i"), self.id("place", f"i % {PLACES}"), self.ago(DAYS)
        kind = "CASE i % 3 WHEN 0 THEN 'ENFP' WHEN 1 THEN 'INTJ' ELSE 'ISTP' END"
        ends, b = self.ago(1, least=-1), self.bytes
        ended = f"CASE WHEN i % 10 > 0 THEN {when} END"
        return [
            self.insert(
                "communities",
                "id, platform, hash, created_at",
                f"{place}, 'discord', {b('g', 'i')}, {when}",
                PLACES,
            ),
            self.insert(
                "people",
                "id, platform, hash, wrapped_key, created_at",
                f"{person}, 'discord', {b('h', 'i')}, {b('k', 'i')}, {when}",
            ),
            self.insert("consents", "person_id, version, given_at", f"{person}, 1, {when}"),
            self.insert(
                "conversations",
                "person_id, chat_hash, state, version, updated_at",
                f"{person}, {b('c', 'i')}, '{{}}', 1, {self.ago(40)}",
            ),
            self.insert(
                "sessions",
                "id, person_id, community_id, chat_hash, type, gender, started_at, ended_at",
                f"{self.id('walk', 'i')}, {person}, {place}, {b('c', 'i')}, {kind}, 'female', {when}, {ended}",
            ),
            self.insert(
                "jobs",
                "id, person_id, community_id, kind, queue_ms, run_ms, outcome, created_at",
                f"{self.id('job', 'i')}, {person}, {place}, 'render', i % 97, i % 1013, "
                f"CASE WHEN i % 100 = 0 THEN 'busy' ELSE 'done' END, {when}",
            ),
            self.insert(
                "faces",
                "id, person_id, kind, pack, sealed, created_at, expires_at",
                f"'f' || i, {person}, 'selfie', 'p', {b('s', 'i')}, {when}, {ends}",
            ),
            self.insert(
                "makings",
                "code, person_id, open, content, created_at, expires_at",
                f"'m' || i, {person}, i % 2 = 0, {b('m', 'i')}, {when}, {ends}",
            ),
            self.insert(
                "pairs",
                "id, asker_id, friend_hash, created_at, expires_at",
                f"'p' || i, {person}, {b('h', 'i + 1')}, {when}, {ends}",
            ),
            self.insert("map_entries", "community_id, person_id, type", f"{place}, {person}, {kind}"),
            self.insert(
                "audit_entries",
                "community_id, person_id, change, created_at",
                f"{place}, {person}, {b('a', 'i')}, {when}",
            ),
            self.insert("blocks", "community_id, hash, created_at", f"{place}, {b('b', 'i')}, {when}"),
            self.insert("uses", "hash, count, last_at", f"{b('u', 'i')}, 1, {self.ago(4)}"),
            self.insert("seen_updates", "hash, created_at", f"{b('u', 'i')}, {self.ago(2)}"),
        ]


async def fill(store: Store, rows: int, now: datetime) -> None:
    """So many rows in each table, of as many people; the first of them is `ANN`, with a key of her own."""
    sql = Sql(not store._database.is_sqlite, rows, now)
    firsts = (
        ("people", "person", store._owner(ANN)),
        ("communities", "place", store._hash("community", *GUILD)),
    )
    database = Database(store._settings, migrating=True)  # where a statement may take as long as it takes
    async with database.connection() as connection:
        for statement in sql.statements():
            await connection.exec_driver_sql(statement)
        for table, kind, own in firsts:
            update = text(f"UPDATE {table} SET hash = :own WHERE id = {sql.id(kind, '0')}")
            await connection.execute(update, {"own": own})
        await connection.exec_driver_sql("ANALYZE")
    await database.close()


class Timed:
    """What each question took, with PostgreSQL's plan of each statement if `plans`."""

    def __init__(self, store: Store, plans: bool) -> None:
        self.store, self.plans = store, plans
        self.asked: list[tuple[str, Any]] = []
        event.listen(store._database.engine.sync_engine, "before_cursor_execute", self._heard)

    def _heard(self, _: Connection, __: object, statement: str, values: Any, *___: object) -> None:
        self.asked.append((statement, values))

    async def ask(self, name: str, question: Callable[[], Awaitable[object]]) -> None:
        self.asked.clear()
        begun = time.perf_counter()
        with suppress(WrongKey):  # what is sealed here was sealed by nobody
            await question()
        print(f"{name:34} {time.perf_counter() - begun:8.3f} s", flush=True)
        for statement, values in list(self.asked) if self.plans else ():
            await self._explain(statement, values)

    async def _explain(self, statement: str, values: Any) -> None:
        async with self.store._database.reading() as session:
            connection = await session.connection()
            plan = await connection.exec_driver_sql(f"EXPLAIN {statement}", values)
            lines = [line for (line,) in plan]
        if any("Seq Scan" in line for line in lines):
            Console(width=160).print(
                "   ", " ".join(statement.split())[:300], *lines, sep="\n      ", markup=False
            )


async def measure(settings: Settings, rows: int, *, plans: bool) -> None:
    store, now = await open_store(settings), datetime.now(UTC)
    timed, plain = Timed(store, plans), Timed(store, False)
    await plain.ask("filling", lambda: fill(store, rows, now))
    month = now - timedelta(days=30)

    async def exported() -> None:
        with Path(os.devnull).open("w") as nowhere:
            async with store._database.reading() as session:
                await export.write_json(session, nowhere)

    for name, question in {
        "standing": lambda: store.standing(ANN, "chat", GUILD[1], "selfie"),
        "mydata": lambda: store.held(ANN),
        "gallery": lambda: store.makings(ANN, 0, 6),
        "last failures": lambda: store.failures(5),
        "audit log": lambda: store.audit(*GUILD, 0, 10),
        "audit log, page 900": lambda: store.audit(*GUILD, 9000, 10),
        "blocks": lambda: store.blocks(*GUILD, 0, 20),
        "map of types": lambda: store.type_map(*GUILD),
        "statistics, 30 days, one place": lambda: store.statistics(month, GUILD),
        "statistics, 30 days": lambda: store.statistics(month),
        "statistics, a year": lambda: store.statistics(now - timedelta(days=365)),
        "a picture kept": lambda: store.keep_making(ANN, "{}", open=True, seconds=60),
        "a job noted": lambda: store.log_job(ANN, "render", 1, 1, "done"),
        "a group that moves": lambda: store.move_community(*GUILD, "later"),
        "forget": lambda: store.forget(ANN),
    }.items():
        await timed.ask(name, question)
    await plain.ask("export", exported)
    await purged(store, plain)
    await store.close()


async def purged(store: Store, timed: Timed) -> None:
    """The purge, and the longest that somebody else waited to write meanwhile."""
    waits = [0.0]

    async def others() -> None:
        while True:
            begun = time.perf_counter()
            await store.save(ANN, "chat", "{}")
            waits.append(time.perf_counter() - begun)
            await asyncio.sleep(0.05)

    async def purge() -> None:
        print(await store.purge())

    writing = asyncio.create_task(others())
    await timed.ask("purge", purge)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    print(f"{'longest wait of others meanwhile':34} {max(waits):8.3f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--explain", action="store_true")
    options = parser.parse_args()
    with database(options.store) as settings:
        plans = options.explain and options.store == "postgresql"
        asyncio.run(measure(settings, options.rows, plans=plans))


if __name__ == "__main__":
    main()
