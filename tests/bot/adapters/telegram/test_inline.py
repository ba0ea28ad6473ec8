"""Inline mode: `@bot ENFP` in any chat."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.telegram.inline import wanted
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.scripted import Scripted
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram


@pytest.mark.parametrize(
    ("text", "samples"),
    [
        ("enfp woman", [("ENFP", "female")]),
        ("엔프피 남자", [("ENFP", "male")]),
        ("エンフピ 女性", [("ENFP", "female")]),
        ("ENFP", [("ENFP", "female"), ("ENFP", "male"), ("ENFP", "either")]),
        ("enf", [("ENFJ", "either"), ("ENFP", "either")]),
        ("", []),
        ("e", []),
        ("<b>hello</b>", []),
    ],
)
def test_what_is_asked_for(text: str, samples: list[tuple[str, str]]) -> None:
    assert wanted(text) == samples


async def asked(telegram: Telegram, who: Someone, text: str, number: int = 1) -> dict[str, Any]:
    who.query(text)
    return (await telegram.until(lambda: telegram.calls("answerInlineQuery")[number - 1 :]))[0].params


async def test_a_face_is_sent_once_and_then_known(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    stranger = telegram.person("Zoe", "ko", started=False)
    async with launch(core):
        first = await asked(telegram, ann, "ENFP woman")
        await telegram.until(lambda: telegram.calls("deleteMessage"))
        again = await asked(telegram, stranger, "엔프피 여자", 2)
    ((one,), (two,)) = first["results"], again["results"]
    assert one["type"] == two["type"] == "photo" and one["photo_file_id"] == two["photo_file_id"]
    assert "ribbons" in one["caption"] and "리본" in two["caption"]
    button = one["reply_markup"]["inline_keyboard"][0][0]
    assert button["url"] == "https://t.me/typeface_bot?start=mbti_ENFP_female"
    assert len(core.samples) == len(telegram.calls("sendPhoto")) == 1
    assert telegram.world.of_bot(ann.id) == [], "nothing stays in the asker's chat"


@pytest.mark.parametrize("broken", [True, False])
async def test_words_where_there_is_no_face_yet(telegram: Telegram, launch: Launch, broken: bool) -> None:
    """The server is away, or the asker has never written to the bot."""
    core, stranger = Scripted(), telegram.person("Zoe", started=broken)
    core.broken = broken
    async with launch(core):
        answer = await asked(telegram, stranger, "ENFP man")
    (article,) = answer["results"]
    assert article["type"] == "article" and int(answer["cache_time"]) < 10
    assert "start=mbti_ENFP_male" in article["reply_markup"]["inline_keyboard"][0][0]["url"]


async def test_nothing_for_what_is_no_type(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted()
    async with launch(core):
        answer = await asked(telegram, ann, "what is my type?")
    assert not answer.get("results") and "Write a type" in str(answer["button"])
    assert not core.samples and not core.events
