"""Buttons: show everyone, after a restart, twice, by somebody else."""

from __future__ import annotations

import asyncio

from bot.core.events import Event, Press
from bot.core.replies import Text
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import BLEND, SHOWN, Scripted, Step, picture
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Channel, Message, User


def script(event: Event) -> tuple[Step, ...]:
    if not isinstance(event, Press):
        return (SHOWN,)
    if event.payload.endswith("show.1"):
        return (type(SHOWN)(picture(), "Ann shows this.", public=True),)
    return tuple(BLEND)


async def first_picture(double: DiscordDouble, who: User, room: Channel) -> Message:
    call = await double.command(who, "mbti", {"type": "ENFP"}, channel=room)
    return (await double.until(lambda: [item for item in call.messages if item.attachments]))[0]


async def test_a_press_is_acknowledged_and_answered_by_a_new_hidden_message(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann"), double.channel()
    service = Scripted(script)
    async with launch(service):
        shown = await first_picture(double, ann, room)
        call = await double.press(ann, shown, "More me")
        await double.until(lambda: call.messages and call.messages[0].history[-1].labels[1:])
    assert isinstance(service.last, Press) and service.last.payload == "1.abc.me"
    assert call.callback == {"type": 6}
    assert call.answered_after is not None and call.answered_after < 3
    assert len(shown.history) == 1 and not shown.deleted
    (message,) = call.messages
    assert message.ephemeral
    assert [look.files for look in message.history] == [(), ("preview.jpg",), ("face.jpg",)]


async def test_show_everyone_posts_for_all(double: DiscordDouble, launch: Launch) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(Scripted(script)):
        shown = await first_picture(double, ann, room)
        assert double.seen_by(bob, room) == []
        call = await double.press(ann, shown, "Show everyone")
        await double.until(lambda: call.messages)
    (public,) = double.seen_by(bob, room)
    assert not public.ephemeral and public.content == "Ann shows this."
    assert [item.name for item in public.attachments] == ["face.jpg"]
    assert shown.ephemeral and not shown.deleted


async def test_a_public_answer_to_a_command_does_not_hide_in_its_place(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(Scripted(lambda _: (Text("For all.", public=True),))):
        await double.command(ann, "help", channel=room)
        await double.until(lambda: double.seen_by(bob, room))
    assert [item.content for item in double.seen_by(ann, room)] == ["For all."]


async def test_a_button_works_after_a_restart(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(Scripted(script)):
        shown = await first_picture(double, ann, room)
    later = Scripted(script)
    async with launch(later):
        call = await double.press(ann, shown, "More me")
        await double.until(lambda: call.messages)
    assert isinstance(later.last, Press) and later.last.payload == "1.abc.me"


async def test_a_double_click_is_two_presses_and_a_duplicate_only_one(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann"), double.channel()
    service = Scripted(script)
    async with launch(service):
        shown = await first_picture(double, ann, room)
        calls = await asyncio.gather(*(double.press(ann, shown, "More me") for _ in range(2)))
        for call in calls:
            await double.until(lambda call=call: call.messages)
        updates = {event.origin.update for event in service.events}
        assert len(updates) == len(service.events) == 3
        await double.redeliver(calls[0])
        await double.until(lambda: double.transcript("POST", f"{calls[0].id}/.*callback")[1:])
        assert double.transcript("POST", f"{calls[0].id}/.*callback")[1].status == 400
        await double.until(lambda: calls[1].messages[0].history[-1].labels[1:])
    assert len(service.events) == 3


async def test_somebody_elses_press_comes_with_their_id(double: DiscordDouble, launch: Launch) -> None:
    ann, bob, room = double.person("ann"), double.person("bob", "ko"), double.channel()
    service = Scripted(script)
    async with launch(service):
        shown = await first_picture(double, ann, room)
        call = await double.press(bob, shown, "More me")
        await double.until(lambda: call.messages)
    assert service.last.origin.person.id == bob.id
    assert service.last.origin.locale == "ko"
    assert call.messages[0].only_for is bob


async def test_what_the_core_does_not_answer_leaves_nothing_behind(
    double: DiscordDouble, launch: Launch
) -> None:
    """A duplicate that only the core recognises: "thinking" must not stay for ever."""
    ann, room = double.person("ann"), double.channel()
    async with launch(Scripted(lambda _: ())):
        call = await double.command(ann, "help", channel=room)
        await double.until(lambda: call.original and call.original.deleted)
    assert double.seen_by(ann, room) == []


async def test_a_button_of_an_older_version_reaches_the_core(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    service = Scripted(script)
    async with launch(service):
        shown = await first_picture(double, ann, room)
        call = await double.press(ann, shown, "ancient:button")
        await double.until(lambda: call.messages)
    assert isinstance(service.last, Press) and service.last.payload == "ancient:button"
