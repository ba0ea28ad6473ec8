"""What people write at its worst: endless, right to left, of no width, marked up, pinging. Seen at the wire."""

from __future__ import annotations

import re
import unicodedata

import pytest

from bot.core.forms import FORMS
from bot.core.wording import say
from db.store import Store
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import jpeg
from tests.bot.adapters.discord.test_with_core import asks, consented, core, faces, store
from tests.bot.core.fakes import FakeFaces
from tests.db.stands import settings_of
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Message, User

__all__ = ["faces", "store"]

NASTY = {
    "endless": ("Is this my type? " * 300)[:5000],
    "one endless word": "x" * 5000,
    "right to left": "\u202eשלום\u202c مرحبا \u2067abc\u2069",
    "of no width": "E\u200bN\u200dF\ufeffP \u2060\u00ad",
    "marked up": "**b** __u__ ~~s~~ `c` ||s|| [x](https://evil.example) # h\n# h\n>>> q\n- l",
    "pinging": "@everyone @here <@1> <@&2> <#3> </help:4> <:a:5> <t:1>",
    "html": "<b>b</b><script>alert(1)</script>&lt;",
}
MARKUP = re.compile(r"(?<!\\)[*_~|`<\[]|^\s*(?:#{1,3}|>{1,3}|-#|-)\s", re.MULTILINE)


def sound(double: DiscordDouble, called: User | None = None) -> None:
    """All that the bot has written renders nothing, turns nobody's words round and pings nobody but who is `called`."""
    ours = [item for item in double.world.messages.values() if item.author is None and item.history]
    assert ours
    calls = f"<@{called.id}> " if called else "nobody"
    for message in ours:
        only = {"users": [int(called.id)]} if called and message.content.startswith(calls) else {}
        assert message.allowed_mentions == {"parse": [], **only}
        for look in message.history:
            text = look.content.removeprefix(calls)
            assert not MARKUP.search(text), text
            assert not any(unicodedata.category(sign) == "Cf" for sign in text), text


def told(double: DiscordDouble, who: User) -> list[Message]:
    return [item for item in double.seen_by(who, double.dm(who)) if item.author is None]


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
async def test_a_direct_message_of_any_words_has_one_answer(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store, text: str
) -> None:
    ann = double.person("ann")
    async with launch(core(faces, store)):
        for number in (1, 2):
            await double.write(ann, text)
            await double.until(lambda n=number: len(told(double, ann)) == n)
    sound(double)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
async def test_any_words_in_any_option_have_one_answer(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store, text: str
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        await consented(double, ann, room, call)
        typed = [
            (item["name"], option["name"], option.get("autocomplete"))
            for item in double.world.commands
            for option in item.get("options") or []
            if option["type"] == 3 and not option.get("choices")
        ]
        assert len(typed) > 5
        for name, option, completed in typed:
            call = await double.command(ann, name, {option: text}, channel=room)
            await double.until(lambda call=call: call.messages and call.messages[-1].history)
            if completed:
                call = await double.typing(ann, name, option, text[:100], channel=room)
                await double.until(lambda call=call: call.callback)
    sound(double)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
async def test_any_words_in_a_form_are_told_as_words(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store, text: str
) -> None:
    """What Discord would not let anyone type into it, is cut."""
    ann, bob, room = double.person("ann"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        home = await asks(double, await double.command(ann, "admin", channel=room), "button-admin-pause")
        opened = await double.press(ann, home, say("en", "button-admin-pause"))
        await double.until(lambda: opened.callback)
        opened.fields[0]["max_length"] = 4000  # a client that does not keep to it
        await asks(double, await double.submit(opened, text[:4000]), "button-admin-resume")
        call = await double.command(bob, "help", channel=room)
        await double.until(lambda: call.messages)
    sound(double)
    paused = (await settings_of(store, "discord", room.guild or "")).paused
    assert paused is not None and len(paused) <= FORMS["notice"]


@pytest.mark.parametrize("name", ["**@everyone** <@1>", "\u202eeve\u200b", "<b>x</b>"])
async def test_a_name_is_on_the_card_alone(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store, name: str
) -> None:
    """In no message of a whole conversation, a picture together among it; what the card draws of it is tested there."""
    ann, bob, room = double.person(name), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        await double.command(ann, "mbti", {"type": "ENFP", "gender": "male"}, channel=room)
        call = await double.command(ann, "me", {"photo": double.file(room, jpeg())}, channel=room)
        await consented(double, ann, room, call)
        for command in ("card", "gallery", "privacy"):
            call = await double.command(ann, command, channel=room)
            await double.until(lambda call=call: call.messages and call.messages[-1].history)
        call = await double.user_menu(ann, say("en", "context-us"), bob, room)
        await double.until(lambda: call.messages)
    sound(double, called=bob)
    said = [look.content for item in double.world.messages.values() for look in item.history]
    assert not any(name in text or name.title() in text for text in said)
