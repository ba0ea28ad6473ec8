"""What the admins of a server have set, from their side and from everybody's."""

from __future__ import annotations

from bot.core.wording import say
from db.store import Store
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import jpeg
from tests.bot.adapters.discord.test_with_core import asks, consented, core, faces, store
from tests.bot.core.fakes import FakeFaces
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Channel, Message, User

__all__ = ["faces", "store"]


async def set_to(double: DiscordDouble, admin: User, room: Channel, page: str, label: str) -> None:
    """One setting, by its buttons."""
    home = await asks(double, await double.command(admin, "admin", channel=room), page)
    call = await double.press(admin, home, say("en", page))
    (choices,) = await double.until(lambda: call.messages)
    done = await double.press(admin, choices, label)
    await double.until(lambda: done.messages)


async def said(double: DiscordDouble, call: Call) -> Message:
    await double.until(lambda: call.messages and call.messages[-1].history)
    return call.messages[-1]


async def test_commands_where_they_are_off_and_in_posts_of_a_channel_where_they_are_on(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    """What concerns one's own data is answered everywhere."""
    admin, ann = double.person("admin"), double.person("ann")
    ann.permissions = 0
    forum = double.channel(kind=15)
    post = double.thread(forum)
    other = double.world.add_channel(Channel(double.world.ids.new(), guild=forum.guild))
    async with launch(core(faces, store)):
        await set_to(double, admin, post, "button-admin-channels", say("en", "button-channels-here"))
        off = await said(double, await double.command(ann, "mbti", {"type": "ENFP"}, channel=other))
        assert off.content.startswith(say("en", "off-here")) and off.ephemeral
        for place in (post, double.thread(forum)):
            on = await said(double, await double.command(ann, "mbti", {"type": "ENFP"}, channel=place))
            assert on.content.endswith(say("en", "ask-gender", type="ENFP"))
        data = await said(double, await double.command(ann, "privacy", channel=other))
        assert say("en", "seen-hidden") in data.content
        refused = await said(double, await double.command(ann, "admin", channel=other))
        assert refused.content.startswith(say("en", "admins-only"))


async def test_a_quota_that_runs_out_in_mid_flow_is_given_anew_and_the_photo_is_still_there(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    admin, ann, room = double.person("admin"), double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        await set_to(double, admin, room, "button-admin-quota", say("en", "value-a-day", count=1))
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        await consented(double, ann, room, call)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg(96))}, channel=room)
        over = await asks(double, call, "button-retry")
        assert "today" in over.content and len(faces.projected) == 1
        reset = await double.command(admin, "admin", {"what": "reset", "person": ann}, channel=room)
        told = await said(double, reset)
        assert "has all photos of today again" in told.content and told.only_for is admin
        call = await double.press(ann, over, say("en", "button-retry"))
        await asks(double, call, "button-show")
    assert [photo for photo, _, _ in faces.projected] == [jpeg(), jpeg(96)]


async def test_who_is_blocked_hears_one_word_and_may_still_leave(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    admin, ann, room = double.person("admin"), double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        await said(double, await double.command(admin, "admin", {"person": ann}, channel=room))
        word = await said(double, await double.command(ann, "mbti", {"type": "ENFP"}, channel=room))
        assert word.content.startswith(say("en", "blocked")) and word.ephemeral
        sure = await asks(double, await double.command(ann, "forget", channel=room), "button-forget-sure")
        done = await said(double, await double.press(ann, sure, say("en", "button-forget-sure")))
        assert done.content.startswith(say("en", "forgotten", faces=0))
        alone = await said(double, await double.command(ann, "mbti", {"type": "ENFP"}))
        assert alone.content.endswith(say("en", "ask-gender", type="ENFP"))
