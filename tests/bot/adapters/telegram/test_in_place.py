"""Answers that take the place of the message whose button was pressed, and what is done where they cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.events import Event, Press
from bot.core.replies import Picture, Reply, Shown, Text
from bot.core.wording import say
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.house import PaintedFaces, house
from tests.bot.adapters.telegram.scripted import MENU, Script, Scripted, picture
from tests.bot.adapters.telegram.test_gone import nobody_under_way
from tests.bot.adapters.telegram.test_house import Chat, Wire, button
from tests.doubles.telegram.people import Group, Someone
from tests.doubles.telegram.server import Telegram

EDITS = ("editMessageText", "editMessageMedia", "editMessageCaption")
ONE = Text("Page 1", MENU)
TWO = Text("Page 2", MENU, instead=True)
PAINTED = Shown(picture("red"), "Page 2", MENU, instead=True)


def pages(first: Reply, *then: Reply) -> Script:
    """A press is answered by `then`, all else by `first`."""

    async def script(event: Event) -> AsyncIterator[Reply]:
        for reply in then if isinstance(event, Press) else (first,):
            yield reply

    return script


class Reader:
    """Who reads a message and presses its first button."""

    def __init__(self, telegram: Telegram, who: Someone, group: Group | None = None) -> None:
        self.telegram, self.who, self.place = telegram, who, group.id if group else who.id
        who.text("/mbti", group)

    def there(self) -> list[str]:
        return [m.get("text") or m["caption"] for m in self.telegram.world.of_bot(self.place)]

    async def first(self) -> Wire:
        (message,) = await self.telegram.until(lambda: self.telegram.world.of_bot(self.place))
        return dict(message)

    async def turns(self) -> Wire:
        """Press, and see what stands there then."""
        message = await self.first()
        self.who.tap(message, MENU[0][0].payload)
        await self.telegram.until(lambda: "Page 2" in self.there())
        return message


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize(
    ("before", "after"),
    [(ONE, TWO), (ONE, PAINTED), (Shown(picture(), "Page 1", MENU), PAINTED)],
    ids=["words", "words to a picture", "pictures"],
)
async def test_the_next_page_takes_the_place_of_the_last(
    telegram: Telegram, launch: Launch, ann: Someone, shared: bool, before: Reply, after: Reply
) -> None:
    async with launch(Scripted(pages(before, after, Text("And more.")))):
        reader = Reader(telegram, ann, telegram.group() if shared else None)
        old = await reader.turns()
        await telegram.until(lambda: len(reader.there()) == 2)
        page, more = telegram.world.of_bot(reader.place)
    assert page["message_id"] == old["message_id"] and page["reply_markup"]
    assert ("photo" in page, "text" in page) == (isinstance(after, Shown), isinstance(after, Text))
    assert "And more." in more["text"], "what comes after it is a new message"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Shown(picture(), "Page 1", MENU), TWO),
        (Shown(Picture(b"mp4", "video/mp4", "film.mp4", "A film."), "Page 1", MENU), PAINTED),
        (Shown(picture(), "Page 1", MENU, whole=True), PAINTED),
    ],
    ids=["a picture", "a film", "a file"],
)
async def test_what_cannot_become_the_next_page_stays(
    telegram: Telegram, launch: Launch, ann: Someone, before: Reply, after: Reply
) -> None:
    async with launch(Scripted(pages(before, after))):
        reader = Reader(telegram, ann)
        await reader.turns()
    assert reader.there() == ["Page 1", "Page 2"]
    assert not telegram.calls(*EDITS), "it is not even tried"


@pytest.mark.parametrize("words", ["message can't be edited", "message to edit not found"])
@pytest.mark.parametrize("after", [TWO, PAINTED], ids=["words", "a picture"])
async def test_a_message_that_telegram_does_not_let_be_changed(
    telegram: Telegram, launch: Launch, ann: Someone, words: str, after: Reply
) -> None:
    for method in EDITS:
        telegram.fault(method, 400, description=f"Bad Request: {words}")
    async with launch(Scripted(pages(ONE, after))):
        reader = Reader(telegram, ann)
        await reader.turns()
    assert reader.there() == ["Page 1", "Page 2"]
    assert len(telegram.calls(*EDITS)) == 1


async def test_a_message_that_was_deleted(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """Before the press, so that Telegram says so, or while it is answered."""
    core = Scripted(pages(ONE, TWO))
    async with launch(core):
        reader = Reader(telegram, ann)
        message = await reader.first()
        del telegram.world.messages[reader.place, message["message_id"]]
        await telegram.until(lambda: not reader.there())
        ann.tap(message, MENU[0][0].payload)
        await telegram.until(lambda: reader.there() == ["Page 2"])
        assert not telegram.calls(*EDITS)
        (again,) = telegram.world.of_bot(ann.id)

        async def late(event: Event) -> AsyncIterator[Reply]:
            del telegram.world.messages[reader.place, again["message_id"]]
            yield TWO

        core.script = late
        ann.tap(again, MENU[0][0].payload)
        await telegram.until(lambda: [c.code for c in telegram.calls(*EDITS)] == [400])
        await telegram.until(lambda: reader.there() == ["Page 2"])


async def test_the_place_where_it_stood_has_moved(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    old, new = telegram.group(basic=True), telegram.group()
    async with launch(Scripted(pages(ONE, TWO))):
        message = await Reader(telegram, ann, old).first()
        telegram.migrate(old, new)
        ann.tap(message, MENU[0][0].payload)
        (page,) = await telegram.until(lambda: telegram.world.of_bot(new.id))
    assert page["text"] == "Page 2"


async def test_what_is_too_long_for_a_message_comes_as_new_ones(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    long = Text(f"{'word ' * 1000}\n\nPage 2", MENU, instead=True)
    async with launch(Scripted(pages(ONE, long))):
        reader = Reader(telegram, ann)
        message = await reader.first()
        ann.tap(message, MENU[0][0].payload)
        await telegram.until(lambda: len(reader.there()) == 3)
    assert reader.there()[0] == "Page 1" and not telegram.calls(*EDITS)


# With the real core


async def test_the_quiz_is_one_message_from_the_first_statement_to_the_chart(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/quiz")
        quiz = await chat.sees(say("en", "quiz-1"))
        for number in range(2, 7):
            chat.press(quiz, "5")
            await chat.sees(say("en", f"quiz-{number}"))
        for label, words in (
            (say("en", "button-quiz-back"), say("en", "quiz-5")),
            (say("en", "button-quiz-go-on"), say("en", "quiz-6")),
            (say("en", "button-quiz-pause"), say("en", "quiz-paused", number=6)),
            (say("en", "button-quiz-go-on"), say("en", "quiz-6")),
        ):
            chat.press(quiz, label)
            await chat.sees(words)
        assert len(chat.messages) == 1
        ann.text("/quiz")
        resumed = await chat.sees(say("en", "quiz-resumed"), quiz)
        for number in range(7, 21):
            chat.press(resumed, "5")
            await chat.sees(say("en", f"quiz-{number}"), quiz)
        chat.press(resumed, "5")
        await telegram.until(lambda: "photo" in resumed)
        await nobody_under_way(telegram)
        chart = chat.messages[1]
    assert chart["message_id"] == resumed["message_id"] and "last one" in chart["caption"]
    assert len(chat.messages) <= 3, "and one that leads into the faces, if one type fits"
    assert {call.code for call in telegram.calls(*EDITS)} == {200}


async def test_a_statement_pressed_ten_times_counts_once(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    """At once, and again when another statement stands there: that is another one's answer."""
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/quiz")
        quiz = await chat.sees(say("en", "quiz-1"))
        first = button(quiz, "4")
        for _ in range(10):
            ann.tap(quiz, first)
        await chat.sees(say("en", "quiz-2"))
        await telegram.until(lambda: len(telegram.calls("answerCallbackQuery")) == 10)
        await nobody_under_way(telegram)
        for _ in range(10):
            ann.tap(quiz, first)
        await telegram.until(lambda: len(telegram.calls("answerCallbackQuery")) == 20)
        await nobody_under_way(telegram)
        assert say("en", "quiz-2") in quiz["text"] and len(chat.messages) == 1
        chat.press(quiz, say("en", "button-quiz-back"))
        assert button(await chat.sees(say("en", "quiz-1")), "4") == first


