"""Statistics and exports, with numbers computed here in another way."""

import csv
import io
import json
import math
import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console
from sqlalchemy import Column, LargeBinary, select

from db import export, records, report, tabular
from db.models import Base, Face, Person
from db.records import PersonRef
from db.repositories import exports, statistics
from db.settings import Settings
from db.store import Store, open_store
from tests.db.clock import Clock
from tests.db.many import fill

# Every column of every table is either written out or about a person: a new one must be put on a side.
PERSONAL = {
    "key_checks": {"id", "value"},
    "people": {"id", "hash", "wrapped_key", "nickname", "created_at"},
    "communities": {"id", "hash", "settings", "created_at"},
    "conversations": {"person_id", "chat_hash", "state", "version", "updated_at"},
    "sessions": {"id", "person_id", "community_id", "chat_hash"},
    "jobs": {"id", "person_id", "community_id"},
    "consents": {"person_id"},
    "faces": {"id", "person_id", "sealed"},
    "seen_updates": {"hash", "created_at"},
    "makings": {"id", "code", "person_id", "content"},
    "shares": {"hash", "making_id", "created_at", "expires_at"},
    "pairs": {"id", "asker_id", "friend_id", "friend_hash", "expires_at"},
    "map_entries": {"community_id", "person_id"},
    "audit_entries": {"id", "community_id", "person_id", "change", "created_at"},
    "blocks": {"community_id", "hash", "created_at"},
    "uses": {"hash", "count", "last_at"},
    "moves": {"hash", "new_hash"},
}


async def gather(store: Store, since: datetime) -> records.Statistics:
    async with store._database.reading() as session:
        return await statistics.gather(session, since)


async def live(store: Store, clock: Clock) -> list[tuple[str, int, int, str]]:
    """Forty people, a day each ten; returns the jobs."""
    dice = random.Random(3)
    jobs = []
    for number in range(40):
        person = PersonRef("discord", f"70000{number}")
        await store.open_session(
            person, "chat", ("ENFP", "INTJ", "ISTP")[number % 3], ("female", "male")[number % 2]
        )
        if number % 4:
            await store.consent(person, 1)
            job = (("project", "morph")[number % 5 == 0], dice.randrange(90), dice.randrange(9000), "done")
            job = (*job[:3], "no_face") if number % 7 == 0 else job
            jobs.append(job)
            await store.log_job(person, *job)
            await store.close_session(person, "chat", job[3])
        if number % 10 == 9:
            clock.advance(days=1)
    return jobs


def nearest_rank(values: list[int], percent: int) -> int:
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


async def test_statistics_count_what_happened(store: Store, clock: Clock) -> None:
    start = clock()
    jobs = await live(store, clock)
    found = await gather(store, start)
    assert found.days == tuple((f"2026-03-0{day}", 10) for day in range(1, 5))
    assert found.types == (("ENFP", 14), ("INTJ", 13), ("ISTP", 13))
    assert found.genders == (("female", 20), ("male", 20))
    assert dict(found.outcomes) == {"open": 10, **Counter(outcome for *_, outcome in jobs)}
    assert {(kind, outcome): n for kind, outcome, n in found.jobs} == Counter(
        (job[0], job[3]) for job in jobs
    )
    assert {times.kind for times in found.times} == {"project", "morph"}
    for times in found.times:
        waits = [wait for kind, wait, _, _ in jobs if kind == times.kind]
        runs = [run for kind, _, run, _ in jobs if kind == times.kind]
        assert times == records.JobTimes(
            times.kind,
            len(waits),
            records.Spread(nearest_rank(waits, 50), nearest_rank(waits, 95)),
            records.Spread(nearest_rank(runs, 50), nearest_rank(runs, 95)),
        )
    assert (found.people, found.consented, found.consent_rate) == (40, 30, 0.75)


async def test_statistics_look_back_as_far_as_asked(store: Store, clock: Clock) -> None:
    await live(store, clock)
    found = await gather(store, clock() - timedelta(days=1))
    assert found.days == (("2026-03-04", 10),)
    assert sum(times.count for times in found.times) == 8
    nothing = await gather(store, clock())
    assert nothing == records.Statistics(people=40, consented=30)


