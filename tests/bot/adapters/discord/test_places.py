"""Who somebody is and where: threads and forum posts, roles and permissions, people that a command names."""

from __future__ import annotations

import pytest

from bot.core.events import Command
from bot.core.wording import say
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import SHOWN, Scripted
from tests.doubles.discord.server import DiscordDouble, Role

MANAGE_GUILD, SEND_MESSAGES = 1 << 5, 1 << 11


async def test_a_thread_is_a_chat_of_its_own_in_the_channel_that_it_hangs_in(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann"), double.channel()
    thread = double.thread(room)
    service = Scripted(lambda _: (SHOWN,))
    async with launch(service):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=thread)
        await double.until(lambda: call.messages and call.messages[0].attachments)
        inside = service.last.origin
        again = await double.press(ann, call.messages[0], "More me")
        await double.until(lambda: again.messages and again.messages[0].attachments)
        pressed = service.last.origin
        call = await double.command(ann, "help", channel=room)
        await double.until(lambda: call.messages)
    for origin in (inside, pressed):
        assert (origin.chat, origin.channel) == (thread.id, room.id)
        assert origin.community == room.guild
        assert origin.can_hide
    assert (service.last.origin.chat, service.last.origin.channel) == (room.id, "")


@pytest.mark.parametrize(("permissions", "admin"), [(MANAGE_GUILD, True), (SEND_MESSAGES, False)])
async def test_roles_and_permissions_come_with_each_interaction(
    double: DiscordDouble, launch: Launch, permissions: int, admin: bool
) -> None:
    ann, room = double.person("ann"), double.channel()
    ann.roles, ann.permissions = ("123456789012345678",), permissions
    service = Scripted()
    async with launch(service):
        call = await double.command(ann, "help", channel=room)
        await double.until(lambda: call.messages)
        assert (service.last.origin.roles, service.last.origin.admin) == (ann.roles, admin)
        assert (service.last.origin.name, service.last.origin.handle) == ("Ann", "ann")
        call = await double.command(ann, "help")
        await double.until(lambda: call.messages)
    assert (service.last.origin.roles, service.last.origin.admin) == ((), False)


async def test_people_and_roles_arrive_as_ids(double: DiscordDouble, launch: Launch) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    service, role = Scripted(), Role("123456789012345678")
    async with launch(service):
        call = await double.command(ann, "admin", {"person": bob, "role": role}, channel=room)
        await double.until(lambda: call.messages)
    event = service.last
    assert isinstance(event, Command)
    assert dict(event.options) == {"person": bob.id, "role": role.id}


async def test_who_writes_a_direct_message_has_a_name(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    service = Scripted()
    async with launch(service):
        await double.write(ann, "hello")
        await double.until(lambda: double.seen_by(ann, double.dm(ann))[1:])
    origin = service.last.origin
    assert (origin.name, origin.handle, origin.community) == ("Ann", "ann", None)


async def test_the_menu_of_a_person_asks_for_a_picture_together(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    service = Scripted()
    async with launch(service):
        call = await double.user_menu(ann, say("en", "context-us"), bob, room)
        await double.until(lambda: call.messages)
    event = service.last
    assert isinstance(event, Command)
    assert (event.name, dict(event.options)) == ("us", {"friend": bob.id})
    assert call.messages[0].ephemeral
