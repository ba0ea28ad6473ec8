"""Words as they go over the wire: whole, within Telegram's limits, and never markup."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from bot.core.events import Event
from bot.core.replies import Reply, Shown, Text
from bot.core.wording import say
from db.records import PersonRef
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.house import PaintedFaces, house
from tests.bot.adapters.telegram.scripted import MENU, Scripted, picture
from tests.bot.adapters.telegram.test_house import Chat
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram

ODD = "\u202e<b>*Ann*</b> _[x](tg://user?id=1)_ `&amp;` \u200b\u200f👩‍👩‍👧"
LINK = "https://example.org/s/abc?d=1"


async def test_a_long_text_is_cut_between_words_and_a_long_caption_becomes_a_message(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    long = f"{LINK} /mbti@typeface_bot @typeface_bot 👩‍👩‍👧 " * 120

    async def script(_: Event) -> AsyncIterator[Reply]:
        yield Text(long, MENU)
        yield Shown(picture(), long[:900], MENU)
        yield Shown(picture(), long[:1500], MENU)

    async with launch(Scripted(script)):
        ann.text("hi")
        *texts, short, photo, caption = await telegram.until(
            lambda: len(m := telegram.world.of_bot(ann.id)) > 3 and "photo" in m[-2] and "text" in m[-1] and m
        )
    assert {word for one in texts for word in one["text"].split()} == set(long.split())
    assert [("reply_markup" in one) for one in texts] == [False] * (len(texts) - 1) + [True]
    assert short["caption"] == long[:900].strip() and "caption" not in photo
    assert caption["text"].split() == long[:1500].split() and "reply_markup" in caption
    assert all(c.code == 200 for c in telegram.calls("sendMessage", "sendPhoto"))


async def test_no_picture_comes_without_words(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """Telegram has no alternative text for photos."""

    async def script(_: Event) -> AsyncIterator[Reply]:
        yield Shown(picture())

    async with launch(Scripted(script)):
        ann.text("hi")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert shown["caption"] == picture().alt


async def test_odd_texts_have_one_answer_each_and_are_never_markup(
    telegram: Telegram, launch: Launch, tmp_path: Path
) -> None:
    """In names, in commands and their options, in plain words, and in what an admin has written."""
    ann, group = telegram.person(ODD), telegram.group()
    ann.user["username"] = "a_n_n"
    chat = Chat(telegram, ann)
    odd = [
        *(
            "x" * 5000,
            "word " * 1000,
            ODD,
            "\u202eENFP\u202c",
            "\u200b\u2060",
            "E\u200bN\u200bF\u200bP",
            "שלום עולם",
        ),
        *(
            f"/mbti {ODD}",
            f"/show {ODD}",
            f"/language {ODD}",
            f"/us {ODD}",
            f"/{ODD}",
            "<b>ENFP</b>",
            "*INFP*",
        ),
    ]
    async with house(tmp_path, PaintedFaces()) as core, launch(core):
        last = None
        for text in odd:
            ann.text(text)
            last = await chat.sees("", last)
        assert len([m for m in chat.messages if "text" in m or "caption" in m]) >= len(odd)
        admin = PersonRef("telegram", str(ann.id))
        await core._store.change_community(admin, str(group.id), "paused", ODD)
        ann.text("/mbti ENFP", group)
        paused = await Chat(telegram, ann, group).sees(say("en", "paused"))
    assert ODD in paused["text"], "as it was written"
    for call in telegram.calls("sendMessage", "sendPhoto", "answerCallbackQuery"):
        assert call.code == 200 and not {"parse_mode", "entities", "caption_entities"} & set(call.params), (
            call
        )
