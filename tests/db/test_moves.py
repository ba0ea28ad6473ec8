"""A group that goes on under another id."""

import asyncio
from datetime import timedelta

from db.community import CommunitySettings
from db.records import PersonRef
from db.store import Store
from tests.db.clock import Clock
from tests.db.stands import is_blocked, settings_of, state_of

OLD, NEW = "-4242", "-1004242"


async def furnished(store: Store, admin: PersonRef, member: PersonRef) -> None:
    """A group with something of each kind."""
    tag = store.tag("telegram", "channel", OLD)
    await store.change_community(admin, OLD, "channels", (tag,))
    await store.change_community(admin, OLD, "quota", 3)
    await store.block(admin, OLD, member)
    await store.take_quota(admin, OLD, limit=3)
    await store.put_on_map(admin, OLD, "ENFP")
    await store.save(admin, OLD, "where we were")
    await store.open_session(admin, OLD, "ENFP", "female", OLD)
    await store.log_job(admin, "photo", 1, 2, "done")


async def test_all_of_a_group_is_found_under_its_new_id(store: Store, bob: PersonRef, clock: Clock) -> None:
    """And under the old one: an answer that began before ends after, and old buttons stay where they are."""
    eve = PersonRef("telegram", "5550002")
    await furnished(store, bob, eve)
    log = await store.audit("telegram", OLD)
    assert await store.move_community("telegram", OLD, NEW)
    for name in (NEW, OLD):
        settings = await settings_of(store, "telegram", name)
        assert settings == CommunitySettings(quota=3, channels=(store.tag("telegram", "channel", NEW),))
        assert await store.audit("telegram", name) == log and log[1] == 3
        assert await is_blocked(store, eve, name) and not await is_blocked(store, bob, name)
        assert await store.used_today(bob, name) == 1
        assert await store.type_map("telegram", name) == (("ENFP", 1),)
        assert await store.on_map(bob, name) == "ENFP"
        assert await state_of(store, bob, name) == "where we were"
        found = await store.statistics(clock() - timedelta(days=1), ("telegram", name))
        assert (sum(n for _, n in found.types), sum(n for *_, n in found.jobs)) == (1, 1)
    (block,), _ = await store.blocks("telegram", NEW)
    assert await store.unblock(bob, NEW, block.tag) and not await is_blocked(store, eve, OLD)
    await store.save(bob, OLD, "further")
    assert await state_of(store, bob, NEW) == "further"
    await store.close_session(bob, OLD, "matched")
    found = await store.statistics(clock() - timedelta(days=1), ("telegram", NEW))
    assert found.outcomes == (("matched", 1),)


async def test_of_many_who_tell_of_a_move_one_hears_that_it_is_news(store: Store, bob: PersonRef) -> None:
    await furnished(store, bob, PersonRef("telegram", "5550002"))
    told = await asyncio.gather(*(store.move_community("telegram", OLD, NEW) for _ in range(5)))
    assert sorted(told) == [False] * 4 + [True]
    assert (await settings_of(store, "telegram", NEW)).quota == 3
    assert (await settings_of(store, "discord", OLD)) == CommunitySettings()


async def test_a_group_that_nobody_knows_may_move(store: Store, bob: PersonRef) -> None:
    assert await store.move_community("telegram", OLD, NEW)
    assert not await store.move_community("telegram", OLD, NEW)
    await store.change_community(bob, OLD, "quota", 5)
    assert (await settings_of(store, "telegram", NEW)).quota == 5


async def test_what_began_in_the_new_group_joins_the_rest(store: Store, bob: PersonRef, clock: Clock) -> None:
    eve = PersonRef("telegram", "5550002")
    await furnished(store, bob, eve)
    await store.save(bob, NEW, "already here")
    await store.save(eve, OLD, "still there")
    await store.open_session(eve, NEW, "INFP", "male", NEW)
    await store.put_on_map(bob, NEW, "ENTP")
    await store.put_on_map(eve, NEW, "INFP")
    assert await store.move_community("telegram", OLD, NEW)
    assert (await settings_of(store, "telegram", NEW)).quota == 3
    assert await store.type_map("telegram", NEW) == (("ENFP", 1), ("INFP", 1))
    assert (await state_of(store, bob, NEW), await state_of(store, eve, NEW)) == (
        "already here",
        "still there",
    )
    found = await store.statistics(clock() - timedelta(days=1), ("telegram", NEW))
    assert sum(n for _, n in found.types) == 2


async def test_what_admins_have_set_in_the_new_group_stands(store: Store, bob: PersonRef) -> None:
    await furnished(store, bob, PersonRef("telegram", "5550002"))
    await store.change_community(bob, NEW, "quota", 9)
    assert not await store.move_community("telegram", OLD, NEW)
    assert (await settings_of(store, "telegram", NEW)) == CommunitySettings(quota=9)
    assert (await settings_of(store, "telegram", OLD)).quota == 3


async def test_a_move_of_a_move_leads_to_the_end(store: Store, bob: PersonRef) -> None:
    await store.change_community(bob, "a", "quota", 5)
    assert await store.move_community("telegram", "a", "b")
    assert await store.move_community("telegram", "b", "c")
    for name in ("a", "b", "c"):
        assert (await settings_of(store, "telegram", name)).quota == 5
