"""What admins set and look up, the map of types, and the quotas."""

import asyncio
from typing import Any

import pytest

from db import errors
from db.community import CommunitySettings
from db.records import PersonRef, Preferences, Quota
from db.settings import Settings
from db.store import Store, open_store
from tests.db.clock import Clock
from tests.db.stands import is_blocked, preferences_of, settings_of

GUILD = "guild 31337"


async def test_settings_are_the_houses_until_somebody_sets_one(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    assert await settings_of(store, "discord", GUILD) == CommunitySettings()
    tag = store.tag("discord", "channel", "1234")
    assert await store.change_community(ann, GUILD, "channels", (tag,)) == CommunitySettings(channels=(tag,))
    clock.advance(minutes=1)
    await store.change_community(ann, GUILD, "quota", 5)
    await store.change_community(ann, GUILD, "quota", 5)  # so already: nothing to write down
    found = await settings_of(store, "discord", GUILD)
    assert found == CommunitySettings(channels=(tag,), quota=5)
    assert found.answers_in(tag)
    assert not found.answers_in(store.tag("discord", "channel", "4321"))
    assert await settings_of(store, "telegram", GUILD) == CommunitySettings()
    (newest, oldest), total = await store.audit("discord", GUILD)
    assert total == 2
    assert (newest.key, newest.old, newest.new, newest.at) == ("quota", None, 5, clock())
    assert (oldest.key, oldest.old, oldest.new) == ("channels", [], [tag])
    assert newest.who == oldest.who != ""
    assert (await store.audit("discord", GUILD, 1, 1))[0] == (oldest,)
    assert await store.audit("discord", "another") == ((), 0)


async def test_walks_and_the_map_never_wait_for_each_other(store: Store, ann: PersonRef) -> None:
    """PostgreSQL would end one of two that lock person and community in different orders."""
    await store.put_on_map(ann, GUILD, "ENFP")
    for _ in range(10):
        await asyncio.gather(
            *(store.open_session(ann, "chat", "ENFP", "female", GUILD) for _ in range(4)),
            *(store.put_on_map(ann, GUILD, "INTJ") for _ in range(4)),
        )
    assert await store.on_map(ann, GUILD) == "INTJ"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("no_such", 1),
        ("quota", -1),
        ("quota", "5"),
        ("quota", True),
        ("cooldown", 10**6),
        ("channels", ("not a tag",)),
        ("channels", ("0" * 16,) * 201),
        ("role_quotas", {"vip": 1}),
        ("retention_hours", 0),
        ("paused", "x" * 501),
        ("locale", "<b>"),
        ("spoiler", None),
    ],
)
async def test_what_a_setting_does_not_take_changes_nothing(
    store: Store, ann: PersonRef, key: str, value: Any
) -> None:
    with pytest.raises(errors.Rejected):
        await store.change_community(ann, GUILD, key, value)
    assert await settings_of(store, "discord", GUILD) == CommunitySettings()
    assert await store.audit("discord", GUILD) == ((), 0)


async def test_changes_at_once_are_all_kept(store: Store, ann: PersonRef) -> None:
    changes = {
        "quota": 3,
        "cooldown": 9,
        "pack": "anime 2",
        "paused": "잠시",
        "spoiler": True,
        "public": False,
    }
    await asyncio.gather(*(store.change_community(ann, GUILD, key, value) for key, value in changes.items()))
    assert await settings_of(store, "discord", GUILD) == CommunitySettings(**changes)
    assert (await store.audit("discord", GUILD))[1] == len(changes)


def test_the_largest_quota_of_a_persons_roles_counts() -> None:
    vip, mod, other = "1" * 16, "2" * 16, "3" * 16
    settings = CommunitySettings(quota=2, role_quotas={vip: 10, mod: 0})
    assert settings.quota_of(()) == settings.quota_of((other,)) == 2
    assert settings.quota_of((vip, mod)) == 10
    assert settings.quota_of((mod,)) == 0
    assert CommunitySettings().quota_of((vip,)) is None


