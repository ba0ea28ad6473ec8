"""What people do in Telegram, as the core's events."""

from __future__ import annotations

from typing import TypeVar

import pytest

from bot.core.events import MAX_PHOTO_BYTES, Command, Event, PhotoSent, Press, TextSent
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.scripted import Scripted, face, jpeg
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram

E = TypeVar("E", bound=Event)


async def told(telegram: Telegram, core: Scripted, kind: type[E], number: int = 1) -> E:
    await telegram.until(lambda: len(core.events) >= number)
    event = core.events[number - 1]
    assert isinstance(event, kind)
    return event


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("/mbti ENFP female", "mbti", {"text": "ENFP female"}),
        ("/MBTI  enfp ", "mbti", {"text": "enfp"}),
        ("/forget", "forget", {}),
        ("/mbti@Typeface_bot ENFP", "mbti", {"text": "ENFP"}),
        ("/start from-a_link", "start", {}),
        ("/start mbti_ENFP", "mbti", {"text": "ENFP"}),
        ("/start mbti_enfp_Female", "mbti", {"text": "enfp Female"}),
        ("/start show_AB12CD", "show", {"text": "AB12CD"}),
        ("/start quiz", "quiz", {}),
        ("/start mbti_HAHA", "start", {}),
        ("/start show_" + "A" * 59, "start", {}),
        ("/start forget", "start", {}),
        ("/start admin_pause", "start", {}),
        ("/start mbti_ENFP mbti_INFP", "start", {}),
        ("/weather", "weather", {}),
    ],
)
async def test_commands(
    telegram: Telegram, launch: Launch, ann: Someone, text: str, name: str, options: dict[str, str]
) -> None:
    core = Scripted()
    async with launch(core):
        ann.text(text)
        event = await told(telegram, core, Command)
    assert (event.name, dict(event.options), event.photo) == (name, options, None)


async def test_where_an_event_comes_from(telegram: Telegram, launch: Launch) -> None:
    core = Scripted()
    person, nobody = telegram.person("Jiwoo", "ko"), telegram.person("Zoe 🌸", language=None)
    async with launch(core):
        person.text("ENFP")
        first = await told(telegram, core, TextSent)
        nobody.text("🌸 hi")
        second = await told(telegram, core, TextSent, 2)
    assert (first.text, first.origin.locale, first.origin.person.id) == ("ENFP", "ko", str(person.id))
    assert first.origin.chat == str(person.id)
    assert not first.origin.shared and not first.origin.can_hide and first.origin.community is None
    assert person.last_update and first.origin.update == str(person.last_update["update_id"])
    assert (second.text, second.origin.locale) == ("🌸 hi", "")


