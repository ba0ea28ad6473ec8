"""Where an answer ends whose own way is shut: too late, locked, forbidden, or a person's app in a foreign place."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.events import Event
from bot.core.replies import Progress, Shown, Text
from bot.core.wording import say
from db.store import Store
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import SHOWN, Scripted, Step, jpeg, picture
from tests.bot.adapters.discord.test_with_core import asks, consented, core, faces, store
from tests.bot.core.fakes import FakeFaces
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call, Channel, Message, User

__all__ = ["faces", "store"]

EVERYWHERE = "/channels/"


@pytest.fixture
def slow() -> asyncio.Event:
    return asyncio.Event()


def moved(room: Channel, locale: str = "en", *, kept: str = "no") -> str:
    """The sentence under a message that could not come where it belongs; `kept`: its picture is in the gallery."""
    return say(locale, "discord-moved", where=f"<#{room.id}>", kept=kept)


async def out_of_time(double: DiscordDouble, call: Call, slow: asyncio.Event) -> None:
    """Let 15 minutes pass while the progress message stands, then let the job end."""
    await double.until(lambda: call.messages)
    double.age(call, 15 * 60)
    slow.set()


async def filming(double: DiscordDouble, ann: User, room: Channel, faces: FakeFaces) -> Call:
    """A film of Ann's face that is being made, and waits for `faces.gate`."""
    await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
    call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
    await consented(double, ann, room, call)
    faces.gate = asyncio.Event()
    call = await double.command(ann, "morph", channel=room)
    await asks(double, call, "button-cancel")
    return call


def in_dm(double: DiscordDouble, who: User) -> list[Message]:
    return [item for item in double.seen_by(who, double.dm(who)) if item.author is None]


