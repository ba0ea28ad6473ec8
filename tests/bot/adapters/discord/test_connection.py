"""The gateway: lost, resumed, invalidated, dead; and how the adapter starts and stops."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.adapters.discord.adapter import DiscordAdapter, longer
from bot.core.replies import Progress
from bot.core.wording import say
from bot.settings import DiscordSettings, SettingsError
from tests.bot.adapters.discord.conftest import Launch
from tests.bot.adapters.discord.scripted import SHOWN, Scripted
from tests.doubles.discord.server import DiscordDouble


async def answers(double: DiscordDouble) -> None:
    call = await double.command(double.person("ann"), "help")
    await double.until(lambda: call.messages)


async def test_resume_after_op7_loses_no_command(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    async with launch(Scripted()):
        await double.gateway.op7()
        await double.until(lambda: not double.gateway.connections or double.gateway.counts["resume"])
        call = await double.command(ann, "help")
        await double.until(lambda: call.messages)
    assert double.gateway.counts["resume"] == 1
    assert double.gateway.counts["identify"] == 1


async def test_identify_anew_after_op9(double: DiscordDouble, launch: Launch) -> None:
    async with launch(Scripted()):
        await double.gateway.op9(resumable=False)
        await double.until(lambda: double.gateway.counts["identify"] == 2 and double.gateway.sessions)
        await answers(double)
        await double.gateway.op9(resumable=True)
        await double.until(lambda: double.gateway.counts["resume"] == 1)
        await answers(double)


@pytest.mark.parametrize("code", [4000, 4009, 1006])
async def test_a_closed_connection_is_resumed(double: DiscordDouble, launch: Launch, code: int) -> None:
    async with launch(Scripted()):
        await double.gateway.close(code)
        await double.until(lambda: double.gateway.counts["resume"] == 1)
        await answers(double)


async def test_a_dead_connection_is_noticed(double: DiscordDouble, settings: DiscordSettings) -> None:
    """No acknowledgement of heartbeats: the library gives the connection up and resumes."""
    double.gateway.heartbeat_ms = 100
    double.gateway.drop_acks = True
    adapter = DiscordAdapter(Scripted(), settings)
    adapter.client._connection.heartbeat_timeout = 0.5
    await adapter.start()
    try:
        await double.until(lambda: double.gateway.counts["resume"])
        double.gateway.drop_acks = False
        await answers(double)
    finally:
        await adapter.stop()


async def test_a_wrong_token_is_told_clearly(double: DiscordDouble) -> None:
    settings = DiscordSettings("not.the.token", double.api_base, double.gateway_url)
    with pytest.raises(SettingsError, match="DISCORD_TOKEN") as caught:
        await DiscordAdapter(Scripted(), settings).start()
    assert "not.the.token" not in str(caught.value)


async def test_a_gateway_that_refuses_is_told_clearly(
    double: DiscordDouble, settings: DiscordSettings
) -> None:
    double.gateway.token = "another"
    with pytest.raises(SettingsError, match="4004"):
        await DiscordAdapter(Scripted(), settings).start()


async def test_nobody_answers(unused_tcp_port: int) -> None:
    base = f"127.0.0.1:{unused_tcp_port}"
    settings = DiscordSettings("a.b.c", f"http://{base}/api/v10", f"ws://{base}/gw/")
    with pytest.raises(SettingsError, match="does not answer"):
        await DiscordAdapter(Scripted(), settings).start()


async def test_stop_waits_for_an_answer_that_is_nearly_there(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    service = Scripted(lambda _: (Progress("Working"), 0.4, SHOWN))
    async with launch(service, grace=5):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: call.messages)
    assert call.messages[0].history[-1].files == ("face.jpg",)
    assert service.cut == 0


async def test_stop_during_a_long_job_says_so_and_cancels_it(double: DiscordDouble, launch: Launch) -> None:
    ann, room = double.person("ann"), double.channel()
    service = Scripted(lambda _: (Progress("Working", 0.1), asyncio.Event(), SHOWN))
    async with launch(service, grace=0.2):
        call = await double.command(ann, "mbti", {"type": "ENFP"}, channel=room)
        await double.until(lambda: call.messages)
    assert [item.content for item in call.messages] == [say("en", "error-stopping")]
    assert service.cut == 1
    assert not [task for task in asyncio.all_tasks() if "discord" in task.get_name()]


async def test_stop_twice_and_stop_before_start(double: DiscordDouble, settings: DiscordSettings) -> None:
    adapter = DiscordAdapter(Scripted(), settings)
    await adapter.stop()
    again = DiscordAdapter(Scripted(), settings)
    await again.start()
    await again.stop()
    await again.stop()
    assert double.gateway.connections == []


async def test_an_owner_is_written_to_unasked(double: DiscordDouble, launch: Launch) -> None:
    ann = double.person("ann")
    async with launch(Scripted()) as adapter:
        assert await adapter.notify(ann.id, "away")
        assert [message.content for message in double.seen_by(ann, double.dm(ann))] == ["away"]
        ann.takes_dms = False
        assert not await adapter.notify(ann.id, "back")
        for nobody in ("1", "no number"):
            assert not await adapter.notify(nobody, "back")
        assert adapter.owners == (double.rest.application_id,)


async def test_after_an_update_that_cannot_be_read_the_bot_answers_again(
    double: DiscordDouble, launch: Launch
) -> None:
    room = double.channel()
    async with launch(Scripted()):
        assert double.gateway.counts["identify"] == 1
        for count in (2, 3):  # the second time it waits longer
            await double.gateway.broadcast("THREAD_CREATE", {"id": "7", "guild_id": room.guild, "type": 11})
            await double.until(
                lambda n=count: double.gateway.counts["identify"] == n and double.gateway.sessions
            )
        await answers(double)
        async with asyncio.timeout(10):  # or connections that were given up still beat
            while sum(one.name.startswith("keep-alive-handler") for one in threading.enumerate()) > 1:
                await asyncio.sleep(0.02)


def test_what_stays_unreadable_is_tried_less_and_less_often() -> None:
    pauses = [0.0]
    for _ in range(12):
        pauses.append(longer(pauses[-1], held=2.0))
    assert pauses[1:4] == [1.0, 2.0, 4.0]
    assert pauses[-2:] == [300.0, 300.0], "some 300 tries a day, of the 1,000 that Discord allows"
    assert longer(300.0, held=3600.0) == 1.0


async def test_a_stop_does_not_wait_for_the_next_try(double: DiscordDouble, launch: Launch) -> None:
    room = double.channel()
    async with launch(Scripted()) as adapter:
        adapter._pause = 200.0
        await double.gateway.broadcast("THREAD_CREATE", {"id": "7", "guild_id": room.guild, "type": 11})
        await double.until(lambda: adapter._pause == 300.0)