async def test_a_photo_comes_in_its_largest_size(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, photo = Scripted(), jpeg(640)
    async with launch(core):
        sizes = ann.photo(photo)["photo"]
        event = await told(telegram, core, PhotoSent)
    assert len(sizes) == 3 and event.photo.data == photo


async def test_a_photo_with_a_command(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, photo = Scripted(), jpeg()
    async with launch(core):
        ann.photo(photo, "/mbti ENFP")
        event = await told(telegram, core, Command)
    assert (event.name, dict(event.options)) == ("mbti", {"text": "ENFP"})
    assert event.photo and event.photo.data == photo


async def test_a_command_that_answers_a_photo(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, group = Scripted(), telegram.group()
    ben = telegram.person("Ben")
    async with launch(core):
        photo = ann.photo(jpeg(), group=group)
        ben.text("/me", group, reply_to_message=photo)
        others = await told(telegram, core, Command)
        ann.text("/me", group, reply_to_message=photo)
        own = await told(telegram, core, Command, 2)
    assert others.photo is None, "another person's photo is not theirs to blend"
    assert own.photo and own.photo.data == jpeg()


async def test_an_image_sent_as_a_file(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    async with launch(core):
        ann.document(b"exactly these bytes", "image/heic")
        event = await told(telegram, core, PhotoSent)
    assert event.photo.data == b"exactly these bytes"


async def test_too_large_a_file_is_not_fetched(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    async with launch(core):
        ann.document(b"x", size=21 * 2**20)
        event = await told(telegram, core, PhotoSent)
        assert MAX_PHOTO_BYTES < 21 * 2**20
    assert event.photo.problem == "too_large"
    assert not telegram.calls("getFile")


async def test_a_photo_that_telegram_lost(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    telegram.fault("getFile", 400, description="Bad Request: wrong file_id")
    async with launch(core):
        ann.photo(jpeg())
        event = await told(telegram, core, PhotoSent)
    assert event.photo.problem == "photo_gone"


async def test_messages_keep_their_order(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    telegram.fault("getFile", times=1)  # the download needs a second try
    async with launch(core):
        ann.photo(jpeg())
        ann.text("/forget")
        await told(telegram, core, Command, 2)
    assert isinstance(core.events[0], PhotoSent)


async def test_in_a_group_others_are_let_be(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, group = Scripted(), telegram.group(privacy=False)
    async with launch(core):
        for text in ("Good morning", "/mbti@other_bot ENFP", "/weather", "write to ann@typeface_bot.com"):
            ann.text(text, group)
        ann.photo(jpeg(), group=group)
        ann.sticker()
        await told(telegram, core, PhotoSent)
        ann.text("👩‍👩‍👧 hey @Typeface_Bot ENFP please", group)
        mention = await told(telegram, core, TextSent, 2)
        ann.text("@typeface_bot", group)
        bare = await told(telegram, core, Command, 3)
        ann.text("/mbti ENFP", group)
        command = await told(telegram, core, Command, 4)
    assert mention.text == "👩‍👩‍👧 hey  ENFP please" and bare.name == "help"
    assert command.origin.shared and command.origin.chat == command.origin.community == str(group.id)


async def test_in_a_group_replies_count(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, group = Scripted(), telegram.group()
    async with launch(core):
        asked = ann.text("/mbti", group)
        answer = (await telegram.until(lambda: telegram.world.of_bot(group.id)))[0]
        assert answer["reply_to_message"]["message_id"] == asked["message_id"]
        ann.text("ENFP", group, reply_to_message=answer)
        assert (await told(telegram, core, TextSent, 2)).text == "ENFP"
        ann.photo(jpeg(), group=group, reply_to_message=answer)
        assert (await told(telegram, core, PhotoSent, 3)).photo.data == jpeg()
        await telegram.until(lambda: len(telegram.world.of_bot(group.id)) == 3)
    said = [message["text"] for message in telegram.world.of_bot(group.id)]
    assert "reply to this message" in said[0], "a photo that is no reply would be met by silence"
    assert said[1:] == ["Hello!", "Hello!"]


async def test_who_writes_as_a_channel_is_told(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, group = Scripted(), telegram.group()
    async with launch(core):
        ann.text("/mbti ENFP", group, sender_chat=group.chat)
        (answer,) = await telegram.until(lambda: telegram.world.of_bot(group.id))
    assert "as yourself" in answer["text"] and not core.events


async def test_a_press(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted(face)
    async with launch(core):
        ann.text("/mbti ENFP")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        button = shown["reply_markup"]["inline_keyboard"][0][0]
        ann.tap(shown, button["callback_data"])
        event = await told(telegram, core, Press, 2)
    assert event.payload == "1.abc.me" and event.origin.chat == str(ann.id)
    answered, *_ = telegram.calls("answerCallbackQuery")
    assert answered.code == 200


async def test_what_is_not_for_the_core(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """A broken update is skipped, service messages say nothing."""
    core = Scripted()
    async with launch(core):
        ann.text("ENFP")
        await told(telegram, core, TextSent)
        telegram.feed.deliver({"update_id": 90_000, "message": {"nonsense": True}})
        ann._send({"new_chat_members": [ann.user]})
        ann.text("still there?")
        assert (await told(telegram, core, TextSent, 2)).text == "still there?"
    assert len(core.events) == 2
