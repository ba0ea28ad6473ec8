"""The main job through the real core: from a command to a blended face, over sockets."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

from PIL import Image

from bot.drawing.boxes import Boxes
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.house import PaintedFaces, house
from tests.bot.adapters.telegram.scripted import jpeg
from tests.doubles.telegram.people import Group, Someone
from tests.doubles.telegram.server import Telegram

Wire = dict[str, Any]


class Chat:
    """What a person sees: the bot's messages, the newest last, and their buttons."""

    def __init__(self, telegram: Telegram, who: Someone, group: Group | None = None) -> None:
        self._telegram = telegram
        self._who = who
        self._place = group.id if group else who.id

    @property
    def messages(self) -> list[Wire]:
        return self._telegram.world.of_bot(self._place)

    async def sees(self, words: str, after: Wire | None = None) -> Wire:
        """The newest message that says `words`, and is newer than `after`."""
        message: Wire = await self._telegram.until(lambda: self._find(words, after))
        return message

    def _find(self, words: str, after: Wire | None) -> Wire | None:
        oldest = after["message_id"] if after else 0
        for message in reversed(self.messages):
            said: str = message.get("text") or message.get("caption") or ""
            if words in said and message["message_id"] > oldest:
                return message
        return None

    async def at_work(self, words: str = "Finding your face") -> Wire:
        """/mbti, a selfie, consent: the progress message of the job that runs then."""
        self._who.text("/mbti ENFP female")
        await self.sees("please read this")
        self._who.photo(jpeg())
        self.press(await self.sees("Got your photo"), "agree")
        return await self.sees(words)

    async def blended(self) -> Wire:
        """The blended face that the job ends with."""
        await self.at_work()
        return await self.sees("You and ENFP")

    def press(self, message: Wire, label: str) -> None:
        self._who.tap(message, button(message, label))


def button(message: Wire, label: str) -> str:
    buttons = [b for row in message["reply_markup"]["inline_keyboard"] for b in row]
    return str(next(b["callback_data"] for b in buttons if label in b["text"]))


