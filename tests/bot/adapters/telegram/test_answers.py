"""What people see: the core's replies as messages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import structlog

from bot.core.events import Event, Press
from bot.core.replies import Picture, Progress, Reply, Shown, Text
from bot.core.wording import say
from tests.bot.adapters.telegram.conftest import Launch
from tests.bot.adapters.telegram.scripted import MENU, Scripted, face, jpeg, picture, working
from tests.doubles.telegram.people import Someone
from tests.doubles.telegram.server import Telegram

NO_RIGHTS = "Bad Request: not enough rights to send photos to the chat"


async def test_a_command_is_answered_by_a_picture_with_buttons(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    async with launch(Scripted(face)):
        ann.text("/mbti ENFP")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert shown["caption"] == "Here is ENFP."
    (row,) = shown["reply_markup"]["inline_keyboard"]
    assert [(b["text"], b["callback_data"], b["style"]) for b in row] == [
        ("More me", "1.abc.me", "primary"),
        ("Forget", "1.abc.forget", "danger"),
    ]
    (call,) = telegram.calls("sendPhoto")
    assert "parse_mode" not in call.params
    assert telegram.world.files.by_id(shown["photo"][-1]["file_id"]).data == picture().data


async def test_progress_is_one_message(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    async with launch(Scripted(working(10, 0.1)), pace=0):
        ann.photo(jpeg())
        first = (await telegram.until(lambda: telegram.world.of_bot(ann.id)))[0]
        assert first["text"] == "Step 0\n▱▱▱▱▱▱▱▱▱▱"
        await telegram.until(lambda: telegram.calls("deleteMessage"))
    assert [m.get("caption") for m in telegram.world.of_bot(ann.id)] == ["Done."]
    edits = telegram.calls("editMessageText")
    assert {c.params["message_id"] for c in edits} == {str(first["message_id"])}
    assert len(edits) == 9


async def test_progress_is_throttled(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """The pace itself is tested with the core's own clock."""
    async with launch(Scripted(working(10, 0)), pace=60):
        ann.photo(jpeg())
        await telegram.until(lambda: telegram.calls("deleteMessage"))
    assert [c.params["text"][:6] for c in telegram.calls("sendMessage")] == ["Step 0"]
    assert telegram.calls("editMessageText") == []


