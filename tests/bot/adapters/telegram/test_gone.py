"""What is not there any more: a person who blocks the bot, messages that were deleted, buttons of long ago."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.adapters.telegram.downloads import Downloads
from bot.core.events import Press
from bot.core.wording import say
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.house import PaintedFaces, house
from tests.bot.adapters.telegram.scripted import MENU, Scripted, face, jpeg, working
from tests.bot.adapters.telegram.test_events import told
from tests.bot.adapters.telegram.test_house import Chat, Wire, button
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram


@pytest.mark.parametrize("by_update", [True, False])
@pytest.mark.parametrize("work", ["photo", "film"])
async def test_who_blocks_the_bot_ends_the_work_and_may_come_back(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path, by_update: bool, work: str
) -> None:
    """Told by an update, or by the refusal of the next message: nothing runs on, nothing is tried again.

    The photo goes at once; what is stored stays, so that the work can be done when they are back.
    """
    faces, chat = PaintedFaces(step_seconds=0.3), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        if work == "photo":
            await chat.at_work()
        else:
            ann.text("/mbti ENFP female")
            await chat.sees("please read this")
            ann.text("/morph")
            await chat.sees("Making the film")
        ann.block(told=by_update)
        await telegram.until(lambda: faces.cancelled == 1)
        await nobody_under_way(telegram)
        assert not core._photos
        ann.unblock()
        ann.text("/start")
        again = await chat.sees(say("en", f"interrupted-{work}"))
        chat.press(again, say("en", "button-retry"))
        if work == "photo":
            again = await chat.sees(say("en", "error-photo-gone"), again)
            ann.photo(jpeg())
        await chat.sees("ENFP to" if work == "film" else "You and ENFP", again)
    assert faces.cancelled == 1


async def test_a_photo_does_not_wait_for_somebody_who_blocks_the_bot(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    """Nothing runs, a photo waits for a word; what waits for others stays."""
    ben = telegram.person("Ben")
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        for one in (ann, ben):
            chat = Chat(telegram, one)
            one.text("/mbti ENFP female")
            await chat.sees("please read this")
            one.photo(jpeg())
            await chat.sees("Got your photo")
        assert len(core._photos) == 2
        ann.block()
        await telegram.until(lambda: len(core._photos) == 1)
        ann.unblock()
        asked = await Chat(telegram, ann).sees("Got your photo")
        Chat(telegram, ann).press(asked, "agree")
        await Chat(telegram, ann).sees(say("en", "error-photo-gone"))
        ben_asked = await Chat(telegram, ben).sees("Got your photo")
        Chat(telegram, ben).press(ben_asked, "agree")
        await Chat(telegram, ben).sees("You and ENFP")


async def test_a_photo_sent_to_a_group_is_not_fetched_for_somebody_who_blocks_the_bot(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group is told, no photo is held, and what they send there afterwards counts again."""
    group = telegram.group()
    fetching, real = asyncio.Event(), Downloads._download

    async def never(*_: object) -> bytes:
        fetching.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(Downloads, "_download", never)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        chat = Chat(telegram, ann, group)
        ann.photo(jpeg(), "/me@typeface_bot", group)
        await fetching.wait()
        ann.block()
        told = await chat.sees(say("en", "error-cancelled"))
        assert not core._photos
        monkeypatch.setattr(Downloads, "_download", real)
        ann.photo(jpeg(), "/me@typeface_bot", group)
        await chat.sees("", told)
        await telegram.until(lambda: len(core._photos) == 1)


async def nobody_under_way(telegram: Telegram) -> None:
    """Wait until the bot does nothing but to wait for updates."""
    quiet, before = 0, -1
    while quiet < 5:
        calls = len([c for c in telegram.transcript if c.method != "getUpdates"])
        quiet, before = (quiet + 1, before) if calls == before else (0, calls)
        await asyncio.sleep(0.05)