async def test_an_admin_who_forgets_themselves_leaves_the_change_but_not_the_tag(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    await store.change_community(ann, GUILD, "quota", 1)
    await store.forget(ann)
    ((entry,), _) = await store.audit("discord", GUILD)
    assert (entry.who, entry.new) == ("", 1)
    await store.change_community(ann, GUILD, "quota", 2)
    clock.advance(days=40)
    await store.purge()
    assert (await store.audit("discord", GUILD))[0][0].who  # an admin is kept as long as the log is
    clock.advance(days=365)
    assert (await store.purge()).audit == 2
    assert (await store.purge()).people == 0
    assert (await settings_of(store, "discord", GUILD)).quota == 2


async def test_who_is_blocked_is_read_page_by_page_newest_first(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    tags = []
    for n in range(7):
        tags.append(await store.block(ann, GUILD, PersonRef("discord", str(n))))
        clock.advance(minutes=1)
    pages = [await store.blocks("discord", GUILD, first, 3) for first in (0, 3, 6, 9)]
    assert [total for _, total in pages] == [7] * 4
    assert [block.tag for page, _ in pages for block in page] == tags[::-1]
    assert await store.blocks("discord", "another", 0, 3) == ((), 0)
    assert await store.unblock(ann, GUILD, tags[3])
    assert await store.blocks("discord", GUILD, 6, 3) == ((), 6)


async def test_a_block_is_for_one_community_outlives_forgetting_and_is_undone_by_its_tag(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    eve = PersonRef("discord", "666001")
    assert not await is_blocked(store, eve, GUILD)
    tag = await store.block(ann, GUILD, eve)
    assert await store.block(ann, GUILD, eve) == tag
    assert await is_blocked(store, eve, GUILD)
    assert not await is_blocked(store, eve, "another")
    assert not await is_blocked(store, ann, GUILD)
    await store.save(eve, "chat", "{}")
    await store.forget(eve)
    assert await is_blocked(store, eve, GUILD)
    (block,), total = await store.blocks("discord", GUILD)
    assert total == 1
    assert (block.tag, block.since) == (tag, clock())
    assert not await store.unblock(ann, GUILD, "00000000")
    assert await store.unblock(ann, GUILD, tag)
    assert not await is_blocked(store, eve, GUILD)
    entries, total = await store.audit("discord", GUILD)
    assert [(entry.key, entry.old, entry.new) for entry in entries] == [
        ("block", tag, None),
        ("block", None, tag),
    ]
    assert total == 2


async def test_the_map_counts_those_who_want_to_be_counted(store: Store) -> None:
    people = [PersonRef("discord", f"80000{number}") for number in range(5)]
    for person, label in zip(people, ("ENFP", "INTJ", "ENFP", "ENFP", "INTJ"), strict=True):
        await store.put_on_map(person, GUILD, label)
    await store.put_on_map(people[1], GUILD, "ISTP")  # a type that was chosen anew
    await store.put_on_map(people[0], "another", "ESTP")
    assert await store.type_map("discord", GUILD) == (("ENFP", 3), ("INTJ", 1), ("ISTP", 1))
    assert await store.on_map(people[1], GUILD) == "ISTP"
    assert (await store.held(people[0])).maps == 2
    assert await store.take_off_map(people[2], GUILD)
    assert not await store.take_off_map(people[2], GUILD)
    assert (await store.forget(people[0])).maps == 2
    assert await store.type_map("discord", GUILD) == (("ENFP", 1), ("INTJ", 1), ("ISTP", 1))
    assert await store.type_map("discord", "another") == ()
    assert await store.type_map("telegram", GUILD) == ()


async def test_a_quota_is_used_up_and_starts_again_at_midnight(
    store: Store, ann: PersonRef, bob: PersonRef, clock: Clock
) -> None:
    assert await store.take_quota(ann, GUILD, limit=2) == Quota("", 1)
    assert await store.take_quota(ann, GUILD, limit=2) == Quota("", 0)
    assert await store.take_quota(ann, GUILD, limit=2) == Quota("quota", 0, 12 * 3600)
    assert await store.used_today(ann, GUILD) == 2
    assert await store.take_quota(ann, None, limit=2) == Quota("", 1)
    assert await store.take_quota(bob, GUILD, limit=2) == Quota("", 1)
    await store.give_back(ann, GUILD)
    assert await store.take_quota(ann, GUILD, limit=2, cooldown=60) == Quota("", 0)
    await store.save(ann, "chat", "{}")
    await store.forget(ann)
    assert (await store.take_quota(ann, GUILD, limit=2)).refused == "quota"
    clock.advance(hours=12)
    assert await store.used_today(ann, GUILD) == 0
    assert await store.take_quota(ann, GUILD) == Quota("", None)
    assert await store.take_quota(ann, GUILD, limit=0) == Quota("quota", 0, 24 * 3600)
    clock.advance(days=2, seconds=-1)
    assert (await store.purge()).uses == 3
    clock.advance(seconds=1)
    assert (await store.purge()).uses == 1


async def test_a_quota_is_given_anew_at_once_with_its_cooldown_and_is_in_the_log(
    store: Store, ann: PersonRef
) -> None:
    bob = PersonRef("discord", "an admin")
    for person in (ann, bob):
        assert not (await store.take_quota(person, GUILD, limit=1, cooldown=60)).refused
    tag = await store.reset_quota(bob, GUILD, ann)
    assert await store.take_quota(ann, GUILD, limit=1, cooldown=60) == Quota("", 0)
    assert (await store.take_quota(bob, GUILD, limit=1)).refused == "quota"
    (entry,), _ = await store.audit("discord", GUILD, 0, 10)
    assert (entry.key, entry.old, entry.new) == ("reset", None, tag)
    assert await store.block(bob, GUILD, ann) == tag


async def test_a_cooldown_is_waited_for_also_over_midnight(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    clock.advance(hours=11, minutes=59, seconds=50)
    assert not (await store.take_quota(ann, GUILD, cooldown=30)).refused
    clock.advance(seconds=4.5)
    assert await store.take_quota(ann, GUILD, limit=9, cooldown=30) == Quota("cooldown", 8, 26)
    clock.advance(seconds=15.5)
    assert await store.take_quota(ann, GUILD, cooldown=30) == Quota("cooldown", None, 10)
    clock.advance(seconds=10)
    assert not (await store.take_quota(ann, GUILD, cooldown=30)).refused
    assert await store.used_today(ann, GUILD) == 1


async def test_what_failed_after_midnight_was_not_waited_for(
    store: Store, ann: PersonRef, clock: Clock
) -> None:
    clock.advance(hours=11, minutes=59, seconds=50)
    assert not (await store.take_quota(ann, GUILD, cooldown=60)).refused
    clock.advance(seconds=20)
    await store.give_back(ann, GUILD)
    assert not (await store.take_quota(ann, GUILD, cooldown=60)).refused
    assert await store.used_today(ann, GUILD) == 1


async def test_of_many_uses_at_once_exactly_the_quota_is_given(store: Store, ann: PersonRef) -> None:
    taken = await asyncio.gather(*(store.take_quota(ann, GUILD, limit=5) for _ in range(12)))
    assert sorted(quota.refused for quota in taken) == [""] * 5 + ["quota"] * 7
    assert sorted(quota.left for quota in taken if not quota.refused) == [0, 1, 2, 3, 4]


async def test_new_preferences_are_remembered_and_taken_back(settings: Settings, ann: PersonRef) -> None:
    store = await open_store(settings)
    await store.prefer(ann, locale="ko", language="ja", public=False, nickname="달 토끼")
    await store.close()
    store = await open_store(settings)
    assert await preferences_of(store, ann) == Preferences("ko", None, "ja", False, "달 토끼")
    assert "토끼" not in repr(await preferences_of(store, ann))
    await store.prefer(ann, language="", nickname="", public=True)
    assert await preferences_of(store, ann) == Preferences("ko", None, None, True, None)
    await store.close()
