"""Slash commands over real sockets: sync, the 3 seconds, progress, picture, who sees it."""

from __future__ import annotations

import asyncio

from bot.core.commands import COMMANDS
from bot.core.events import Command
from bot.core.replies import Progress, Text
from bot.core.wording import LOCALES, say
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import BLEND, Scripted, jpeg
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Channel

MANAGE_GUILD = 1 << 5


def in_others(key: str) -> dict[str, str]:
    return {locale: say(locale, key) for locale in LOCALES if locale != "en"}


async def test_the_commands_that_are_synced(double: DiscordDouble, launch: Launch) -> None:
    async with launch(Scripted()):
        commands = {item["name"]: item for item in double.world.commands}
    assert set(commands) == {spec.name for spec in COMMANDS if "discord" in spec.platforms} | {
        say("en", "context-blend"),
        say("en", "context-us"),
    }
    mbti = commands["mbti"]
    assert mbti["description"] == say("en", "command-mbti")
    assert mbti["description_localizations"] == in_others("command-mbti")
    assert not mbti.get("name_localizations")
    kind, gender, photo = mbti["options"]
    assert kind["autocomplete"] and not kind.get("choices")
    assert [choice["value"] for choice in gender["choices"]] == ["female", "male", "either"]
    assert gender["choices"][0]["name_localizations"] == in_others("choice-female")
    assert (kind["type"], gender["type"], photo["type"]) == (3, 3, 11)
    assert commands[say("en", "context-blend")]["type"] == 3
    assert commands[say("en", "context-us")]["type"] == 2
    community = {spec.name for spec in COMMANDS if spec.community}
    assert {"admin", "types"} <= community
    for item in double.world.commands:
        inside = item["name"] in community
        assert item["contexts"] == ([0] if inside else [0, 1, 2])
        assert item["integration_types"] == ([0] if inside else [0, 1])
    admins = {spec.name for spec in COMMANDS if spec.may == "admin"}
    limited = {item["name"] for item in double.world.commands if item.get("default_member_permissions")}
    assert limited == admins
    assert int(commands["admin"]["default_member_permissions"]) == MANAGE_GUILD
    options = {option["name"]: option["type"] for option in commands["admin"]["options"]}
    assert options == {"what": 3, "person": 6, "role": 8}


async def test_no_privileged_intent_and_no_guild_events(double: DiscordDouble, launch: Launch) -> None:
    async with launch(Scripted()):
        (identify,) = double.transcript("GATEWAY", "IDENTIFY")
    assert identify.body["intents"] == 1 << 12


async def test_a_command_is_deferred_progresses_and_ends_in_a_picture(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann", "ko"), double.channel()
    service = Scripted(lambda _: BLEND)
    async with launch(service):
        photo = double.file(room, jpeg())
        options = {"type": "ENFP", "gender": "female", "photo": photo}
        call = await double.command(ann, "mbti", options, channel=room)
        await double.until(lambda: call.messages and call.messages[0].history[-1].files == ("face.jpg",))
    assert call.callback == {"type": 5, "data": {"flags": 64}}
    assert call.answered_after is not None and call.answered_after < 3
    event = service.last
    assert isinstance(event, Command)
    assert (event.name, dict(event.options)) == ("mbti", {"type": "ENFP", "gender": "female"})
    assert event.photo is not None and event.photo.data == photo.data
    assert event.origin.person.id == ann.id and event.origin.chat == room.id
    assert event.origin.community == room.guild
    assert (event.origin.locale, event.origin.shared, event.origin.can_hide) == ("ko", True, True)
    (message,) = call.messages
    assert [look.files for look in message.history] == [(), ("preview.jpg",), ("face.jpg",)]
    assert [look.labels for look in message.history] == [("Cancel",), (), ("More me", "Show everyone")]
    assert message.history[1].content == "Looking\n" + "▰" * 5 + "▱" * 5
    assert message.attachments[0].description == "A face that is half ENFP and half yours."
    assert message.ephemeral
    assert message.allowed_mentions == {"parse": []}
    assert double.seen_by(ann, room) == [message]
    assert double.seen_by(double.person("bob"), room) == []


async def test_a_preview_stays_until_something_takes_its_place(double: DiscordDouble, launch: Launch) -> None:
    """Through progress that has none; the end of a job without a picture takes it away, and the buttons."""
    ann, room = double.person("ann"), double.channel()
    steps = (*BLEND[:3], 0.02, Progress("Nearly there", 0.9), Text("No face was found.", code="no_face"))
    async with launch(Scripted(lambda _: steps)):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: call.messages and call.messages[0].content.startswith("No face"))
    looks = call.messages[0].history
    assert [look.files for look in looks] == [(), ("preview.jpg",), ("preview.jpg",), ()]
    assert [look.labels for look in looks] == [("Cancel",), (), (), ()]


async def test_in_a_direct_message_nothing_is_hidden(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    service = Scripted()
    async with launch(service):
        call = await double.command(ann, "help")
        await double.until(lambda: call.messages)
    assert not call.messages[0].ephemeral
    origin = service.last.origin
    assert (origin.chat, origin.shared, origin.can_hide) == (double.dm(ann).id, False, False)
    assert origin.community is None


async def test_a_persons_own_app_works_in_a_foreign_guild_and_in_a_group(
    double: DiscordDouble, launch: Launch
) -> None:
    ann = double.person("ann")
    foreign = double.channel(bot_inside=False)
    group = double.world.add_channel(Channel(double.world.ids.new(), kind=3, recipients=(ann,)))
    service = Scripted(lambda _: BLEND)
    async with launch(service):
        for room in (foreign, group):
            call = await double.command(ann, "mbti", {"type": "INTJ"}, channel=room, user_installed_only=True)
            await double.until(lambda call=call: call.messages and call.messages[0].history[-1].files)
            assert call.messages[0].ephemeral
            assert service.last.origin.can_hide


async def test_an_answer_of_several_messages(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    long = "\n".join(f"{number}. A line of a long text about privacy." for number in range(100))
    async with launch(Scripted(lambda _: (Text(long), Text("That is all.")))):
        call = await double.command(ann, "privacy", channel=room)
        await double.until(lambda: call.messages and call.messages[-1].content == "That is all.")
    assert len(call.messages) == 4
    assert "\n".join(item.content for item in call.messages[:-1]) == long
    assert all(item.ephemeral for item in call.messages)


async def test_twelve_people_at_once(double: DiscordDouble, launch: Launch) -> None:
    room = double.channel()
    people = [double.person(f"person{number}") for number in range(12)]
    service = Scripted(lambda _: BLEND)
    async with launch(service):
        started = [double.command(one, "mbti", {"type": "ENFP"}, channel=room) for one in people]
        calls = await asyncio.gather(*started)
        for call in calls:
            await double.until(lambda call=call: call.messages and call.messages[0].history[-1].labels[1:])
    assert {event.origin.person.id for event in service.events} == {one.id for one in people}
    for one, call in zip(people, calls, strict=True):
        assert double.seen_by(one, room) == call.messages
        assert call.answered_after is not None and call.answered_after < 3


async def test_a_command_that_we_no_longer_have_is_answered(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    service = Scripted()
    async with launch(service):
        double.world.commands.append({"id": "1", "name": "old", "type": 1})
        call = await double.command(ann, "old")
        await double.until(lambda: call.messages)
    assert call.messages[0].content == say("en", "error-internal")
    assert service.events == []