async def test_a_group_that_throws_the_bot_out_ends_the_work(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core, group = Scripted(working(100, 0.1)), telegram.group()
    async with launch(core):
        ann.text("/mbti ENFP", group)
        await telegram.until(lambda: telegram.world.of_bot(group.id))
        telegram.kick(group)
        await telegram.until(lambda: core.closed)
    assert not core.gone, "nobody has left but the bot"


@pytest.mark.parametrize("words", ["message to edit not found", "message can't be edited"])
async def test_a_progress_message_that_is_not_ours_any_more_is_let_be(
    telegram: Telegram, launch: Launch, ann: Someone, words: str
) -> None:
    """One refusal is enough; the end comes all the same."""
    telegram.fault("editMessageText", 400, description=f"Bad Request: {words}")
    async with launch(Scripted(working(8, 0.1))):
        ann.photo(jpeg())
        await telegram.until(lambda: telegram.calls("sendPhoto"))
        await telegram.until(lambda: telegram.calls("deleteMessage"))
    assert len(telegram.calls("editMessageText")) == len(telegram.calls("sendMessage")) == 1
    assert [m.get("caption") for m in telegram.world.of_bot(ann.id)] == ["Done."]


@pytest.mark.parametrize("shared", [True, False])
async def test_a_button_of_a_deleted_message(
    telegram: Telegram, launch: Launch, ann: Someone, shared: bool
) -> None:
    core, group = Scripted(face), telegram.group() if shared else None
    place = group.id if group else ann.id
    async with launch(core):
        ann.text("/mbti ENFP", group)
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(place))
        del telegram.world.messages[place, shown["message_id"]]
        ann.tap(shown, "1.abc.me", age=20)  # and too old to be acknowledged
        assert (await told(telegram, core, Press, 2)).payload == "1.abc.me"
        (again,) = await telegram.until(lambda: telegram.world.of_bot(place))
    assert "reply_to_message" not in again and again["reply_markup"]


async def test_a_press_that_says_nothing_stops_spinning(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    core = Scripted()
    async with launch(core):
        telegram.world.ask("q", 0)
        press = {"id": "q", "from": ann.user, "chat_instance": "1", "game_short_name": "chess"}
        telegram.feed.put("callback_query", press)
        await telegram.until(lambda: telegram.calls("answerCallbackQuery"))
    assert not core.events


async def test_buttons_after_being_forgotten(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    """They lead on from the beginning, and bring nothing back."""
    faces, chat = PaintedFaces(), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        blended = await chat.blended()
        ann.text("/forget")
        chat.press(await chat.sees("Shall I forget you?", blended), "Yes, forget me")
        last = await chat.sees("forgotten you", blended)
        photos = len(telegram.calls("sendPhoto"))
        for label in ("More me", "In my photo", "Film", "match"):
            chat.press(blended, label)
            last = await newer(telegram, chat, last)
            assert last["reply_markup"], label
        assert len(telegram.calls("sendPhoto")) == photos
    assert len(faces.projected) == 1


async def newer(telegram: Telegram, chat: Chat, than: Wire) -> Wire:
    found: Wire = await telegram.until(lambda: chat._find("", than))
    return found


async def test_who_presses_anothers_button_on_and_on_is_told_by_no_more_messages(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    group, ben, eve = telegram.group(), telegram.person("Ben"), telegram.person("Eve", "ko")
    chat = Chat(telegram, ann, group)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/mbti ENFP", group)
        asked = await chat.sees("Whose face")
        for who in (ben, eve):
            for _ in range(10):
                who.tap(asked, button(asked, "Woman"))
        await telegram.until(lambda: len(telegram.calls("answerCallbackQuery")) == 20)
        await chat.sees("belongs to someone else")
        await chat.sees(say("ko", "not-yours"))
        await nobody_under_way(telegram)
        assert len(chat.messages) == 3
    words = [c.params.get("text") for c in telegram.calls("answerCallbackQuery")]
    assert words.count(say("en", "telegram-not-yours")) == words.count(say("ko", "telegram-not-yours")) == 9


async def test_ten_presses_in_ten_ways(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """Each button counts once while it is being answered; another button of the same message is another wish."""
    core = Scripted(face)
    async with launch(core):
        ann.text("/mbti ENFP")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        core.script = working(3, 0.2)
        for _ in range(5):
            for one in MENU[0]:
                ann.tap(shown, one.payload)
        await telegram.until(lambda: len(telegram.calls("sendPhoto")) == 3)
        await telegram.until(lambda: len(telegram.calls("answerCallbackQuery")) == 10)
    assert sorted(e.payload for e in core.events if isinstance(e, Press)) == ["1.abc.forget", "1.abc.me"]