async def test_a_film_that_outlives_its_token_comes_as_a_direct_message(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        call = await filming(double, ann, room, faces)
        double.age(call, 15 * 60)
        assert faces.gate is not None
        faces.gate.set()
        (film,) = await double.until(lambda: in_dm(double, ann))
        assert [item.name for item in film.attachments] == ["typeface-film.mp4"]
        assert film.attachments[0].data == b"a film"
        assert film.content.endswith(moved(room, kept="yes"))
        assert film.buttons == {}  # they belong to the conversation in the room
        assert double.seen_by(bob, room) == []
        # It is kept: where the message says so, it is.
        gallery = await double.command(ann, "gallery")
        await double.until(lambda: gallery.messages and gallery.messages[0].attachments)


async def test_a_film_whose_person_takes_no_direct_messages_is_told_of_and_kept(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    ann.takes_dms = False
    async with launch(core(faces, store)):
        call = await filming(double, ann, room, faces)
        double.age(call, 15 * 60)
        assert faces.gate is not None
        faces.gate.set()
        (word,) = await double.until(lambda: double.seen_by(bob, room))
        assert (word.content, word.attachments) == (
            say("en", "discord-late", who=f"<@{ann.id}>", kept="yes"),
            [],
        )
        assert word.allowed_mentions is not None and word.allowed_mentions["users"] == [int(ann.id)]
        faces.gate = None
        gallery = await double.command(ann, "gallery", channel=room)
        await double.until(lambda: gallery.messages and gallery.messages[0].attachments)
        assert gallery.messages[0].ephemeral
        assert double.seen_by(bob, room) == [word]


async def test_a_picture_that_is_not_kept_is_not_looked_for_in_the_gallery(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    """The face in one's own photo: what can be done instead can be done."""
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    ann.takes_dms = False
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        blended = await asks(double, await consented(double, ann, room, call), "button-in-photo")
        faces.gate = asyncio.Event()
        call = await double.press(ann, blended, say("en", "button-in-photo"))
        await asks(double, call, "button-cancel")
        double.age(call, 15 * 60)
        faces.gate.set()
        (word,) = await double.until(lambda: double.seen_by(bob, room))
        assert word.content == say("en", "discord-late", who=f"<@{ann.id}>", kept="no")
        assert "gallery" not in word.content
        faces.gate = None
        call = await double.press(ann, blended, say("en", "button-in-photo"))
        await asks(double, call, "button-original")


async def test_of_several_late_messages_the_first_tells_why_they_are_there(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event
) -> None:
    ann, bob, room = double.person("ann", "ko"), double.person("bob"), double.channel()
    work = (Progress("Working", 0.1), slow, Progress("Working", 0.9), SHOWN, Text("Meet ISTJ."))
    async with launch(Scripted(lambda _: work)):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await out_of_time(double, call, slow)
        first, second = await double.until(lambda: in_dm(double, ann)[1:] and in_dm(double, ann))
    assert [item.name for item in first.attachments] == ["face.jpg"]
    assert first.content == f"{SHOWN.text}\n\n{moved(room, 'ko')}"
    assert second.content == "Meet ISTJ."
    assert double.seen_by(bob, room) == []


async def test_late_in_a_foreign_guild_the_bot_lives_on(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event
) -> None:
    """Neither a direct message nor the channel is open: the progress message has told where the end will be."""
    ann, room = double.person("ann"), double.channel(bot_inside=False)
    ann.takes_dms = False
    async with launch(Scripted(lambda event: (Progress("Working"), slow, SHOWN))):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room, user_installed_only=True)
        await out_of_time(double, call, slow)
        await double.until(lambda: double.transcript("POST", f"/channels/{room.id}/messages"))
        again = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room, user_installed_only=True)
        await double.until(lambda: again.messages and again.messages[0].attachments)


async def test_late_in_the_direct_message_with_the_bot_all_goes_on_there(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event
) -> None:
    ann = double.person("ann")
    async with launch(Scripted(lambda _: (Progress("Working"), slow, SHOWN))):
        call = await double.command(ann, "mbti", {"type": "ENFP"})
        await out_of_time(double, call, slow)
        shown = await double.until(lambda: [m for m in in_dm(double, ann) if m.attachments])
    assert shown[0].content == SHOWN.text
    assert list(shown[0].buttons) == ["More me", "Show everyone"]


FOR_ALL = Shown(picture(), "For all.", public=True)


async def test_what_is_for_everyone_is_posted_in_the_channel_when_it_is_late(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(Scripted(lambda _: (Progress("Working"), slow, FOR_ALL))):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await out_of_time(double, call, slow)
        (public,) = await double.until(lambda: double.seen_by(bob, room))
    assert (public.content, [item.name for item in public.attachments]) == ("For all.", ["face.jpg"])
    assert in_dm(double, ann) == []


@pytest.mark.parametrize("how", ["may_send", "attach_files", "bot_inside"])
async def test_where_the_channel_forbids_it_the_late_picture_comes_as_a_direct_message(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event, how: str
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(Scripted(lambda _: (Progress("Working"), slow, FOR_ALL))):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        setattr(room, how, False)
        await out_of_time(double, call, slow)
        (mine,) = await double.until(lambda: in_dm(double, ann))
    assert [item.name for item in mine.attachments] == ["face.jpg"]
    assert mine.content == f"For all.\n\n{moved(room)}"


async def test_two_minutes_before_the_end_one_is_told_where_it_will_be(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann"), double.channel()
    long = say("en", "discord-long")
    async with launch(Scripted(lambda _: (Progress("Working"), SHOWN))):
        for ago, told in ((12 * 60, False), (14 * 60, True)):
            call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room, ago=ago)
            await double.until(lambda call=call: call.messages and call.messages[0].history[1:])
            first, last = (look.content for look in call.messages[0].history)
            assert (first == f"Working\n{long}") == told
            assert last == SHOWN.text


async def test_a_thread_that_is_locked_in_mid_job(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event
) -> None:
    ann, bob = double.person("ann"), double.person("bob")
    post = double.thread(double.channel(kind=15))
    async with launch(Scripted(lambda _: (Progress("Working"), slow, Progress("On"), SHOWN))):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=post)
        await double.until(lambda: call.messages)
        post.locked = True
        slow.set()
        (mine,) = await double.until(lambda: in_dm(double, ann))
    assert [item.name for item in mine.attachments] == ["face.jpg"]
    assert double.seen_by(bob, post) == []


async def test_what_is_asked_in_a_locked_thread_is_answered_elsewhere(
    double: DiscordDouble, launch: Launch
) -> None:
    """Discord hands us the command, and refuses every answer in its place."""
    ann = double.person("ann")
    post = double.thread(double.channel(kind=15))
    post.locked = True
    service = Scripted(lambda _: (Progress("Working", 0.1), Progress("On", 0.5), Text("One."), Text("Two.")))
    async with launch(service):
        await double.command(ann, "help", channel=post)
        first, second = await double.until(lambda: in_dm(double, ann)[1:] and in_dm(double, ann))
    assert first.history[0].content.startswith("Working")
    assert first.content == f"One.\n\n{moved(post)}"
    assert second.content == "Two."


async def test_a_first_use_in_a_forum_post(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    """From nothing to a face that everyone there sees, and all of it in the post."""
    ann, bob = double.person("ann"), double.person("bob")
    post = double.thread(double.channel(kind=15))
    async with launch(core(faces, store)):
        call = await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=post)
        await double.until(lambda: call.messages and call.messages[0].attachments)
        call = await double.command(ann, "me", {"photo": double.file(post, jpeg())}, channel=post)
        blended = await asks(double, await consented(double, ann, post, call), "button-show")
        assert double.seen_by(bob, post) == []
        await double.press(ann, blended, say("en", "button-show"))
        (public,) = await double.until(lambda: double.seen_by(bob, post))
    assert public.channel is post
    assert double.transcript("POST", EVERYWHERE) == []


async def foreign(double: DiscordDouble, ann: User, where: str) -> Channel:
    """A place in which the bot is not: a guild, a thread of one, a group, two people's direct messages."""
    if where == "thread":
        thread = double.thread(double.channel(bot_inside=False, kind=15))
        thread.bot_inside = False
        return thread
    if where == "guild":
        return double.channel(bot_inside=False)
    kind = {"group": 3, "between two": 1}[where]
    people = (ann, double.person("eve"))
    return double.world.add_channel(
        Channel(double.world.ids.new(), kind=kind, recipients=people, bot_inside=False)
    )


@pytest.mark.parametrize("where", ["guild", "thread", "group", "between two"])
async def test_a_persons_own_app_needs_nothing_but_the_token(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store, where: str
) -> None:
    """The whole job where the bot is no member: no request names a channel, and nothing is seen by others unasked."""
    ann, bob = double.person("ann"), double.person("bob")
    room = await foreign(double, ann, where)
    own = {"channel": room, "user_installed_only": True}
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, **own)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, **own)
        blended = await asks(double, await consented(double, ann, room, call), "button-film")
        assert double.seen_by(bob, room) == []
        await double.press(ann, blended, say("en", "button-show"), user_installed_only=True)
        (public,) = await double.until(lambda: double.seen_by(bob, room))
        call = await double.press(ann, blended, say("en", "button-in-photo"), user_installed_only=True)
        await asks(double, call, "button-other-photo")
        call = await double.command(ann, "morph", **own)
        film = await asks(double, call, "button-film-webp")
        assert film.attachments[0].data == b"a film"
        assert double.seen_by(bob, room) == [public]
    assert double.transcript("POST", EVERYWHERE) == double.transcript("POST", "/users/@me/channels") == []