async def test_a_day_begins_at_midnight_and_one_without_anything_is_left_out(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    start = clock()
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    begun = [start, midnight - timedelta(microseconds=1), midnight, midnight + timedelta(days=9)]
    for number, at in enumerate(begun):
        clock.advance(seconds=(at - clock()).total_seconds())
        await store.open_session(ann, str(number), "ENFP", "female")
    days = Counter(f"{at:%Y-%m-%d}" for at in begun)
    assert (await gather(store, start)).days == (await gather(store, datetime.min.replace(tzinfo=UTC))).days
    assert dict((await gather(store, start)).days) == days
    assert (await gather(store, midnight)).days == tuple(sorted(days.items()))[1:]


async def test_no_day_reads_the_others_on_sqlite(sqlite: Settings) -> None:
    """2,000 sessions of a year: SQLite takes some steps a row, not some for each row and day."""
    store, now = await open_store(sqlite), datetime.now(UTC)
    await fill(store, 2000, now)
    steps = [0]

    def count() -> None:
        steps[0] += 1000

    async with store._database.reading() as session:
        raw = await (await session.connection()).get_raw_connection()
        await cast("Any", raw.driver_connection).set_progress_handler(count, 1000)
        found = await statistics.gather(session, now - timedelta(days=365))
    assert len(found.days) > 300
    assert 0 < steps[0] < 500_000
    await store.close()


async def test_times_that_many_jobs_share_have_their_rank(store: Store, ann: PersonRef, clock: Clock) -> None:
    start, dice = clock(), random.Random(5)
    for many in (1, 2, 19, 20, 21):
        waits = [dice.choice((0, 7, 7, 60_000)) for _ in range(many)]
        for wait in waits:
            await store.log_job(ann, f"kind {many}", wait, 1, "done")
        times = {one.kind: one for one in (await gather(store, start)).times}[f"kind {many}"]
        assert times.wait == records.Spread(nearest_rank(waits, 50), nearest_rank(waits, 95))
        assert times.count == many


async def test_statistics_of_a_community_are_its_own(
    store: Store, ann: PersonRef, bob: PersonRef, clock: Clock
) -> None:
    start = clock()
    carl = PersonRef("discord", "880001")
    await store.consent(ann, 1)
    await store.open_session(ann, "chat", "ENFP", "female", "guild")
    await store.open_session(ann, "other", "ENFP", "female", "another")
    await store.open_session(carl, "chat", "INTJ", "male", "guild")
    await store.log_job(carl, "project", 5, 6, "no_face")
    await store.open_session(bob, "chat", "ISTP", "male")
    await store.log_job(bob, "project", 5, 6, "done")
    here = await store.statistics(start, ("discord", "guild"))
    assert here.types == (("ENFP", 1), ("INTJ", 1))
    assert (here.people, here.consented) == (2, 1)
    assert here.jobs == (("project", "no_face", 1),)
    assert [times.count for times in here.times] == [1]
    assert (await store.statistics(start)).types == (("ENFP", 2), ("INTJ", 1), ("ISTP", 1))
    assert await store.statistics(start, ("telegram", "guild")) == records.Statistics()


async def test_the_last_failures_are_told_newest_first(store: Store, ann: PersonRef, clock: Clock) -> None:
    for outcome in ("no_face", "done", "cancelled", "busy"):
        clock.advance(minutes=1)
        await store.log_job(ann, "project", 1, 2, outcome)
    assert await store.failures(5) == (
        records.Failure(clock(), "project", "busy"),
        records.Failure(clock() - timedelta(minutes=3), "project", "no_face"),
    )
    assert len(await store.failures(1)) == 1
    found = await store.statistics(clock() - timedelta(hours=1))
    assert found.failures == (("busy", 1), ("no_face", 1))


async def test_statistics_survive_forgetting_and_one_job_is_its_own_percentile(
    store: Store, ann: PersonRef
) -> None:
    await store.open_session(ann, "chat", "ENFP", "either")
    await store.log_job(ann, "project", 7, 11, "done")
    await store.forget(ann)
    found = await gather(store, datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    assert found.types == (("ENFP", 1),)
    assert found.times == (records.JobTimes("project", 1, records.Spread(7, 7), records.Spread(11, 11)),)
    assert (found.people, found.consent_rate) == (0, None)


def test_the_report_shows_every_number() -> None:
    numbers = records.Statistics(
        days=(("2026-03-01", 311),),
        types=(("ENFP", 312),),
        genders=(("either", 313),),
        outcomes=(("no_face", 314),),
        jobs=(("project", "busy", 315),),
        times=(records.JobTimes("project", 316, records.Spread(317, 318), records.Spread(319, 320)),),
        people=4,
        consented=3,
    )
    console = Console(file=io.StringIO(), width=100)
    report.show(numbers, datetime(2026, 3, 1), console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    for word in (
        "2026-03-01",
        "ENFP",
        "either",
        "no_face",
        "busy",
        "75%",
        *(str(n) for n in range(311, 321)),
    ):
        assert word in shown
    plain = json.dumps(tabular.as_json(numbers))
    for word in (
        "2026-03-01",
        "ENFP",
        "either",
        "no_face",
        "busy",
        "0.75",
        *(str(n) for n in range(311, 321)),
    ):
        assert word in plain


def hashes() -> list[Column[Any]]:
    """Every column that holds bytes: hashes of ids, keys and sealed values."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    found = [column for column in columns if isinstance(column.type, LargeBinary)]
    assert len(found) > 12
    return found


async def test_exports_of_many_pages_hold_each_row_once(
    store: Store, ann: PersonRef, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "_ROWS", 2)
    for number in range(5):
        await store.log_job(ann, "project", number, 1, "done")
    out = io.StringIO()
    async with store._database.reading() as session:
        await export.write_json(session, out)
        files = await export.write_csv(session, tmp_path)
    data = json.loads(out.getvalue())
    assert sorted(row["queue_ms"] for row in data["jobs"]) == [0, 1, 2, 3, 4]
    (jobs,) = (file for file in files if file.stem == "jobs")
    assert sorted(row["queue_ms"] for row in csv.DictReader(jobs.read_text().splitlines())) == list("01234")


def test_every_column_is_exported_or_named_personal() -> None:
    written = exports.tables()
    for table in Base.metadata.sorted_tables:
        columns = {column.name for column in table.columns}
        assert columns == PERSONAL[table.name] | (set(written.get(table.name, ())) - {"count"}), table.name
        assert not PERSONAL[table.name] & set(written.get(table.name, ())), table.name


async def test_exports_hold_the_data_and_nobody(
    settings: Settings, ann: PersonRef, bob: PersonRef, clock: Clock, tmp_path: Path
) -> None:
    store, tokens = await open_store(settings, clock), []
    for person in (ann, bob):
        await store.save(person, "chat", '{"step": "unmistakable"}')
        await store.consent(person, 1)
        await store.open_session(person, "chat", "ENFP", "female")
        await store.log_job(person, "project", 3, 4, "done")
        await store.keep_face(person, b"latent", kind="self", pack="starter 1", seconds=60)
        code = await store.keep_making(person, '{"said": "unmistakable"}', open=True, seconds=60)
        tokens.append(code)
        tokens.append(await store.share(person, code, 60) or "")
        tokens.append(await store.invite(person, handle="unmistakable"))
        await store.prefer(person, language="ja", nickname="unmistakable")
        await store.put_on_map(person, "guild-31337", "ENFP")
        await store.change_community(person, "guild-31337", "paused", "unmistakable")
        await store.take_quota(person, "guild-31337")
    for community in ("guild-31337", "guild-31337", "guild-4711"):
        await store.note_community("discord", community)
    out = io.StringIO()
    async with store._database.reading() as session:
        await export.write_json(session, out)
        files = await export.write_csv(session, tmp_path)
        secrets = [person.hex for person in await session.scalars(select(Person.id))]
        secrets += [str(person) for person in await session.scalars(select(Person.id))]
        secrets += list(await session.scalars(select(Face.id))) + tokens
        for column in hashes():
            secrets += [found.hex() for found in await session.scalars(select(column)) if found]
    data = json.loads(out.getvalue())
    time = clock().isoformat()
    assert (
        data["sessions"]
        == [{"type": "ENFP", "gender": "female", "started_at": time, "ended_at": None, "outcome": None}] * 2
    )
    assert (
        data["jobs"]
        == [{"kind": "project", "queue_ms": 3, "run_ms": 4, "outcome": "done", "created_at": time}] * 2
    )
    assert data["consents"] == [{"version": 1, "given_at": time, "withdrawn_at": None}] * 2
    assert [(face["kind"], face["pack"]) for face in data["faces"]] == [("self", "starter 1")] * 2
    assert [(row["platform"], row["count"]) for row in data["people"]] == [("discord", 1), ("telegram", 1)]
    assert {row["platform"]: row["count"] for row in data["communities"]} == {"discord": 2, "telegram": 1}
    assert data["map_entries"] == [{"type": "ENFP", "count": 2}]
    assert [making["open"] for making in data["makings"]] == [True, True]
    tables = {
        path.stem: list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in files
    }
    for name, rows in tables.items():
        as_text = [
            {key: "" if value is None else str(value) for key, value in row.items()} for row in data[name]
        ]
        assert rows == as_text
    everything = out.getvalue() + "".join(path.read_text() for path in files)
    assert len(secrets) > 20
    assert all(secrets)
    for pattern in ("[0-9a-f]{16}", "[0-9a-f]{8}-[0-9a-f]{4}-", r"\\x", "b'"):
        assert not re.search(pattern, everything)  # nothing that looks like a hash, an id or bytes
    for secret in (ann.id, "unmistakable", "31337", *secrets):
        assert secret not in everything
    await store.close()
