"""Who manages a group, whom a command is about, and where in a group the answer stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.telegram import rights
from bot.core.events import Command, Person, Press, TextSent
from bot.core.presses import Action, encode
from bot.core.wording import say
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.house import PaintedFaces, house
from tests.bot.adapters.telegram.scripted import Scripted, face, jpeg
from tests.bot.adapters.telegram.test_events import told
from tests.bot.adapters.telegram.test_house import Chat
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram


@pytest.mark.parametrize(
    ("right", "admin"), [("can_manage_chat", True), ("can_change_info", True), ("can_pin_messages", False)]
)
async def test_an_administrators_command(
    telegram: Telegram, launch: Launch, ann: Someone, right: str, admin: bool
) -> None:
    core, group = Scripted(), telegram.group()
    ann.rise(group, **{right: True})
    async with launch(core):
        ann.text("/admin", group)
        assert (await told(telegram, core, Command)).origin.admin is admin


async def test_rights_are_asked_for_once_a_minute_and_for_nothing_else(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core, group, ben = Scripted(face), telegram.group(), telegram.person("Ben")
    ann.found(group)
    async with launch(core):
        ben.text("/mbti ENFP", group)
        assert not (await told(telegram, core, Command)).origin.admin
        assert not telegram.calls("getChatMember"), "an ordinary command asks for no rights"
        ann.text("/admin", group)
        assert (await told(telegram, core, Command, 2)).origin.admin
        (shown, *_) = await telegram.until(lambda: telegram.world.of_bot(group.id))
        ann.tap(shown, encode(Person("telegram", str(ann.id)), Action.ADMIN, "home"))
        assert (await told(telegram, core, Press, 3)).origin.admin
        ann.text("We are back at nine.", group, reply_to_message=shown)
        assert (await told(telegram, core, TextSent, 4)).origin.admin, "the notice of a pause is typed"
        ben.text("Nine what?", group, reply_to_message=shown)
        assert not (await told(telegram, core, TextSent, 5)).origin.admin
    assert len(telegram.calls("getChatMember")) == 1


async def test_an_admin_who_is_none_any_more(
    telegram: Telegram, launch: Launch, ann: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "FRESH_SECONDS", 0.0)
    core, group = Scripted(), telegram.group()
    ann.rise(group, can_manage_chat=True)
    async with launch(core):
        ann.text("/admin", group)
        assert (await told(telegram, core, Command)).origin.admin
        ann.fall(group)
        ann.text("/admin", group)
        assert not (await told(telegram, core, Command, 2)).origin.admin
        telegram.fault("getChatMember", 400, description="Bad Request: CHAT_ADMIN_REQUIRED")
        ann.found(group)
        ann.text("/admin", group)
        assert not (await told(telegram, core, Command, 3)).origin.admin, "in doubt nobody is an admin"


async def test_nobody_is_an_admin_in_private(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    async with launch(core):
        ann.text("/admin")
        assert not (await told(telegram, core, Command)).origin.admin
    assert not telegram.calls("getChatMember")


async def test_whom_a_command_is_about(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """By an answer to their message, by a mention of one without a username, or by a username."""
    core, group, ben = Scripted(), telegram.group(privacy=False), telegram.person("Ben")
    said = "/admin block Ben"
    mention = {"type": "text_mention", "offset": said.index("Ben"), "length": 3, "user": ben.user}
    command = {"type": "bot_command", "offset": 0, "length": len("/admin")}
    async with launch(core):
        message = ben.text("Good morning", group)
        ann.text("/admin block", group, reply_to_message=message)
        answered = await told(telegram, core, Command)
        ann.text(said, group, entities=[command, mention])
        mentioned = await told(telegram, core, Command, 2)
        ann.text("/admin block @ben_from_work", group)
        named = await told(telegram, core, Command, 3)
        (shown, *_) = await telegram.until(lambda: telegram.world.of_bot(group.id))
        ann.text("/admin@typeface_bot block", group, reply_to_message=shown)
        nobody = await told(telegram, core, Command, 4)
        ann.text("/mbti ENFP", group, reply_to_message=message)
        other = await told(telegram, core, Command, 5)
        created = {"forum_topic_created": {"name": "Faces", "icon_color": 7322096}}
        opened = ben._send({**created, "message_thread_id": 7, "is_topic_message": True}, group)
        ann.text("/admin", group, message_thread_id=7, is_topic_message=True, reply_to_message=opened)
        topic = await told(telegram, core, Command, 6)
    assert answered.options["answered"] == mentioned.options["person"] == str(ben.id)
    assert (named.options["handle"], named.options.get("person")) == ("ben_from_work", None)
    assert set(nobody.options) == set(other.options) == {"text"}, "the bot is nobody, and /mbti is about none"
    assert not topic.options, "who opened the topic is not meant"


async def test_answers_stay_in_their_topic(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, group = Scripted(face), telegram.group()
    async with launch(core):
        asked = ann.text("/mbti ENFP", group, message_thread_id=77, is_topic_message=True)
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(group.id))
        ann.tap(shown, shown["reply_markup"]["inline_keyboard"][0][0]["callback_data"])
        await telegram.until(lambda: len(telegram.world.of_bot(group.id)) == 2)
        _, again = telegram.world.of_bot(group.id)
    assert shown["message_thread_id"] == again["message_thread_id"] == 77
    assert shown["reply_to_message"]["message_id"] == asked["message_id"]


@pytest.mark.parametrize("named", ["an answer to their message", "a mention"])
async def test_an_admin_gives_somebody_their_photos_of_today_again(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path, named: str
) -> None:
    group, ben = telegram.group(privacy=False), telegram.person("Ben")
    ann.found(group)
    faces, hers, his = PaintedFaces(), Chat(telegram, ann, group), Chat(telegram, ben, group)
    async with house(tmp_path, faces) as core, launch(core):
        ann.text("/admin", group)
        panel = await telegram.until(lambda: hers.messages and hers.messages[0])
        hers.press(panel, say("en", "button-admin-quota"))
        label = say("en", "value-a-day", count=1)
        await telegram.until(lambda: label in str(panel["reply_markup"]))
        hers.press(panel, label)
        await hers.sees(say("en", "admin-ask-quota", value=label))
        ben.text("/mbti ENFP female", group)
        asked = await his.sees("please read this")
        his.press(asked, "agree")
        said = ben.photo(jpeg(), "/me", group)
        await his.sees("You and ENFP")
        ben.photo(jpeg(96), "/me", group)
        over = await his.sees("today")
        ben.text("/admin reset", group, reply_to_message=said)
        await his.sees(say("en", "admins-only"))
        if named == "a mention":
            words = "/admin reset Ben"
            mention = {"type": "text_mention", "offset": words.index("Ben"), "length": 3, "user": ben.user}
            command = {"type": "bot_command", "offset": 0, "length": len("/admin")}
            ann.text(words, group, entities=[command, mention])
        else:
            ann.text("/admin reset", group, reply_to_message=said)
        await hers.sees("has all photos of today again")
        his.press(over, say("en", "button-retry"))
        await his.sees("You and ENFP", over)
    assert len(faces.projected) == 2


async def test_a_reset_of_nobody_that_telegram_tells_of_asks_whose(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    """Of a username Telegram does not say whose it is."""
    group = telegram.group()
    ann.found(group)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/admin reset @ben_from_work", group)
        await Chat(telegram, ann, group).sees(say("en", "admin-ask-reset", platform="telegram"))