async def test_more_than_five_messages_of_a_persons_own_app_go_on_in_a_direct_message(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann"), double.channel(bot_inside=False)
    words = [Text(f"{number}.") for number in range(8)]
    async with launch(Scripted(lambda _: tuple(words))):
        call = await double.command(ann, "help", channel=room, user_installed_only=True)
        await double.until(lambda: in_dm(double, ann)[1:])
    assert [item.content for item in call.messages] == ["0.", "1.", "2.", "3.", "4.", "5."]
    assert [item.content for item in in_dm(double, ann)] == [f"6.\n\n{moved(room)}", "7."]


def blocked_after(slow: asyncio.Event) -> list[Step]:
    return [Progress("Working"), slow, Progress("Nearly"), SHOWN]


async def test_who_blocks_the_bot_in_mid_job_stops_nobody(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    """Refused by 50007: given up quietly, for good; and when they are back, they are answered."""
    ann, bob = double.person("ann"), double.person("bob")

    def script(event: Event) -> list[Step]:
        return blocked_after(slow) if event.origin.person.id == ann.id else [Text("Hello.")]

    async with launch(Scripted(script)):
        await double.write(ann, "ENFP")
        await double.until(lambda: in_dm(double, ann))
        double.fail("PATCH", f"/channels/{double.dm(ann).id}/", status=403, code=50007, times=3)
        ann.takes_dms = False
        slow.set()
        refused = f"/channels/{double.dm(ann).id}/messages"
        await double.until(
            lambda: [one for one in double.transcript("PATCH", refused) if one.status == 403][1:]
        )
        await double.write(bob, "hi")
        await double.until(lambda: in_dm(double, bob))
        ann.takes_dms = True
        double.faults.planned.clear()
        await double.write(ann, "ENFP")
        await double.until(lambda: [m for m in in_dm(double, ann) if m.attachments])
    assert "Traceback" not in caplog.text
