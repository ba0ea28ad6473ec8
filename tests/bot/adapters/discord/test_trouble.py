"""What Discord refuses, delays or loses: people still get a clear end."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from bot.core.events import Event
from bot.core.replies import Progress, Text
from bot.core.wording import say
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import BLEND, SHOWN, Scripted, Step, picture
from tests.doubles.discord.rates import WEBHOOK, Rates
from tests.doubles.discord.server import DiscordDouble
from tests.doubles.discord.world import Call

HOOK = "/webhooks/.*/messages/"


def ended(call: Call) -> bool:
    return bool(call.messages) and call.messages[-1].history[-1].files == ("face.jpg",)


async def test_429_on_every_second_edit(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    fault = double.fail("PATCH", HOOK, status=429, every=2, retry_after=0.1)
    async with launch(Scripted(lambda _: BLEND)):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: ended(call))
    assert fault.fired >= 1
    assert len(call.messages) == 1


async def test_progress_is_throttled(double: DiscordDouble, launch: Launch) -> None:
    """Two hundred steps of a job within a minute are one look; the pace itself is tested with the core's clock."""
    ann, room = double.person("ann"), double.channel()
    steps = [Progress("Working", n / 200) for n in range(200)]
    async with launch(Scripted(lambda _: (*steps, SHOWN)), edit_seconds=60):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: ended(call))
    assert [look.files for look in call.messages[0].history] == [(), ("face.jpg",)]


async def test_the_real_limit_of_a_webhook_is_kept(launch: Launch, double: DiscordDouble) -> None:
    """Five requests in two seconds: the library waits, nothing is lost."""
    ann, room = double.person("ann"), double.channel()
    double.faults.rates = Rates((replace(WEBHOOK, seconds=1.0),))
    many: list[Step] = [Progress(str(number), number / 9) for number in range(9)]
    async with launch(Scripted(lambda _: (*many, SHOWN))):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: ended(call))
    assert [look.content[0] for look in call.messages[0].history[:-1]] == list("012345678")
    assert double.faults.rates.excess == []


async def test_a_server_error_is_tried_again(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    fault = double.fail("PATCH", HOOK, status=502, times=1)
    async with launch(Scripted()):
        call = await double.command(ann, "help", channel=room)
        await double.until(lambda: call.messages)
    assert fault.fired == 1
    assert call.messages[0].content == "Hello."


async def test_an_answer_that_cannot_be_sent_leaves_the_bot_alive_and_nobody_waiting(
    double: DiscordDouble, launch: Launch, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as words that a guild's own filter refuses (200000): "thinking" must not stay for ever."""
    ann, room = double.person("ann"), double.channel()
    double.fail("PATCH", HOOK, status=400, code=200000, times=1)
    async with launch(Scripted()):
        for said in (say("en", "error-internal"), "Hello."):
            call = await double.command(ann, "help", channel=room)
            await double.until(lambda call=call: call.messages)
            assert call.messages[0].content == said
    assert [one.status for one in double.transcript("PATCH", HOOK)] == [400, 200, 200]
    assert "Traceback" not in caplog.text


async def test_an_interaction_that_came_too_late(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    service = Scripted()
    async with launch(service):
        double.freeze(0.3)
        late = await double.command(ann, "help", channel=room)
        double.age(late, 3)
        await double.until(lambda: double.transcript("POST", "/callback"))
        call = await double.command(ann, "help", channel=room)
        await double.until(lambda: call.messages)
    assert [one.status for one in double.transcript("POST", "/callback")] == [404, 200]
    assert len(service.events) == 1


@pytest.fixture
def slow() -> asyncio.Event:
    return asyncio.Event()


async def test_a_progress_message_that_was_closed_does_not_come_back(
    double: DiscordDouble, launch: Launch, slow: asyncio.Event
) -> None:
    ann, room = double.person("ann"), double.channel()
    work = (Progress("Working", 0.1), slow, Progress("Working", 0.5), Progress("Working", 0.7), SHOWN)
    async with launch(Scripted(lambda _: work)):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: call.messages)
        double.dismiss(call.messages[0])
        slow.set()
        await double.until(lambda: ended(call))
    (message,) = call.messages
    assert len(message.history) == 1
    assert [one.status for one in double.transcript("PATCH", HOOK)] == [200, 404, 404]


async def test_a_file_that_is_too_large_for_the_place_is_told_and_the_buttons_stay(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(Scripted(lambda _: (SHOWN,))):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room, size_limit=16)
        text = say("en", "discord-too-large")
        await double.until(lambda: call.messages and call.messages[0].content == text)
    assert list(call.messages[0].buttons) == ["More me", "Show everyone"]


async def test_where_pictures_may_not_be_posted_people_are_told(
    double: DiscordDouble, launch: Launch
) -> None:
    ann, room = double.person("ann"), double.channel(attach_files=False)
    steps = (*BLEND[:3], Progress("Nearly there", 0.9, preview=picture()), SHOWN)
    async with launch(Scripted(lambda _: steps)):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        text = say("en", "discord-no-pictures")
        await double.until(lambda: call.messages and call.messages[0].content == text)
    (message,) = call.messages
    assert list(message.buttons) == ["More me", "Show everyone"]
    assert [look.content.split("\n")[0] for look in message.history] == ["Reading", "Nearly there", text]


@pytest.mark.parametrize("code", ["ask_selfie", "no_face", "face_gone"])
async def test_who_is_asked_for_a_photo_is_told_how_to_send_one_here(
    double: DiscordDouble, launch: Launch, code: str
) -> None:
    """In a channel we see no messages; in a direct message no hint is needed."""
    ann = double.person("ann")
    async with launch(Scripted(lambda _: (Text("Your photo, please.", code=code),))):
        for room in (double.channel(), double.dm(ann)):
            call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
            await double.until(lambda call=call: call.messages)
            hinted = say("en", "discord-how-to-send") in call.messages[0].content
            assert hinted == (room.kind == 0)


async def test_what_we_say_ourselves_is_in_the_chosen_language(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    service = Scripted(lambda _: (Text("사진을 보내 주세요.", code="ask_selfie"),), chosen="ko")
    async with launch(service):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=double.channel())
        (told,) = await double.until(lambda: call.messages)
    assert say("ko", "discord-how-to-send") in told.content


def bug(event: Event) -> list[Step]:
    """What a core must not do; were it to, nobody is left waiting."""
    raise RuntimeError(f"about {event.origin.person.id}")


async def test_a_bug_is_logged_without_its_words_and_told_kindly(
    double: DiscordDouble, launch: Launch, capfd: pytest.CaptureFixture[str]
) -> None:
    ann, room = double.person("ann"), double.channel()
    async with launch(Scripted(bug)):
        call = await double.command(ann, "help", channel=room)
        await double.until(lambda: call.messages)
    assert call.messages[0].content == say("en", "error-internal")
    out = "".join(capfd.readouterr())
    assert "RuntimeError" in out
    assert ann.id not in out and call.token not in out


async def test_the_librarys_logs_hold_no_ids_and_no_tokens(
    double: DiscordDouble, launch: Launch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "discord")
    ann, room = double.person("ann"), double.channel()
    double.fail("POST", "/channels/", status=429, times=1, retry_after=0.01)
    async with launch(Scripted()) as adapter:
        caplog.clear()
        await adapter.client.get_partial_messageable(int(room.id)).send("notice")
        call = await double.command(ann, "help", channel=room)
        await double.until(lambda: call.messages)
    assert "rate limited" in caplog.text
    assert room.id not in caplog.text and ann.id not in caplog.text
    assert call.token not in caplog.text
