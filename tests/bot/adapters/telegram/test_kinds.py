"""Messages of every kind: each has one clear outcome."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.core.events import Command, PhotoSent, TextSent
from bot.core.wording import say
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.house import PaintedFaces, house
from tests.bot.adapters.telegram.scripted import Scripted, jpeg
from tests.bot.adapters.telegram.test_events import told
from tests.bot.adapters.telegram.test_house import Chat
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram
from tests.doubles.telegram.world import BOT

POLL: dict[str, Any] = {
    "id": "1",
    "question": "ENFP?",
    "options": [],
    "total_voter_count": 0,
    "type": "regular",
    "is_closed": False,
    "is_anonymous": True,
    "allows_multiple_answers": False,
    "allows_revoting": True,
    "members_only": False,
}
NO_PHOTOS: dict[str, Callable[[Someone], Any]] = {
    "sticker": lambda who: who.sticker(),
    "animation": lambda who: who.animation(),
    "document": lambda who: who.document(b"%PDF", "application/pdf"),
    "voice": lambda who: who.send("voice", who.file(duration=3, mime_type="audio/ogg")),
    "video_note": lambda who: who.send("video_note", who.file(length=240, duration=3)),
    "video": lambda who: who.send("video", who.file(width=9, height=9, duration=3)),
    "audio": lambda who: who.send("audio", who.file(duration=3)),
    "poll": lambda who: who.send("poll", POLL),
    "location": lambda who: who.send("location", {"latitude": 37.5, "longitude": 127.0}),
    "contact": lambda who: who.send("contact", {"phone_number": "5550001", "first_name": "Ben"}),
    "dice": lambda who: who.send("dice", {"emoji": "🎲", "value": 3}),
    "checklist": lambda who: who.send("checklist", {"title": "Things", "tasks": []}),
}


async def test_what_is_no_photo_is_told_so(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    async with launch(core):
        for number, send in enumerate(NO_PHOTOS.values(), 1):
            send(ann)
            event = await told(telegram, core, PhotoSent, number)
            assert (event.photo.data, event.photo.problem) == (b"", "not_a_photo")
    assert not telegram.calls("getFile")


async def test_in_a_group_a_sticker_under_a_picture_asks_nothing(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core, group = Scripted(), telegram.group()
    async with launch(core):
        ann.text("/mbti ENFP", group)
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(group.id))
        ann.send("dice", {"emoji": "🎲", "value": 3}, group, reply_to_message=shown)
        ann.send("voice", ann.file(duration=3), group, reply_to_message=shown)
        assert (await told(telegram, core, PhotoSent, 2)).photo.problem == "not_a_photo"
    assert len(core.events) == 2


async def test_in_words(telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path) -> None:
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        NO_PHOTOS["voice"](ann)
        first = await chat.sees(say("en", "error-not-a-photo"))
        assert first["reply_markup"]
        ann.photo(jpeg(), forward_origin=FORWARDS["a friend"](ann), forward_date=1)
        second = await chat.sees(say("en", "error-forwarded"), first)
        assert second["reply_markup"]
        ann.send("video", ann.file(width=9, height=9, duration=3), caption="/me", **entity("/me"))
        await chat.sees(say("en", "error-not-a-photo"), second)


def entity(command: str) -> dict[str, Any]:
    return {"caption_entities": [{"type": "bot_command", "offset": 0, "length": len(command)}]}


def origin(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "date": 1, **more}


FORWARDS: dict[str, Callable[[Someone], Any]] = {
    "a friend": lambda _: origin("user", sender_user={"id": 5, "is_bot": False, "first_name": "Eve"}),
    "somebody hidden": lambda _: origin("hidden_user", sender_user_name="Eve"),
    "a channel": lambda _: origin("channel", chat={"id": -9, "type": "channel", "title": "x"}, message_id=1),
    "a group": lambda _: origin("chat", sender_chat={"id": -9, "type": "supergroup", "title": "x"}),
}


@pytest.mark.parametrize("whose", FORWARDS)
async def test_a_photo_that_was_passed_on_is_not_used(
    telegram: Telegram, launch: Launch, ann: Someone, whose: str
) -> None:
    """It may be somebody else's face: it is not even fetched. One's own, from saved messages, is welcome."""
    core = Scripted()
    async with launch(core):
        ann.photo(jpeg(), "/mbti ENFP", forward_origin=FORWARDS[whose](ann))
        event = await told(telegram, core, Command)
        assert event.photo and event.photo.problem == "forwarded"
        assert not telegram.calls("getFile")
        ann.photo(jpeg(), forward_origin=origin("user", sender_user=ann.user))
        assert (await told(telegram, core, PhotoSent, 2)).photo.data == jpeg()


async def test_a_command_that_answers_a_photo_that_was_passed_on(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core = Scripted()
    group = telegram.group()
    async with launch(core):
        photo = ann.photo(jpeg(), group=group, forward_origin=FORWARDS["a friend"](ann))
        ann.text("/me", group, reply_to_message=photo)
        event = await told(telegram, core, Command)
    assert event.photo and event.photo.problem == "forwarded"


async def test_what_inline_mode_brings(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """Our own pictures are no selfies; another bot's are somebody else's."""
    core = Scripted()
    async with launch(core):
        ann.photo(jpeg(), "ENFP", via_bot=BOT)
        ann.photo(jpeg(), via_bot={**BOT, "id": 4, "username": "pic"})
        event = await told(telegram, core, PhotoSent)
    assert event.photo.problem == "forwarded" and len(core.events) == 1


async def test_of_an_album_the_first_photo_counts_and_that_is_told(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core = Scripted()
    async with launch(core):
        ann.album(jpeg(colour="red"), jpeg(colour="green"), jpeg(colour="blue"))
        event = await told(telegram, core, PhotoSent)
        await telegram.until(lambda: telegram.world.of_bot(ann.id))  # answers may overtake each other
        ann.text("and now?")
        await told(telegram, core, TextSent, 2)
        first, second = await telegram.until(lambda: len(m := telegram.world.of_bot(ann.id)) == 2 and m)
    assert event.photo.data == jpeg(colour="red")
    assert first["text"] == f"Hello!\n\n{say('en', 'telegram-album')}" and second["text"] == "Hello!"


async def test_an_album_with_a_film_in_it(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """The films are answered once; the photo is found all the same."""
    core, film = Scripted(), ann.file(width=9, height=9, duration=3)
    async with launch(core):
        for _ in range(2):
            ann.send("video", film, media_group_id="7")
        ann.photo(jpeg(), media_group_id="7")
        photo = await told(telegram, core, PhotoSent, 2)
        ann.text("and now?")
        await told(telegram, core, TextSent, 3)
    assert photo.photo.data == jpeg()


async def test_an_edited_message_is_not_done_again_and_that_is_told_once(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core = Scripted()
    async with launch(core):
        command = ann.text("/mbti EMFP")
        await told(telegram, core, Command)
        ann.edit(command, "/mbti EMFP")  # a link was looked up, a reaction was given
        for _ in range(2):
            ann.edit(command, "/mbti ENFP")
        (_, said) = await telegram.until(lambda: len(m := telegram.world.of_bot(ann.id)) == 2 and m)
        ann.text("still there?")
        await told(telegram, core, TextSent, 2)
        await telegram.until(lambda: len(telegram.world.of_bot(ann.id)) == 3)
    assert said["text"] == say("en", "telegram-edited") and len(core.events) == 2


async def test_an_edit_in_a_group_is_answered_when_it_is_for_us(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core, group = Scripted(), telegram.group(privacy=False)
    async with launch(core):
        talk = ann.text("Good morning", group)
        ann.edit(talk, "Good evening")
        ann.edit(talk, "/mbti ENFP")
        (said,) = await telegram.until(lambda: telegram.world.of_bot(group.id))
    assert said["reply_to_message"]["message_id"] == talk["message_id"] and not core.events
