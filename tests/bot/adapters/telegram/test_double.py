"""The double itself, asked by the unmodified library and by plain HTTP: limits, wordings, files."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from PIL import Image
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.adapters.telegram.adapter import hush_libraries
from tests.bot.adapters.telegram.scripted import jpeg
from tests.doubles.telegram.people import Someone, entities
from tests.doubles.telegram.server import Telegram


@pytest.fixture
async def bot(telegram: Telegram) -> AsyncIterator[Bot]:
    hush_libraries()
    async with Bot(telegram.token, telegram.api_base, telegram.file_base) as ours:
        yield ours


def png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data=data)]])


Refusal = tuple[Callable[[Bot, int], Awaitable[Any]], str]
REFUSALS: dict[str, Refusal] = {
    "nobody": (lambda b, c: b.send_message(12345, "x"), "chat not found"),
    "empty": (lambda b, c: b.send_message(c, "  "), "text is empty"),
    "long": (lambda b, c: b.send_message(c, "😀" * 2049), "too long"),
    "caption": (lambda b, c: b.send_photo(c, jpeg(), "x" * 1025), "caption is too long"),
    "data": (lambda b, c: b.send_message(c, "x", reply_markup=keyboard("x" * 65)), "Button_data_invalid"),
    "file": (lambda b, c: b.send_photo(c, "no-such-id"), "wrong file identifier"),
    "noise": (lambda b, c: b.send_photo(c, b"no picture"), "Image_process_failed"),
    "narrow": (lambda b, c: b.send_photo(c, png(2100, 100)), "Photo_invalid_dimensions"),
    "wide": (lambda b, c: b.send_photo(c, png(5001, 5000)), "Photo_invalid_dimensions"),
    "edit": (lambda b, c: b.edit_message_text("x", c, 1), "to edit not found"),
    "delete": (lambda b, c: b.delete_message(c, 1), "to delete not found"),
    "query": (lambda b, c: b.answer_callback_query("q0"), "query is too old"),
    "reply": (lambda b, c: b.send_message(c, "x", reply_to_message_id=1), "to be replied not found"),
    "album": (lambda b, c: b.send_media_group(c, [InputMediaPhoto(jpeg())]), "2-10"),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_refusals(bot: Bot, ann: Someone, name: str) -> None:
    call, words = REFUSALS[name]
    with pytest.raises(BadRequest) as refused:
        await call(bot, ann.id)
    assert words.lower() in refused.value.message.lower()


async def test_what_is_just_within_the_limits(bot: Bot, ann: Someone) -> None:
    await bot.send_message(ann.id, "😀" * 2048, reply_markup=keyboard("é" * 32))
    await bot.send_photo(ann.id, png(2000, 100), "x" * 1024)


async def test_editing(bot: Bot, ann: Someone) -> None:
    sent = await bot.send_message(ann.id, "one", reply_markup=keyboard("a"))
    with pytest.raises(BadRequest, match="not modified"):
        await sent.edit_text("one", reply_markup=keyboard("a"))
    with pytest.raises(BadRequest, match="no caption"):
        await sent.edit_caption("two")
    await sent.edit_text("two")
    pictured = await sent.edit_media(InputMediaPhoto(jpeg(), caption="three"))
    assert not isinstance(pictured, bool) and pictured.caption == "three" and pictured.text is None
    with pytest.raises(BadRequest, match="no text"):
        await sent.edit_text("four")
    theirs = ann.text("mine")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("x", ann.id, theirs["message_id"])


async def test_files(telegram: Telegram, bot: Bot, ann: Someone) -> None:
    sizes = ann.photo(jpeg(2000))["photo"]
    assert [max(s["width"], s["height"]) for s in sizes] == [90, 320, 800, 1280]
    file = await bot.get_file(sizes[-1]["file_id"])
    assert len(await file.download_as_bytearray()) == sizes[-1]["file_size"]
    again = await bot.send_photo(ann.id, sizes[0]["file_id"])
    assert again.photo[-1].width == 1280
    large = ann.document(b"x", size=21 * 2**20)["document"]
    with pytest.raises(BadRequest, match="too big"):
        await bot.get_file(large["file_id"])
    with pytest.raises(NetworkError, match="Too Large"):
        await bot.send_photo(ann.id, b"x" * (10 * 2**20 + 1))
    album = await bot.send_media_group(
        ann.id, [InputMediaPhoto(jpeg(), caption="a"), InputMediaPhoto(jpeg())]
    )
    assert album[0].media_group_id == album[1].media_group_id


async def test_who_cannot_be_written_to(telegram: Telegram, bot: Bot, ann: Someone) -> None:
    stranger, group = telegram.person(started=False), telegram.group()
    ann.block()
    telegram.kick(group)
    for chat, words in ((ann.id, "blocked"), (stranger.id, "initiate"), (group.id, "kicked")):
        with pytest.raises(Forbidden, match=words):
            await bot.send_message(chat, "hi")
    ann.unblock()
    await bot.send_message(ann.id, "hi")


async def test_polling(telegram: Telegram, bot: Bot, ann: Someone) -> None:
    for text in ("one", "two", "three"):
        ann.text(text)
    first = await bot.get_updates(limit=2)
    assert [u.message.text for u in first if u.message] == ["one", "two"]
    assert len(await bot.get_updates(limit=2)) == 2, "what is not confirmed comes again"
    (rest,) = await bot.get_updates(offset=first[-1].update_id + 1)
    assert rest.message and rest.message.text == "three"
    assert await bot.get_updates(offset=rest.update_id + 1, timeout=0) == ()
    assert await bot.get_updates(offset=-1) == ()
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    await bot.get_updates(allowed_updates=["callback_query"])
    ann.text("not asked for")
    assert await bot.get_updates() == ()


async def test_the_library_maps_the_envelope(telegram: Telegram, bot: Bot) -> None:
    stranger = Bot("1:wrong", telegram.api_base)
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    telegram.fault("getMe", 429, retry_after=7, times=1)
    with pytest.raises(RetryAfter, match="7 seconds"):
        await bot.get_me()
    telegram.fault("getMe", 502, html=True, times=1)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.get_me()
    with pytest.raises(TelegramError):
        await bot.do_api_request("noSuchMethod")
    assert telegram.transcript[-1].code == 404


async def test_parameters_come_in_any_way(telegram: Telegram, ann: Someone) -> None:
    url = f"{telegram.api_base}{telegram.token}"
    async with aiohttp.ClientSession() as session:
        await session.get(f"{url}/SENDmessage", params={"chat_id": ann.id, "text": "query"})
        await session.post(f"{url}/sendMessage", data={"chat_id": ann.id, "text": "form"})
        await session.post(f"{url}/sendMessage", json={"chat_id": ann.id, "text": "json"})
        with aiohttp.MultipartWriter("form-data") as parts:
            for name, value in (("chat_id", str(ann.id)), ("text", "multipart")):
                parts.append(value).set_content_disposition("form-data", name=name)
        await session.post(f"{url}/sendMessage", data=parts)
    assert [m["text"] for m in telegram.world.of_bot(ann.id)] == ["query", "form", "json", "multipart"]


def test_entities_are_counted_in_utf16() -> None:
    assert entities("😀 /mbti@bot_bot ENFP @ann_ann") == [
        {"type": "bot_command", "offset": 3, "length": 13},
        {"type": "mention", "offset": 22, "length": 8},
    ]


async def test_inline_queries_and_the_rest(telegram: Telegram, bot: Bot, ann: Someone) -> None:
    ann.query("ENFP")
    (update,) = await bot.get_updates()
    assert update.inline_query
    assert await update.inline_query.answer([])
    sent = await bot.send_message(ann.id, "hi")
    assert await sent.set_reaction("👍")
    assert (await bot.get_chat(ann.id)).id == ann.id
    assert (await bot.get_chat_member(ann.id, ann.id)).user.id == ann.id
    assert await bot.send_chat_action(ann.id, "typing")
    assert (await bot.get_webhook_info()).pending_update_count == 1
    assert await bot.delete_messages(ann.id, [sent.message_id, 1])
    assert telegram.world.of_bot(ann.id) == []