async def test_the_gallerys_pages_and_what_a_picture_leads_to(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        for number, kind in enumerate(("ENFP", "INFP", "ENTP", "INTP", "ESFP", "ISFP", "ESTP"), 1):
            ann.text(f"/mbti {kind} female")
            await telegram.until(lambda number=number: len(telegram.calls("sendPhoto")) == number)
            await nobody_under_way(telegram)
        ann.text("/gallery")
        page = await chat.sees("page 1 of 2")
        old, before = page["photo"][-1]["file_id"], len(chat.messages)
        chat.press(page, say("en", "button-older"))
        await chat.sees("page 2 of 2")
        assert page["photo"][-1]["file_id"] != old and len(chat.messages) == before
        code = page["reply_markup"]["inline_keyboard"][0][0]["text"]
        chat.press(page, code)
        entry = await chat.sees(say("en", "gallery-one", code=code), page)
        chat.press(entry, say("en", "button-toss"))
        await chat.sees(say("en", "ask-toss", code=code))
        chat.press(entry, say("en", "button-toss-sure"))
        await chat.sees(say("en", "tossed", code=code))
        assert len(chat.messages) == before + 1, "the page stays for another picture to be picked"


async def test_a_face_is_moved_where_it_stands(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    chat = Chat(telegram, ann)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        await chat.blended()
        ann.text("/edit smile")
        face = await telegram.until(lambda: moving(chat))
        pictures, last = {face["photo"][-1]["file_id"]}, len(chat.messages)
        for label, words in (("+", "+0.5"), ("+", "+1.0"), (say("en", "button-undo"), "+0.5")):
            chat.press(face, label)
            await telegram.until(lambda words=words: words in face["caption"])
            pictures.add(face["photo"][-1]["file_id"])
        assert len(chat.messages) == last and len(pictures) == 4
        ann.text("/edit smile")
        await telegram.until(lambda: len(chat.messages) == last + 1)


def moving(chat: Chat) -> Wire | None:
    last = chat.messages[-1]
    return last if "+ +" in str(last.get("reply_markup")) else None


async def test_a_panel_of_the_admins_in_a_group_and_somebody_elses_finger(
    telegram: Telegram, launch: Launch, ann: Someone, tmp_path: Path
) -> None:
    group, ben = telegram.group(), telegram.person("Ben")
    ann.found(group)
    chat = Chat(telegram, ann, group)
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        ann.text("/admin", group)
        panel = await telegram.until(lambda: chat.messages and chat.messages[0])
        home = panel["text"]
        ben.tap(panel, button(panel, say("en", "button-admin-quota")))
        await chat.sees(say("en", "not-yours"))
        assert panel["text"] == home
        chat.press(panel, say("en", "button-admin-quota"))
        await telegram.until(lambda: panel["text"] != home)
        asked = panel["text"]
        chat.press(panel, "5")
        await telegram.until(lambda: panel["text"] != asked)
        chat.press(panel, say("en", "button-admin-back"))
        await telegram.until(lambda: panel["text"].startswith(home[:20]) and panel["text"] != home)
    assert len(chat.messages) == 2
