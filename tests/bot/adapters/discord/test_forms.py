"""Forms and selects: what a person writes or chooses under a message."""

from __future__ import annotations

from bot.core.events import Press
from bot.core.replies import Button, Select, Text
from bot.core.wording import say
from db.store import Store
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import Scripted
from tests.bot.adapters.discord.test_with_core import asks, core, faces, store
from tests.bot.core.fakes import FakeFaces
from tests.db.stands import settings_of
from tests.doubles.discord.server import DiscordDouble

__all__ = ["faces", "store"]


async def test_an_admin_writes_the_notice_in_a_form(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    """In a guild we see no messages. The form outlives a restart, and who may write is asked again at its end."""
    ann, bob, room = double.person("ann", "ko"), double.person("bob"), double.channel()
    async with launch(core(faces, store)):
        home = await asks(
            double, await double.command(ann, "admin", channel=room), "button-admin-pause", "ko"
        )
    async with launch(core(faces, store)):
        opened = await double.press(ann, home, say("ko", "button-admin-pause"))
        await double.until(lambda: opened.callback)
        assert opened.callback is not None and opened.callback["data"]["title"] == say(
            "ko", "modal-notice-title"
        )
        assert [field["label"] for field in opened.fields] == [say("ko", "modal-notice")]
        sent = await double.submit(opened, "Back on *Monday* @everyone")
        await asks(double, sent, "button-admin-resume", "ko")
        assert all(item.ephemeral for item in sent.messages)
        call = await double.command(bob, "help", channel=room)
        (told,) = await double.until(lambda: call.messages)
        assert r"Back on \*Monday\* @everyone" in told.content
        assert told.allowed_mentions == {"parse": []}
        ann.permissions = 0
        refused = await double.submit(opened, "I left")
        await double.until(lambda: refused.messages)
    assert refused.messages[0].content.startswith(say("ko", "admins-only"))
    assert (await settings_of(store, "discord", room.guild or "")).paused == "Back on *Monday* @everyone"


async def test_an_empty_form_is_a_break_without_words(
    double: DiscordDouble, launch: Launch, faces: FakeFaces, store: Store
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(core(faces, store)):
        home = await asks(double, await double.command(ann, "admin", channel=room), "button-admin-pause")
        opened = await double.press(ann, home, say("en", "button-admin-pause"))
        await double.until(lambda: opened.callback)
        await asks(double, await double.submit(opened, ""), "button-admin-resume")
    assert (await settings_of(store, "discord", room.guild or "")).paused == ""


async def test_a_select_carries_its_payloads(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    options = (Button("Smile", "1.abc.edit.smile", "primary"), Button("Age", "1.abc.edit.age"))
    service = Scripted(
        lambda _: (Text("Along what?", ((Button("Done", "1.abc.again"),),), select=Select("Move", options)),)
    )
    async with launch(service):
        call = await double.command(ann, "edit", channel=room)
        (message,) = await double.until(lambda: call.messages)
        assert [one.get("default", False) for one in message.selects[0]["options"]] == [True, False]
        assert list(message.buttons) == ["Done"]
        call = await double.choose(ann, message, "Age")
        await double.until(lambda: call.messages)
    assert isinstance(service.last, Press) and service.last.payload == "1.abc.edit.age"
    assert service.last.text is None
