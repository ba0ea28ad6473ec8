"""The purge of many rows: a few in each transaction, so that nobody waits for it and no statement grows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from db import errors
from db.areas import purges
from db.models import Person
from db.records import PersonRef, Purged
from db.repositories import consents, lapses
from db.settings import Settings
from db.store import Store, open_store
from tests.db.clock import Clock
from tests.db.many import fill
from tests.db.stands import state_of

ROWS, BATCH = 300, 40


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purges, "BATCH", BATCH)
    monkeypatch.setattr(purges, "STRETCH", 70)


Remove = Callable[[AsyncSession, str, datetime, int], Awaitable[int]]


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each transaction deleted."""
    seen: list[int] = []
    remove: Remove = lapses.remove_past

    async def counted(session: AsyncSession, what: str, moment: datetime, most: int) -> int:
        seen.append(await remove(session, what, moment, most))
        return seen[-1]

    monkeypatch.setattr(lapses, "remove_past", counted)
    return seen


async def left(store: Store, now: datetime) -> dict[str, tuple[int, int]]:
    """Of each table how many rows are past their time, and how many there are."""
    moments, found = store._moments(now), {}
    async with store._database.reading() as session:
        for what, time in lapses.TIMES.items():
            numbers = [select(func.count()).where(time <= moments[what]), select(func.count(time))]
            found[what] = tuple([await session.scalar(query) or 0 for query in numbers])
    return found  # type: ignore[return-value]


async def test_all_that_is_past_its_time_goes_in_batches_and_nothing_else(
    store: Store, clock: Clock, batches: list[int]
) -> None:
    await fill(store, ROWS, clock())
    before = await left(store, clock())
    assert sum(due > BATCH for due, _ in before.values()) >= 5
    purged = await store.purge()
    assert await left(store, clock()) == {what: (0, every - due) for what, (due, every) in before.items()}
    assert {what: getattr(purged, what) for what in before} == {
        what: due for what, (due, _) in before.items()
    }
    assert max(batches) == BATCH
    assert purged.abandoned and not purged.people
    assert await store.purge() == Purged()


async def test_what_ends_a_purge_leaves_what_it_has_done(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, batches: list[int]
) -> None:
    await fill(store, ROWS, clock())
    remove: Remove = lapses.remove_past

    async def failing(session: AsyncSession, what: str, moment: datetime, most: int) -> int:
        removed = await remove(session, what, moment, most)
        if len(batches) == 3:
            raise errors.Busy("the third transaction fails")
        return removed

    due, every = (await left(store, clock()))["faces"]
    with monkeypatch.context() as patch, pytest.raises(errors.Busy):
        patch.setattr(lapses, "remove_past", failing)
        await store.purge()
    assert (await left(store, clock()))["faces"] == (due - 2 * BATCH, every - 2 * BATCH)
    assert (await store.purge()).faces == due - 2 * BATCH


async def test_others_write_between_the_batches(
    sqlite: Settings, ann: PersonRef, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets one write at a time: whoever stands in the line when a batch begins comes before the next one."""
    store = await open_store(sqlite, clock)
    await fill(store, ROWS, clock())
    remove: Remove = lapses.remove_past
    waiting: list[asyncio.Task[None]] = []
    early: list[bool] = []

    async def watched(session: AsyncSession, what: str, moment: datetime, most: int) -> int:
        early.extend(task.done() for task in waiting[-1:])
        waiting.append(asyncio.create_task(store.save(ann, "chat", str(len(waiting)))))
        await asyncio.sleep(0)  # now it stands in the line
        return await remove(session, what, moment, most)

    monkeypatch.setattr(lapses, "remove_past", watched)
    await store.purge()
    await asyncio.gather(*waiting)
    assert len(early) > 20 and all(early)
    assert await state_of(store, ann, "chat") == str(len(waiting) - 1)
    await store.close()


async def test_strangers_are_found_all_along_and_their_walks_stay_without_their_chats(
    store: Store, clock: Clock
) -> None:
    people = [PersonRef("discord", str(number)) for number in range(200)]
    for person in people:
        await store.open_session(person, "chat", "ENFP", "female")
    await store.save(people[7], "chat", "{}")
    clock.advance(days=2)
    assert await store.purge() == Purged(people=199, abandoned=200)
    assert await store.purge() == Purged()
    assert (await store.held(people[7])).conversations == 1
    async with store._database.reading() as session:
        cut = "SELECT count(*) FROM sessions WHERE person_id IS NULL AND chat_hash IS NULL"
        assert await session.scalar(text(cut)) == 199


async def test_who_is_no_stranger_any_more_and_who_has_agreed_meanwhile_stay(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    """Between the look and the deletion things happen: what was found is asked again."""
    await store.consent(ann, 1)
    await store.keep_face(ann, b"latent", kind="self", pack="p", seconds=60)
    async with store._database.writing() as session:
        found = list(await session.scalars(select(Person.id)))
        assert await lapses.remove_disagreed(session, found) == (0, 0)
        assert await lapses.remove_strangers(session, found, clock()) == 0
    assert len((await store.held(ann)).faces) == 1


async def test_who_comes_back_in_the_middle_of_the_purge_stays(
    postgresql: Settings, ann: PersonRef, clock: Clock
) -> None:
    """The purge passes over whoever is just being written about, and does not wait."""
    store = await open_store(postgresql, clock)
    await store.prefer(ann, language="ko")
    clock.advance(days=2)
    async with store._database.writing() as session:
        known = await store._find(session, ann, lock=True)
        assert known
        assert await asyncio.wait_for(store.purge(), 20) == Purged()
        await consents.give(session, known.id, 1, clock())
    assert await store.purge() == Purged()
    assert (await store.held(ann)).preferences.language == "ko"
    clock.advance(days=1)
    other = PersonRef("discord", "never seen again")
    await store.prefer(other, language="ko")
    clock.advance(days=1, seconds=1)
    assert await store.purge() == Purged(people=1)
    await store.close()


def test_every_time_has_an_index() -> None:
    for what, time in lapses.TIMES.items():
        firsts = {next(iter(index.columns)).name for index in time.class_.__table__.indexes}
        assert time.key in firsts, what


async def test_a_purge_beside_another_one(store: Store, clock: Clock) -> None:
    """Such as the bot's and one by hand: together they delete each row once."""
    await fill(store, ROWS, clock())
    before = await left(store, clock())
    both = await asyncio.gather(store.purge(), store.purge())
    await store.purge()
    assert await left(store, clock()) == {what: (0, every - due) for what, (due, every) in before.items()}
    assert all(sum(getattr(one, what) for one in both) <= due for what, (due, _) in before.items())
