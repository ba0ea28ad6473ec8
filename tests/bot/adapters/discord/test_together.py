"""A picture of two on Discord: who is asked hears of it, and it is there by both words alone."""

from __future__ import annotations

from bot.core.wording import say
from db.store import Store
from inference.wire import LatentFace, MixFace
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import jpeg
from tests.bot.adapters.discord.test_with_core import asks, consented, core, faces, store
from tests.bot.core.fakes import FakeFaces
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Channel, Message, User

__all__ = ["faces", "store"]


async def face_of(double: DiscordDouble, who: User, room: Channel) -> None:
    call = await double.command(who, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
    await double.until(lambda: call.messages and call.messages[0].attachments)
    call = await double.command(who, "me", {"photo": double.file(room, jpeg(64))}, channel=room)
    await consented(double, who, room, call)


def shown(double: DiscordDouble, who: User, room: Channel) -> list[Message]:
    return [item for item in double.seen_by(who, room) if item.attachments]


async def test_the_friend_is_called_once_and_both_agree(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, eve, zoe = map(double.person, ("ann", "bob", "eve", "zoe"))
    room = double.channel()
    async with launch(core(faces, store)):
        for who in (ann, bob):
            await face_of(double, who, room)
        await double.command(ann, "us", {"friend": bob}, channel=room)
        (invited,) = await double.until(lambda: double.seen_by(zoe, room))
        assert invited.content.startswith(f"<@{bob.id}> ")
        assert invited.allowed_mentions == {"parse": [], "users": [int(bob.id)]}
        agree = say("en", "button-us-agree")
        stranger = await double.press(eve, invited, agree)
        await double.until(lambda: stranger.messages)
        assert stranger.messages[0].content.startswith(say("en", "us-over"))
        await double.press(ann, invited, agree)
        waits = (await double.until(lambda: double.seen_by(zoe, room)[1:]))[0]
        assert waits.allowed_mentions == {"parse": []}
        too = say("en", "button-us-agree-too")
        await double.press(bob, waits, too)
        await double.until(lambda: shown(double, zoe, room))
        (picture,) = shown(double, zoe, room)
        two = faces.rendered[-1]
        while isinstance(two, MixFace) and isinstance(two.a, MixFace):
            two = two.a
        assert isinstance(two, MixFace) and isinstance(two.a, LatentFace) and isinstance(two.b, LatentFace)
        # Either ends it, and what others saw goes away.
        await double.press(ann, picture, say("en", "button-us-end"))
        await double.until(lambda: picture.deleted)
        again = await double.press(bob, waits, too)
        over = await asks(double, again, "button-begin")
        assert over.content == say("en", "us-over")


async def test_who_gets_a_face_after_they_were_asked_is_brought_back_to_the_invitation_alone(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, bob, zoe = map(double.person, ("ann", "bob", "zoe"))
    room = double.channel()

    def returned(who: User) -> list[Message]:
        return [item for item in double.seen_by(who, room) if item.content.startswith("A picture of two!")]

    async with launch(core(faces, store)):
        await face_of(double, ann, room)
        await double.command(ann, "us", {"friend": bob}, channel=room)
        (invited,) = await double.until(lambda: double.seen_by(zoe, room))
        await double.press(bob, invited, say("en", "button-us-agree"))
        await face_of(double, bob, room)
        (again,) = await double.until(lambda: returned(bob))
        assert returned(zoe) == []
        await double.press(bob, again, say("en", "button-us-agree"))
        waits = (await double.until(lambda: double.seen_by(zoe, room)[1:]))[0]
        await double.press(ann, waits, say("en", "button-us-agree-too"))
        await double.until(lambda: shown(double, zoe, room))