async def test_previews_are_shown(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    async with launch(Scripted(working(4, 0.15, previews=True))):
        ann.photo(jpeg())
        await telegram.until(lambda: telegram.calls("deleteMessage"))
    sent, *media = telegram.calls("sendMessage", "editMessageMedia")
    assert sent.method == "sendMessage" and len(media) == 3
    assert all(c.code == 200 and c.params["media"]["caption"].startswith("Step") for c in media)


async def test_words_go_on_without_previews(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    telegram.fault("editMessageMedia", 400, description=NO_RIGHTS)
    async with launch(Scripted(working(4, 0.15, previews=True))):
        ann.photo(jpeg())
        await telegram.until(lambda: telegram.calls("deleteMessage"))
    assert len(telegram.calls("editMessageMedia")) == 1 and len(telegram.calls("editMessageText")) == 2


async def test_every_third_edit_is_refused(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    """What may not be edited now is skipped: nothing is queued, and the answer comes in time."""
    telegram.fault("editMessageText", retry_after=1, code=429, every=3)
    async with launch(Scripted(working(20, 0.1))):
        ann.photo(jpeg())
        await telegram.until(lambda: telegram.calls("sendPhoto"))
    edits = telegram.calls("editMessageText")
    refused = [n for n, c in enumerate(edits) if c.code == 429]
    assert refused and all(edits[n + 1].at - edits[n].at >= 1 for n in refused if n + 1 < len(edits))


async def test_the_answer_waits_for_telegram(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    telegram.fault("sendPhoto", 429, retry_after=1, times=1)
    telegram.fault("sendPhoto", 502, html=True, times=1)
    async with launch(Scripted(face)):
        ann.text("/mbti ENFP")
        await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert [c.code for c in telegram.calls("sendPhoto")] == [429, 502, 200]


async def test_ten_taps_do_the_work_once(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted(face)
    async with launch(core):
        ann.text("/mbti ENFP")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        core.script = working(3, 0.2)
        for _ in range(10):
            ann.tap(shown, "1.abc.me")
        await telegram.until(lambda: len(telegram.calls("sendPhoto")) == 2)
        assert len(telegram.calls("answerCallbackQuery")) == 10
        assert sum(isinstance(e, Press) for e in core.events) == 1
        async with asyncio.timeout(10):
            while len(core.events) < 3:  # the button hears again when its answer has ended
                ann.tap(shown, "1.abc.me")
                await asyncio.sleep(0.1)


async def test_a_late_tap_counts_all_the_same(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    async with launch(Scripted(face)):
        ann.text("/mbti ENFP")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        ann.tap(shown, "1.abc.me", age=20)
        await telegram.until(lambda: len(telegram.world.of_bot(ann.id)) == 2)
    assert [c.code for c in telegram.calls("answerCallbackQuery")] == [400]


async def test_a_long_job_keeps_nobody_waiting(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    started = asyncio.Event()

    async def script(event: Event) -> AsyncIterator[Reply]:
        if isinstance(event, Press) or event.origin.person.id != str(ann.id) or started.is_set():
            yield Text("At once.")
            return
        started.set()
        yield Progress("Working")
        await asyncio.sleep(30)

    ben = telegram.person("Ben")
    async with launch(Scripted(script), grace=0.1):
        ann.photo(jpeg())
        (progress,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        ann.tap(progress, "cancel")
        ann.text("/forget")
        ben.text("hi")
        await telegram.until(lambda: len(telegram.world.of_bot(ann.id)) == 3)
        await telegram.until(lambda: telegram.world.of_bot(ben.id))
    assert "restarted" in progress["text"], "a job that is given up at a stop says so"


async def test_blocking_the_bot_ends_the_work(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core = Scripted(working(100, 0.1))
    with structlog.testing.capture_logs() as logs:
        async with launch(core):
            ann.photo(jpeg())
            await telegram.until(lambda: telegram.world.of_bot(ann.id))
            ann.block(told=False)
            await telegram.until(lambda: core.closed)
            await asyncio.sleep(0.1)
            sent = len(telegram.transcript)
            await asyncio.sleep(0.3)
            assert len([c for c in telegram.transcript[sent:] if c.method != "getUpdates"]) == 0
    assert core.closed == 1
    assert [entry["log_level"] for entry in logs] == ["info"]


async def test_a_kicked_bot_says_no_more(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    core, group = Scripted(working(100, 0.1)), telegram.group()
    async with launch(core):
        ann.text("/mbti ENFP", group)
        await telegram.until(lambda: telegram.world.of_bot(group.id))
        telegram.kick(group)
        await telegram.until(lambda: core.closed)


async def test_a_deleted_progress_message(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    async with launch(Scripted(working(6, 0.1))):
        ann.photo(jpeg())
        (progress,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
        del telegram.world.messages[ann.id, progress["message_id"]]
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert shown["caption"] == "Done."


async def test_the_same_progress_twice(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    async def script(_: Event) -> AsyncIterator[Reply]:
        for _again in range(3):
            yield Progress("Waiting", 0.5)
            await asyncio.sleep(0.1)
        yield Text("Done.")

    with structlog.testing.capture_logs() as logs:
        async with launch(Scripted(script)):
            ann.text("hi")
            await telegram.until(lambda: telegram.calls("deleteMessage"))
    assert {c.code for c in telegram.calls("editMessageText")} == {400}
    assert logs == []


async def test_texts_that_are_too_long_are_cut(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    async def script(_: Event) -> AsyncIterator[Reply]:
        yield Text("😀 line\n" * 900, MENU)
        yield Shown(picture(), "😀" * 600, MENU)

    async with launch(Scripted(script)):
        ann.text("hi")
        one, two, photo, caption = await telegram.until(
            lambda: len(m := telegram.world.of_bot(ann.id)) == 4 and m
        )
    assert "reply_markup" not in one and "reply_markup" in two
    assert "caption" not in photo and caption["text"] == "😀" * 600 and "reply_markup" in caption


async def test_what_is_no_photo_for_telegram_goes_as_a_file(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    async def script(_: Event) -> AsyncIterator[Reply]:
        yield Shown(Picture(b"<svg/>", "image/svg+xml", "face.svg", "A face."), "A drawing.", MENU)

    async with launch(Scripted(script)):
        ann.text("hi")
        (shown,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert shown["document"]["file_name"] == "face.svg"
    assert shown["caption"] == "A drawing." and "reply_markup" in shown


async def test_where_pictures_are_not_allowed_words_say_so(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    for method in ("sendPhoto", "sendDocument"):
        telegram.fault(method, 400, description=NO_RIGHTS)
    async with launch(Scripted(face)):
        ann.text("/mbti ENFP")
        (said,) = await telegram.until(lambda: telegram.world.of_bot(ann.id))
    assert said["text"].endswith("Here is ENFP.") and "reply_markup" in said


async def test_what_we_say_ourselves_is_in_the_chosen_language(
    telegram: Telegram, launch: Launch, ann: Someone
) -> None:
    for method in ("sendPhoto", "sendDocument"):
        telegram.fault(method, 400, description=NO_RIGHTS)
    core, group = Scripted(face), telegram.group()
    core.chosen = "ko"
    async with launch(core):
        ann.text("/mbti ENFP", group)
        (said,) = await telegram.until(lambda: telegram.world.of_bot(group.id))
        ann.text("/mbti ENFP", group, sender_chat=group.chat)
        _, told = await telegram.until(lambda: len(m := telegram.world.of_bot(group.id)) == 2 and m)
        ann.query("ENFP woman")
        (inline,) = await telegram.until(lambda: telegram.calls("answerInlineQuery"))
    assert said["text"].startswith(say("ko", "telegram-no-picture"))
    assert said["text"].endswith(say("ko", "telegram-group"))
    assert told["text"] == say("ko", "telegram-anonymous")
    assert inline.params["button"]["text"] == say("ko", "telegram-inline-button")


async def test_a_group_that_becomes_a_supergroup(telegram: Telegram, launch: Launch, ann: Someone) -> None:
    old, new = telegram.group(), telegram.group()
    telegram.migrate(old, new)
    async with launch(Scripted(face)):
        ann.text("/mbti ENFP", old)
        await telegram.until(lambda: telegram.world.of_bot(new.id))
