"""Where photos come from: attachments, one's own messages, direct messages; and when they cannot be had."""

from __future__ import annotations

import pytest

from bot.core.events import MAX_PHOTO_BYTES, Command, PhotoSent, TextSent
from bot.core.wording import say
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import BLEND, Scripted, jpeg
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Message, User

BLEND_MENU = say("en", "context-blend")


@pytest.mark.parametrize("lies", [False, True])
async def test_thirty_megabytes_are_not_read(double: DiscordDouble, launch: Launch, lies: bool) -> None:
    """Neither when the payload tells the size, nor when it tells a small one."""
    ann, room = double.person("ann"), double.channel()
    photo = double.file(room, bytes(30 * 2**20), "me.png", "image/png")
    photo.size = 1000 if lies else photo.size
    service = Scripted()
    async with launch(service):
        call = await double.command(ann, "me", {"photo": photo}, channel=room)
        await double.until(lambda: call.messages)
    assert [item.problem for item in service.photos] == ["too_large"]
    assert service.photos[0].data == b""
    assert len(double.transcript("GET", "/cdn/")) == int(lies)


async def test_the_largest_photo_is_read(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    photo = double.file(room, bytes(MAX_PHOTO_BYTES))
    service = Scripted()
    async with launch(service):
        call = await double.command(ann, "me", {"photo": photo}, channel=room)
        await double.until(lambda: call.messages)
    assert [len(item.data) for item in service.photos] == [MAX_PHOTO_BYTES]


@pytest.mark.parametrize("how", ["deleted", "expired"])
async def test_an_attachment_that_is_gone(double: DiscordDouble, launch: Launch, how: str) -> None:
    ann, room = double.person("ann"), double.channel()
    photo = double.file(room, jpeg())
    if how == "deleted":
        photo.gone = True
    else:
        photo.expires = 0.0
    service = Scripted()
    async with launch(service):
        call = await double.command(ann, "me", {"photo": photo}, channel=room)
        await double.until(lambda: call.messages)
    assert [item.problem for item in service.photos] == ["photo_gone"]


async def test_blend_ones_own_photo_from_its_menu(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    note = double.file(room, b"words", "notes.txt", "text/plain")
    photo = double.file(room, jpeg(), "me.png", "image/png")
    message = double.post(ann, room, "me!", (note, photo))
    service = Scripted(lambda _: BLEND)
    async with launch(service):
        call = await double.context_menu(ann, BLEND_MENU, message)
        await double.until(lambda: call.messages and call.messages[0].history[-1].files == ("face.jpg",))
    event = service.last
    assert isinstance(event, Command) and event.name == "me"
    assert event.photo is not None and event.photo.data == photo.data
    assert call.messages[0].ephemeral


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_somebody_elses_photo_is_kindly_refused(
    double: DiscordDouble, launch: Launch, locale: str
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob", locale), double.channel()
    message = double.post(ann, room, files=(double.file(room, jpeg()),))
    service = Scripted()
    async with launch(service):
        call = await double.context_menu(bob, BLEND_MENU, message)
        await double.until(lambda: call.messages)
    assert call.messages[0].content == say(locale, "discord-not-your-photo").replace("_", "\\_")
    assert call.messages[0].ephemeral
    assert service.events == []
    assert double.transcript("GET", "/cdn/") == []


async def test_a_message_without_a_photo(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    service = Scripted()
    async with launch(service):
        call = await double.context_menu(ann, BLEND_MENU, double.post(ann, room, "no photo here"))
        await double.until(lambda: call.messages)
    assert call.messages[0].content == say("en", "discord-no-photo")
    assert service.events == []


def answers(double: DiscordDouble, ann: User) -> list[Message]:
    """What the bot wrote to Ann."""
    return [item for item in double.seen_by(ann, double.dm(ann)) if item.author is None]


async def test_a_photo_by_direct_message(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    photo = double.file(double.dm(ann), jpeg())
    service = Scripted(lambda _: BLEND)
    async with launch(service):
        sent = await double.write(ann, files=(photo,))
        await double.until(lambda: answers(double, ann) and answers(double, ann)[0].history[2:])
    event = service.last
    assert isinstance(event, PhotoSent) and event.photo.data == photo.data
    assert (event.origin.chat, event.origin.shared, event.origin.can_hide) == (sent.channel.id, False, False)
    (message,) = answers(double, ann)
    assert [look.files for look in message.history] == [(), ("preview.jpg",), ("face.jpg",)]
    assert message.attachments[0].description
    assert double.transcript("POST", "/typing")


async def test_words_by_direct_message_in_the_language_seen_before(
    double: DiscordDouble, launch: Launch
) -> None:
    ann = double.person("ann", "ko")
    service = Scripted()
    async with launch(service):
        await double.write(ann, "ENFP")
        await double.until(lambda: service.events)
        assert service.last.origin.locale == ""
        call = await double.command(ann, "help")
        await double.until(lambda: call.messages)
        await double.write(ann, "intj female")
        await double.until(lambda: service.events[2:])
    event = service.last
    assert isinstance(event, TextSent) and event.text == "intj female"
    assert event.origin.locale == "ko"


async def test_the_bots_own_messages_are_not_answered(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    service = Scripted()
    async with launch(service):
        echo = double.world.add_message(double.dm(ann), None, content="from a bot")
        await double.gateway.broadcast("MESSAGE_CREATE", echo.payload(double.rest.bot_user()))
        await double.write(ann, "hi")
        await double.until(lambda: service.events)
    assert [event.origin.person.id for event in service.events] == [ann.id]