async def test_in_my_photo_and_again_after_the_photo_is_gone(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    faces, chat = PaintedFaces(), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        blended = await chat.blended()
        chat.press(blended, "In my photo")
        composed = await chat.sees("in your own photo", blended)
        assert sent(telegram, composed) == Image.open(io.BytesIO(Boxes().shrink(jpeg()))).size
        await telegram.until(lambda: not chat._find("Putting your face", None))
    async with house(tmp_path, faces) as core, launch(core):
        chat.press(composed, "Back to my face")
        again = await chat.sees("You and ENFP", composed)
        chat.press(again, "In my photo")
        asked = await chat.sees("I no longer have your photo", again)
        ann.photo(jpeg(300))
        other = await chat.sees("in your own photo", asked)
        assert sent(telegram, other) == (300, 300)
    assert len(faces.projected) == 1
    assert all(c.code == 200 for c in telegram.calls("sendPhoto", "sendMessage", "answerCallbackQuery"))


def sent(telegram: Telegram, message: Wire) -> tuple[int, int]:
    """The size of a message's photo."""
    return Image.open(io.BytesIO(telegram.world.files.by_id(message["photo"][-1]["file_id"]).data)).size


async def test_the_first_look_is_shown_while_one_waits(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    faces, chat = PaintedFaces(), Chat(telegram, ann)
    faces.queued_seconds = 0.4
    async with house(tmp_path, faces) as core, launch(core, pace=10):
        await chat.at_work("You are number 2 in the queue")
        waiting = chat._find("You are number 2 in the queue", None)
        assert waiting and waiting["photo"]
        await chat.sees("You and ENFP")


async def test_the_main_job(telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path) -> None:
    faces, chat = PaintedFaces(), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        blended = await chat.blended()
        assert faces.projected == [Boxes().shrink(jpeg())]
        assert blended["photo"] and telegram.calls("editMessageMedia"), "previews were shown"
        await telegram.until(lambda: chat.messages[-1] is blended and not chat._find("Finding", None))
        chat.press(blended, "More me")
        more = await chat.sees("You and ENFP", blended)
        assert more["photo"] != blended["photo"]
        chat.press(more, "match")
        asked = await chat.sees("Whom would you like to meet", more)
        chat.press(asked, "Man")
        assert (await chat.sees("ISTJ", asked))["photo"]
    assert all(c.code == 200 for c in telegram.calls("sendPhoto", "sendMessage", "answerCallbackQuery"))


async def test_in_korean(telegram: Telegram, launch: Launch, tmp_path: Path) -> None:
    jiwoo = telegram.person("지우", "ko")
    chat = Chat(telegram, jiwoo)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        jiwoo.text("/mbti ENFP")
        asked = await chat.sees("ENFP")
    assert any("가" <= letter <= "힣" for letter in asked["text"])


async def test_a_restart_between_photo_and_button(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    """The old buttons go on; only the photo, which lived in memory, is asked for again."""
    faces, chat = PaintedFaces(), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        ann.text("/mbti ENFP female")
        ann.photo(jpeg())
        consent = await chat.sees("Got your photo")
    async with house(tmp_path, faces) as core, launch(core):
        chat.press(consent, "agree")
        await chat.sees("no longer have your photo", consent)
        assert not faces.projected
        ann.photo(jpeg())
        blended = await chat.sees("You and ENFP")
    async with house(tmp_path, faces) as core, launch(core):
        chat.press(blended, "More me")
        await chat.sees("You and ENFP", blended)


async def test_an_update_that_comes_twice(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/mbti ENFP female")
        consent = await chat.sees("please read this")
        ann.again()
        ann.text("/help")
        helped = await chat.sees("/forget:", consent)
        await asyncio.sleep(0.2)
        assert [m["message_id"] for m in chat.messages if m["message_id"] > consent["message_id"]] == [
            helped["message_id"]
        ]


async def test_ten_taps_on_a_blended_face(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        blended = await chat.blended()
        for _ in range(10):
            chat.press(blended, "More me")
        await chat.sees("You and ENFP", blended)
        await telegram.until(lambda: len(telegram.calls("answerCallbackQuery")) == 11)
        ann.text("/help")
        await chat.sees("/forget:", blended)
    assert all(c.code == 200 for c in telegram.calls("answerCallbackQuery"))


async def test_cancelling_a_job(telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path) -> None:
    faces, chat = PaintedFaces(step_seconds=1), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        chat.press(progress := await chat.at_work(), "Cancel")
        await telegram.until(lambda: faces.cancelled == 1)
        await chat.sees("Cancelled", progress)
        await telegram.until(lambda: progress not in chat.messages)


async def test_forgetting_while_a_job_runs(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    faces, chat = PaintedFaces(step_seconds=1), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        progress = await chat.at_work()
        ann.text("/forget")
        chat.press(await chat.sees("Shall I forget you?", progress), "Yes, forget me")
        await chat.sees("forgotten you", progress)
        await telegram.until(lambda: faces.cancelled == 1)


async def test_blocking_the_bot_cancels_the_job(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    faces, chat = PaintedFaces(step_seconds=0.3), Chat(telegram, ann)
    async with house(tmp_path, faces) as core, launch(core):
        await chat.at_work()
        ann.block()
        await telegram.until(lambda: faces.cancelled == 1)


async def test_anothers_button(telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path) -> None:
    group, ben = telegram.group(), telegram.person("Ben")
    chat = Chat(telegram, ann, group)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/mbti ENFP", group)
        asked = await chat.sees("Whose face")
        ben.tap(asked, button(asked, "Woman"))
        await chat.sees("belongs to someone else", asked)
        assert not any("photo" in m for m in chat.messages)
        chat.press(asked, "Woman")
        await telegram.until(lambda: any("photo" in m for m in chat.messages))


async def test_what_is_no_photo(telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path) -> None:
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.sticker()
        await telegram.until(lambda: len(chat.messages) == 1)
        ann.document(b"x", size=21 * 2**20)
        await telegram.until(lambda: len(chat.messages) == 2)
    small, large = chat.messages
    assert small["text"].split("\n")[0] != large["text"].split("\n")[0]


async def test_a_picture_in_a_group_is_taken_back_by_whoever_asked_for_it(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    bob, group = telegram.person("Bob"), telegram.group()
    chat = Chat(telegram, ann, group)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/mbti ENFP female", group)
        shown = await chat.sees("ENFP")
        assert shown["photo"]
        bob.tap(shown, button(shown, "Take it back"))
        await telegram.until(lambda: telegram.calls("answerCallbackQuery"))
        assert shown in chat.messages
        chat.press(shown, "Take it back")
        await chat.sees("Taken back")
        assert shown not in chat.messages
    assert len(telegram.calls("deleteMessage")) == 1
